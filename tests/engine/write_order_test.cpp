#include "engine/write_order.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace {

using Components = std::vector<std::vector<std::size_t>>;
using Sequence = std::vector<std::size_t>;

catalog::Table table(const std::string& name, const std::vector<std::string>& parents = {}) {
  catalog::Table table;
  table.name = {"", name};
  for (const std::string& parent : parents) {
    catalog::ForeignKey key;
    key.parent = {"", parent};
    table.foreign_keys.push_back(key);
  }
  return table;
}

engine::WriteOrder order_of(const std::vector<catalog::Table>& tables, const Components& components) {
  std::vector<const catalog::Table*> pointers;
  for (const catalog::Table& one : tables) pointers.push_back(&one);
  return {pointers, components};
}

TEST(WriteOrder, IsThatOfThePlanUntilAnotherIsWanted) {
  const auto order = order_of({table("a"), table("b", {"a"}), table("c")}, {{0}, {1}, {2}});
  EXPECT_EQ(order.sequence(), (Sequence{0, 1, 2}));
}

TEST(WriteOrder, KnowsWhichComponentsWaitForAParent) {
  const auto order = order_of({table("a"), table("b", {"a"}), table("c", {"c"})}, {{0}, {1}, {2}});
  EXPECT_TRUE(order.waits_for_parent(1, {true, true, true}));
  EXPECT_FALSE(order.waits_for_parent(1, {false, true, true}));
  EXPECT_FALSE(order.waits_for_parent(2, {true, true, true})) << "a table does not wait for itself";
}

TEST(WriteOrder, TakesTheParentsOfWhatIsPutBefore) {
  auto order = order_of({table("a"), table("b"), table("c", {"b"})}, {{0}, {1}, {2}});
  EXPECT_TRUE(order.put_before(2, 0));
  EXPECT_EQ(order.sequence(), (Sequence{1, 2, 0}));
}

TEST(WriteOrder, PutsNothingBeforeItsParent) {
  auto order = order_of({table("a"), table("b", {"a"})}, {{0}, {1}});
  EXPECT_FALSE(order.put_before(1, 0));
  EXPECT_EQ(order.sequence(), (Sequence{0, 1}));
}

TEST(WriteOrder, FollowsWishesWhereForeignKeysLeaveTheChoice) {
  auto order = order_of({table("a"), table("b"), table("c", {"a"})}, {{0}, {1}, {2}});
  order.prefer(1, 0);
  order.prefer(2, 0);  // a parent comes first all the same
  order.arrange();
  EXPECT_EQ(order.sequence(), (Sequence{1, 0, 2}));
}

TEST(WriteOrder, EndsAlsoWhereWishesContradictEachOther) {
  auto order = order_of({table("a"), table("b")}, {{0}, {1}});
  order.prefer(0, 1);
  order.prefer(1, 0);
  order.arrange();
  EXPECT_EQ(order.sequence(), (Sequence{0, 1}));
}

}  // namespace
