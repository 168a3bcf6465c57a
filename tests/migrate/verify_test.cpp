// What counts as a difference between two catalogs. How the real ones are read: program_test.cpp.
#include "migrate/verify.h"

#include <gmock/gmock.h>

namespace migrate {
namespace {

using engine::SchemaObject;
using testing::IsEmpty;

TEST(Compare, FindsWhatIsMissingAndWhatDiffers) {
  const auto findings = compare({{"enum", "e", "'a'", ""}, {"index", "i", "(a)", "t"}, {"table", "t", "", ""}},
                                {{"enum", "e", "'a', 'b'", ""}, {"table", "t", "", ""}});
  ASSERT_EQ(findings.size(), 2U);
  EXPECT_EQ(findings[0].expected, "'a'");
  EXPECT_EQ(findings[0].found, "'a', 'b'");
  EXPECT_EQ(findings[1].name, "i");
}

TEST(Compare, NamesOfAMissingTableTheTableOnly) {
  const auto findings = compare({{"column", "t.a", "integer", "t"}, {"table", "t", "", ""}}, {});
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].kind, "table");
}

TEST(Compare, FindsNothingInWhatIsThereBeyond) {
  EXPECT_THAT(compare({{"table", "t", "", ""}}, {{"index", "i", "(a)", "t"}, {"table", "t", "", ""}}), IsEmpty());
}

TEST(Compare, TellsKindsApart) { EXPECT_EQ(compare({{"view", "t", "", ""}}, {{"table", "t", "", ""}}).size(), 1U); }

}  // namespace
}  // namespace migrate
