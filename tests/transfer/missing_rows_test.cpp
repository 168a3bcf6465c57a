// Of which tables it can be said what the file lacks.
#include "transfer/missing_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace transfer {
namespace {

class MissingRows : public testing::Test {
 protected:
  void SetUp() override {
    catalog::Table users;
    users.name = {"public", "users"};
    users.columns.push_back({"id", "integer"});
    users.primary_key = {"id"};
    file.schemas = {"public"};
    file.tables = {users};
    file.narrowed.emplace();
    plan.mapped.header = file;
    plan.table_of_section = {0};
    plan.tables.resize(1);
    plan.tables[0].target = users;
    plan.tables[0].identity = {"id"};
    options.delete_missing = {"users"};
  }
  std::string refusal() {
    try {
      choose_missing_rows(file, options, plan);
    } catch (const base::Error& error) {
      EXPECT_EQ(error.kind(), base::ErrorKind::kUsage);
      return error.what();
    }
    return {};
  }

  format::Header file;
  Plan plan;
  ImportOptions options;
};

TEST_F(MissingRows, AreLookedForWhereTheFileHoldsTheWholeTable) {
  EXPECT_EQ(refusal(), "");
  EXPECT_EQ(plan.tables[0].missing_rows, engine::MissingRows::kDelete);
  EXPECT_THAT(names_of_losing(plan), testing::ElementsAre("users"));
}

TEST_F(MissingRows, AreUnknownToAFileThatDoesNotSayWhetherItIsWhole) {
  file.narrowed.reset();
  EXPECT_THAT(refusal(), testing::HasSubstr("does not say that it holds every row"));
  EXPECT_EQ(plan.tables[0].missing_rows, engine::MissingRows::kStay);
}

// Rows of other tenants are not gone.
TEST_F(MissingRows, AreUnknownWhereTheTransferFileGivesAPartOfTheKey) {
  plan.mapped.header.tables[0].columns.push_back({"tenant", ""});
  EXPECT_EQ(refusal(), "");
  plan.tables[0].target.primary_key = {"tenant", "id"};
  EXPECT_THAT(refusal(), testing::HasSubstr("users has tenant of its key from \"set\""));
  plan.tables[0].target.primary_key = {"id"};
  plan.tables[0].match = {"tenant"};
  EXPECT_THAT(refusal(), testing::HasSubstr("users has tenant of its key from \"set\""));
}

TEST_F(MissingRows, AreUnknownOfATableThatWasExportedInPart) {
  file.narrowed->push_back({{"public", "users"}, "id > 5"});
  EXPECT_THAT(refusal(), testing::HasSubstr("was exported with --where"));
}

TEST_F(MissingRows, AreUnknownToAFileOfRowsLeftOut) {
  file.annotation = "$rejected";
  EXPECT_THAT(refusal(), testing::HasSubstr("rows that an import left out"));
}

TEST_F(MissingRows, AreNotToldApartWithoutAKey) {
  plan.tables[0].target.primary_key.clear();
  EXPECT_THAT(refusal(), testing::HasSubstr("users has no key in the target"));
}

TEST_F(MissingRows, StayWhereOnlyNewRowsAreTaken) {
  plan.tables[0].mode = engine::Mode::kInsert;
  EXPECT_THAT(refusal(), testing::HasSubstr("takes only new rows"));
}

TEST_F(MissingRows, StayWhereNewerRowsAreKept) {
  plan.tables[0].newer_rows = engine::NewerRows::kKeep;
  EXPECT_THAT(refusal(), testing::HasSubstr("keeps rows that were changed later"));
}

TEST_F(MissingRows, WantAPatternThatMatchesATable) {
  options.delete_missing = {"usres"};
  EXPECT_THAT(refusal(), testing::HasSubstr("matches no table that is imported"));
}

}  // namespace
}  // namespace transfer
