// What the ledger and the files say together.
#include "migrate/plan.h"

#include <gmock/gmock.h>

#include "base/error.h"

namespace migrate {
namespace {

using engine::AppliedMigration;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

MigrationFile file(const std::string& name, const std::string& text = "SELECT 1") { return parse_file(name, text); }

AppliedMigration applied(const MigrationFile& of) {
  return {of.name, of.checksum, "2025-01-31T12:00:00Z", std::chrono::microseconds(5)};
}

std::vector<std::pair<std::string, State>> states(const std::vector<Entry>& plan) {
  std::vector<std::pair<std::string, State>> all;
  for (const Entry& entry : plan) all.emplace_back(entry.name, entry.state);
  return all;
}

std::string contradiction(const std::vector<Entry>& plan) {
  try {
    demand_sound(plan);
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::kSchema);
    return error.what() + std::string(" / ") + error.hint();
  }
  return "sound";
}

TEST(MigrationPlan, FindsPendingFilesBehindAppliedOnes) {
  const auto first = file("001_a.sql");
  const auto plan = make_plan({first, file("002_b.sql"), file("1000_c.sql")}, {applied(first)});
  EXPECT_THAT(states(plan), ElementsAre(Pair("001_a.sql", State::kApplied), Pair("002_b.sql", State::kPending),
                                        Pair("1000_c.sql", State::kPending)));
  EXPECT_EQ(contradiction(plan), "sound");
}

TEST(MigrationPlan, TellsABaselineFromARun) {
  const auto first = file("001_a.sql");
  AppliedMigration row = applied(first);
  row.duration.reset();
  EXPECT_THAT(states(make_plan({first}, {row})), ElementsAre(Pair("001_a.sql", State::kBaselined)));
}

TEST(MigrationPlan, NamesAFileThatWasChanged) {
  const auto plan = make_plan({file("001_a.sql", "SELECT 2")}, {applied(file("001_a.sql"))});
  EXPECT_THAT(states(plan), ElementsAre(Pair("001_a.sql", State::kChanged)));
  EXPECT_THAT(contradiction(plan), AllOf(HasSubstr("001_a.sql was changed"), HasSubstr("as a new file")));
}

TEST(MigrationPlan, NamesAGap) {
  const auto plan = make_plan({file("001_a.sql"), file("002_b.sql")}, {applied(file("002_b.sql"))});
  EXPECT_THAT(states(plan), ElementsAre(Pair("001_a.sql", State::kOutOfOrder), Pair("002_b.sql", State::kApplied)));
  EXPECT_THAT(contradiction(plan), HasSubstr("001_a.sql is not applied, but a later file is"));
}

TEST(MigrationPlan, NamesAnAppliedFileThatIsGoneInItsPlace) {
  const auto plan =
      make_plan({file("001_a.sql"), file("1000_c.sql")}, {applied(file("001_a.sql")), applied(file("002_b\x1b.sql"))});
  EXPECT_EQ(plan.at(1).state, State::kNoFile);
  EXPECT_EQ(plan.at(2).state, State::kPending);
  EXPECT_THAT(contradiction(plan), HasSubstr("002_b\\x1b.sql is applied, but there is no such file"));
}

}  // namespace
}  // namespace migrate
