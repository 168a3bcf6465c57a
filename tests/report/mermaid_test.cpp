#include "report/mermaid.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

outcome::ListedTable table(const std::string& name, const std::vector<std::string>& parents = {}) {
  outcome::ListedTable listed;
  listed.name = name;
  listed.parents = parents;
  return listed;
}

TEST(Mermaid, DrawsAnArrowFromEachParentInTheOrderOfTheList) {
  EXPECT_EQ(
      tables_mermaid({table("roles"), table("users", {"roles"}), table("notes", {"roles", "users"}), table("alone")}),
      "flowchart LR\n  roles --> users\n  roles --> notes\n  users --> notes\n  alone\n");
}

TEST(Mermaid, DrawsATableThatRefersToItself) {
  auto nodes = table("nodes");
  nodes.refers_to_itself = true;
  EXPECT_EQ(tables_mermaid({nodes}), "flowchart LR\n  nodes --> nodes\n");
}

TEST(Mermaid, DrawsCyclesBothWays) {
  EXPECT_EQ(tables_mermaid({table("a", {"b"}), table("b", {"a"})}), "flowchart LR\n  a --> b\n  b --> a\n");
}

TEST(Mermaid, DrawsTablesThatAreLeftOutWithDottedArrows) {
  auto orders = table("orders");
  orders.parents_left_out = {"shops"};
  EXPECT_EQ(tables_mermaid({orders}), "flowchart LR\n  shops -.-> orders\n");
}

TEST(Mermaid, QuotesNamesThatItsGrammarWouldReadOtherwise) {
  EXPECT_EQ(tables_mermaid({table("end"), table("audit.log", {"end"}), table("2fa")}),
            "flowchart LR\n  1_[\"end\"]\n  2_[\"audit.log\"]\n  3_[\"2fa\"]\n  1_ --> 2_\n");
}

TEST(Mermaid, LetsNoNameBreakOut) {
  const std::string text = tables_mermaid({table("a\"] --> b\nclick b \"javascript:x\""), table("<img src=x>"),
                                           table("```"), table("#quot;"), table("\x1b[2J"), table("été 市场")});
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 7);
  EXPECT_THAT(text, HasSubstr("1_[\"a#34;#93; --#62; b"));
  EXPECT_THAT(text, HasSubstr("2_[\"#60;img src#61;x#62;\"]"));
  EXPECT_THAT(text, HasSubstr("3_[\"#96;#96;#96;\"]"));
  EXPECT_THAT(text, HasSubstr("4_[\"#35;quot#59;\"]"));
  EXPECT_THAT(text, HasSubstr("6_[\"été 市场\"]"));
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace report
