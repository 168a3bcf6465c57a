// Every type of PostgreSQL's own, with many values each: the round trip is exact for each, alone and in arrays.
#include <gtest/gtest.h>

#include "properties/every_type.h"
#include "properties/generate_type.h"
#include "properties/transfers.h"
#include "support/dump.h"

namespace properties {
namespace {

class EveryType : public testing::TestWithParam<int> {};

TEST_P(EveryType, ComesBackAsItWas) {
  const auto seed = static_cast<std::uint64_t>(GetParam());
  const std::size_t rows = 40;
  const Scenario scenario = every_type(seed, rows);
  support::Database source;
  support::Database target;
  const support::TemporaryFolder folder;
  for (support::Database* database : {&source, &target}) {
    database->run(extension_sql() + "CREATE SCHEMA IF NOT EXISTS public; SET search_path = extensions;" +
                  scenario.create_sql(Difference::kNone));
  }
  // No value may be refused here: a generator that makes bad ones would test nothing.
  for (const std::string& row : scenario.row_sql()) ASSERT_NO_THROW(source.run(row)) << row;

  // By identity: where a row finds room on an earlier page, the server puts it there.
  export_to(folder.file("a.json"), source.url(), {}, engine::RowOrder::kIdentity);
  const outcome::ImportOutcome outcome = import_from(folder.file("a.json"), target.url());
  export_to(folder.file("b.json"), target.url(), {}, engine::RowOrder::kIdentity);

  EXPECT_EQ(left_out(outcome), "");
  EXPECT_EQ(outcome.total.insert, rows * scenario.tables.size());
  EXPECT_EQ(support::normalized_dump(target.url()), support::normalized_dump(source.url()));
  EXPECT_EQ(data_of(folder.file("a.json")), data_of(folder.file("b.json")));
  EXPECT_EQ(import_from(folder.file("a.json"), target.url()).total.unchanged, outcome.total.rows);
}

INSTANTIATE_TEST_SUITE_P(Seeds, EveryType, testing::Values(1, 2, 3));

}  // namespace
}  // namespace properties
