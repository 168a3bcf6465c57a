// Sorting on disk and pairing, against plain references.
#include "join/join.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <vector>

#include "base/error.h"
#include "join/row_sorter.h"

namespace join {
namespace {

class Given final : public Rows {
 public:
  explicit Given(std::vector<Row> rows) : rows_(std::move(rows)) {}
  bool next(Row& row) override {
    if (at_ == rows_.size()) return false;
    row = rows_[at_++];
    return true;
  }

 private:
  std::vector<Row> rows_;
  std::size_t at_ = 0;
};

std::vector<Row> all_of(Rows& rows) {
  std::vector<Row> all;
  for (Row row; rows.next(row);) all.push_back(row);
  return all;
}

// "=k v", "!k a b", "-k v" of A alone, "+k v" of B alone, with how often where it is not once.
std::vector<std::string> joined(std::vector<Row> a, std::vector<Row> b) {
  std::ranges::sort(a);
  std::ranges::sort(b);
  Given rows_a(std::move(a));
  Given rows_b(std::move(b));
  Join join(rows_a, rows_b);
  std::vector<std::string> told;
  for (Pair pair; join.next(pair);) {
    const Row& one = pair.a != nullptr ? *pair.a : *pair.b;
    std::string text = std::string(1, "=!-+"[static_cast<int>(pair.kind)]) + one.key + " " + one.values;
    if (pair.kind == Pair::Kind::kDifferent) text += " " + pair.b->values;
    if (pair.times > 1) text += " x" + std::to_string(pair.times);
    told.push_back(text);
  }
  return told;
}

using Told = std::vector<std::string>;

TEST(Join, PairsByTheKey) {
  EXPECT_EQ(joined({{"1", "a"}, {"2", "b"}, {"3", "c"}}, {{"2", "B"}, {"3", "c"}, {"4", "d"}}),
            (Told{"-1 a", "!2 b B", "=3 c", "+4 d"}));
  EXPECT_EQ(joined({}, {}), Told{});
  EXPECT_EQ(joined({{"1", "a"}}, {}), (Told{"-1 a"}));
}

TEST(Join, CountsEqualRows) {
  EXPECT_EQ(joined({{"k", "k"}, {"k", "k"}, {"k", "k"}}, {{"k", "k"}}), (Told{"=k k", "-k k x2"}));
}

TEST(Join, ComparesRowsOfAKeyThatComesSeveralTimesAsAMultiset) {
  EXPECT_EQ(joined({{"k", "a"}}, {{"k", "a"}, {"k", "b"}}), (Told{"=k a", "+k b"}));
  EXPECT_EQ(joined({{"k", "b"}}, {{"k", "a"}, {"k", "b"}}), (Told{"+k a", "=k b"}));
  EXPECT_EQ(joined({{"k", "b"}}, {{"k", "a"}, {"k", "a"}}), (Told{"+k a x2", "-k b"}));
  EXPECT_EQ(joined({{"k", "a"}, {"k", "c"}}, {{"k", "b"}}), (Told{"-k a", "+k b", "-k c"}));
}

TEST(Join, RefusesRowsThatAreNotSorted) {
  Given a({{"2", "a"}, {"1", "b"}});
  Given b({});
  EXPECT_THROW({ Join join(a, b); }, base::Error);
}

std::vector<Row> any_rows(std::mt19937& random, int most, int keys) {
  std::vector<Row> rows;
  const int count = static_cast<int>(random() % static_cast<unsigned>(most + 1));
  for (int i = 0; i < count; ++i)
    rows.push_back({std::to_string(random() % static_cast<unsigned>(keys)),
                    std::string(random() % 40, static_cast<char>('a' + random() % 3))});
  return rows;
}

// In a few hundred bytes: several parts, merged several times over.
TEST(RowSorter, SortsOnDiskWhatDoesNotFitIntoItsRoom) {
  std::mt19937 random(4711);
  for (int round = 0; round < 200; ++round) {
    std::vector<Row> rows = any_rows(random, 400, 50);
    rows.push_back({"large", std::string(5000, 'x')});
    RowSorter sorter({.bytes = 400, .read_bytes = 1 + random() % 200});
    for (const Row& row : rows) sorter.add(row);
    std::ranges::sort(rows);
    EXPECT_EQ(all_of(*sorter.finish()), rows) << round;
    if (rows.size() > 100) {
      EXPECT_GT(sorter.parts(), 5U);
    }
  }
}

TEST(RowSorter, KeepsInMemoryWhatFits) {
  RowSorter sorter;
  sorter.add({"2", "b"});
  sorter.add({"1", "a"});
  EXPECT_EQ(all_of(*sorter.finish()), (std::vector<Row>{{"1", "a"}, {"2", "b"}}));
  EXPECT_EQ(sorter.parts(), 0U);
  EXPECT_TRUE(all_of(*RowSorter().finish()).empty());
}

using Bag = std::map<std::pair<std::string, std::string>, std::int64_t>;

// Whatever is told, all rows of either side are told, and only equal rows as equal ones; rows of a key that each side
// has once are one pair.
TEST(Join, OfRandomRowsTellsEachOfThemOnce) {
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    const std::vector<Row> a = any_rows(random, 12, 6);
    const std::vector<Row> b = any_rows(random, 12, 6);
    std::map<std::string, std::pair<int, int>> of_key;
    Bag counts;
    Bag equal;
    for (const Row& row : a) ++of_key[row.key].first, ++counts[{row.key, row.values}];
    for (const Row& row : b) ++of_key[row.key].second, --counts[{row.key, row.values}];
    RowSorter sorter_a({.bytes = 200, .read_bytes = 50});
    RowSorter sorter_b({.bytes = 200, .read_bytes = 50});
    for (const Row& row : a) sorter_a.add(row);
    for (const Row& row : b) sorter_b.add(row);
    const auto rows_a = sorter_a.finish();
    const auto rows_b = sorter_b.finish();
    Join join(*rows_a, *rows_b);
    std::uint64_t told_a = 0;
    std::uint64_t told_b = 0;
    for (Pair pair; join.next(pair);) {
      const auto times = static_cast<std::int64_t>(pair.times);
      if (pair.a != nullptr) told_a += pair.times;
      if (pair.b != nullptr) told_b += pair.times;
      if (pair.kind == Pair::Kind::kEqual) {
        EXPECT_EQ(*pair.a, *pair.b);
        continue;
      }
      if (pair.a != nullptr) counts[{pair.a->key, pair.a->values}] -= times;
      if (pair.b != nullptr) counts[{pair.b->key, pair.b->values}] += times;
      const auto [of_a, of_b] = of_key[pair.a != nullptr ? pair.a->key : pair.b->key];
      EXPECT_EQ(pair.kind == Pair::Kind::kDifferent, of_a == 1 && of_b == 1);
      if (pair.kind == Pair::Kind::kDifferent) {
        EXPECT_EQ(pair.a->key, pair.b->key);
      }
    }
    EXPECT_EQ(told_a, a.size());
    EXPECT_EQ(told_b, b.size());
    for (const auto& [row, count] : counts) EXPECT_EQ(count, 0) << row.first << " " << row.second << " in " << round;
  }
}

}  // namespace
}  // namespace join
