// Patterns against names.
#include "transfer/selection.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/error.h"

namespace transfer {
namespace {

std::vector<catalog::Table> tables(const std::vector<catalog::TableName>& names) {
  std::vector<catalog::Table> made;
  for (const auto& name : names) {
    made.emplace_back();
    made.back().name = name;
  }
  return made;
}

bool matches_table(const std::string& pattern, const std::string& name) { return matches(pattern, {"public", name}); }

TEST(Selection, AStarIsAnyTextAndAQuestionMarkOneCharacter) {
  EXPECT_TRUE(matches_table("*", "anything"));
  EXPECT_TRUE(matches_table("a*c*e", "abcde"));
  EXPECT_TRUE(matches_table("*ab", "aab"));
  EXPECT_TRUE(matches_table("us?rs*", "users"));
  EXPECT_FALSE(matches_table("users?", "users"));
  EXPECT_FALSE(matches_table("a*c", "abcd"));
  EXPECT_FALSE(matches_table("", "a"));
}

TEST(Selection, AQuestionMarkIsOneCharacterOfAnyAlphabet) {
  EXPECT_TRUE(matches_table("caf?", "caf\xC3\xA9"));
  EXPECT_TRUE(matches_table("?", "\xF0\x9F\x98\x80"));
  EXPECT_FALSE(matches_table("??", "\xF0\x9F\x98\x80"));
}

TEST(Selection, ADotMeansTheSchemaUnlessItIsTheNameItself) {
  EXPECT_TRUE(matches("app.us*", {"app", "users"}));
  EXPECT_FALSE(matches("app.us*", {"public", "users"}));
  EXPECT_TRUE(matches("*.users", {"app", "users"}));
  EXPECT_TRUE(matches("my.table", {"app", "my.table"}));
  EXPECT_FALSE(matches("us*", {"users", "other"}));
}

TEST(Selection, CaseCounts) { EXPECT_FALSE(matches_table("Users", "users")); }

TEST(Selection, ChoosesTheNamedWithoutTheExcludedInTheirOrder) {
  const auto all = tables({{"public", "c"}, {"public", "ab"}, {"public", "a"}, {"x", "a"}});
  Selection selection;
  EXPECT_EQ(select_tables(all, selection), (std::vector<std::size_t>{0, 1, 2, 3}));
  selection.tables = {"a*"};
  EXPECT_EQ(select_tables(all, selection), (std::vector<std::size_t>{1, 2, 3}));
  selection.excluded = {"x.*"};
  EXPECT_EQ(select_tables(all, selection), (std::vector<std::size_t>{1, 2}));
}

TEST(Selection, APatternWithoutATableSuggestsTheNearestOne) {
  Selection selection;
  selection.excluded = {"public.usres"};
  try {
    select_tables(tables({{"public", "orders"}, {"public", "users"}}), selection);
    FAIL() << "nothing was said";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::kUsage);
    EXPECT_EQ(error.hint(), "did you mean public.users?");
  }
}

std::vector<catalog::Table> with_ledger() {
  auto all = tables({{"public", "users"}, {"app", "SequelizeMeta"}});
  all[1].columns = {{.name = "name", .type = "character varying(255)"}};
  return all;
}

TEST(Selection, LeavesLedgersOutAndSaysSo) {
  Selection selection;
  EXPECT_EQ(select_tables(with_ledger(), selection), (std::vector<std::size_t>{0}));
  EXPECT_EQ(ledgers_left_out(with_ledger(), selection), (std::vector<std::size_t>{1}));
  selection.tables = {"*"};
  EXPECT_EQ(select_tables(with_ledger(), selection), (std::vector<std::size_t>{0}));
}

TEST(Selection, TakesALedgerThatIsNamedInFull) {
  for (const std::string name : {"SequelizeMeta", "app.SequelizeMeta"}) {
    Selection selection;
    selection.tables = {"users", name};
    EXPECT_EQ(select_tables(with_ledger(), selection), (std::vector<std::size_t>{0, 1})) << name;
    EXPECT_TRUE(ledgers_left_out(with_ledger(), selection).empty()) << name;
  }
}

TEST(Selection, NamesNoLedgerThatWasNotAskedForAnyway) {
  Selection selection;
  selection.excluded = {"SequelizeMeta"};
  EXPECT_TRUE(ledgers_left_out(with_ledger(), selection).empty());
}

TEST(Selection, AuditPatternsNeedNotMatch) {
  Selection selection;
  selection.audit_tables = {"audit_*", "nothing"};
  EXPECT_TRUE(is_audit({"public", "audit_logs"}, selection));
  EXPECT_FALSE(is_audit({"public", "users"}, selection));
}

}  // namespace
}  // namespace transfer
