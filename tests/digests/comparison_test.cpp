// Records against rows, by their digests: which of them have their row.
#include "digests/comparison.h"

#include <gmock/gmock.h>
#include <sys/resource.h>

#include <csignal>
#include <cstdlib>
#include <string>
#include <vector>

namespace digests {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using Texts = std::vector<std::string>;

class Digests : public testing::Test {
 protected:
  Digests() { setenv("DB_TRANSFER_DIGESTS", "always", 1); }
  ~Digests() override { unsetenv("DB_TRANSFER_DIGESTS"); }

  static RecordDigests of(const Texts& records) {
    RecordDigests digests = *RecordDigests::begin({true}, 0);
    for (const std::string& record : records) digests.take(0, record);
    digests.finish();
    return digests;
  }

  // The numbers of the records that have their row.
  static std::vector<std::uint64_t> equal(const Texts& records, const Texts& rows, Rows kind,
                                          std::uint64_t most_in_memory = 1000) {
    RecordDigests digests = of(records);
    Comparison comparison(digests, *digests.section(0), kind, most_in_memory);
    for (const std::string& row : rows) comparison.add(row);
    comparison.join();
    std::vector<std::uint64_t> numbers;
    for (std::uint64_t number = 1; number <= records.size(); ++number) {
      if (comparison.is_equal(number)) numbers.push_back(number);
    }
    EXPECT_EQ(comparison.equal(), numbers.size());
    return numbers;
  }
};

TEST_F(Digests, FindRecordsThatARowEqualsWhateverTheOrder) {
  EXPECT_THAT(equal({"a", "b", "c", "d"}, {"d", "x", "b"}, Rows::kUnique), ElementsAre(2, 4));
}

TEST_F(Digests, FindRecordsOfAFileBesideThatEqualThoseWhichHaveTheirRow) {
  RecordDigests digests = of({"a", "b", "c", "d"});
  digests.keep_equal();
  RecordDigests beside = *digests.beside({true, true}, 0);
  for (const char* record : {"d", "x", "c", "c", "a"}) beside.take(1, record);
  beside.finish();
  Comparison comparison(digests, *digests.section(0), Rows::kUnique);
  for (const char* row : {"d", "c", "x"}) comparison.add(row);
  comparison.join();

  ASSERT_NE(digests.equal(0), nullptr);
  Comparison found(beside, *beside.section(1), Rows::kUnique);
  found.join(*digests.equal(0));

  EXPECT_TRUE(found.is_equal(1));
  for (const std::uint64_t record : {2, 3, 4, 5}) EXPECT_FALSE(found.is_equal(record)) << record;
  digests.forget_equal();
  EXPECT_EQ(digests.equal(0), nullptr);
}

TEST_F(Digests, FindNothingInNothing) {
  EXPECT_THAT(equal({"a"}, {}, Rows::kUnique), IsEmpty());
  EXPECT_THAT(equal({"a"}, {"b"}, Rows::kMultiset), IsEmpty());
}

TEST_F(Digests, OfTwoEqualRecordsWithOneRowFindNeither) {
  EXPECT_THAT(equal({"a", "b", "a"}, {"a", "b"}, Rows::kUnique), ElementsAre(2));
  EXPECT_THAT(equal({"a", "b", "a"}, {"a", "b"}, Rows::kMultiset), ElementsAre(2));
}

TEST_F(Digests, OfAMultisetFindAllEqualRecordsWhereThereAreRowsForAll) {
  EXPECT_THAT(equal({"a", "b", "a"}, {"a", "a", "a"}, Rows::kMultiset), ElementsAre(1, 3));
  EXPECT_THAT(equal({"a", "a", "a"}, {"a", "a"}, Rows::kMultiset), IsEmpty());
}

TEST_F(Digests, GoThroughPartsThatDoNotFitInTheMemoryInShares) {
  Texts records;
  Texts rows;
  std::vector<std::uint64_t> expected;
  for (std::uint64_t number = 1; number <= 50000; ++number) {
    records.push_back("record " + std::to_string(number));
    if (number % 3 != 0) rows.push_back(records.back());
    if (number % 3 != 0) expected.push_back(number);
  }
  EXPECT_EQ(equal(records, rows, Rows::kUnique, 10), expected);
  EXPECT_EQ(equal(records, rows, Rows::kMultiset, 10), expected);
}

TEST_F(Digests, TakeManyEqualRecordsForOne) {
  const Texts same(200000, "same");
  EXPECT_EQ(equal(same, same, Rows::kMultiset, 10).size(), same.size());
  EXPECT_THAT(equal(same, Texts(199999, "same"), Rows::kMultiset, 10), IsEmpty());
}

TEST_F(Digests, AreAskedForRecordsFarFromEachOtherAndBack) {
  constexpr std::uint64_t kRecords = (std::uint64_t{1} << 22) + 5;
  RecordDigests digests = *RecordDigests::begin({true}, 0);
  for (std::uint64_t number = 1; number <= kRecords; ++number) digests.take(0, std::to_string(number));
  digests.finish();
  Comparison comparison(digests, *digests.section(0), Rows::kUnique);
  for (const std::uint64_t number : {std::uint64_t{7}, kRecords - 1, kRecords}) comparison.add(std::to_string(number));
  comparison.join();
  EXPECT_EQ(comparison.equal(), 3U);
  EXPECT_TRUE(comparison.is_equal(kRecords));
  EXPECT_FALSE(comparison.is_equal(kRecords - 2));
  EXPECT_TRUE(comparison.is_equal(7));
  comparison.release();
  EXPECT_FALSE(comparison.is_equal(8));
  EXPECT_TRUE(comparison.is_equal(kRecords - 1));
}

TEST_F(Digests, AnswerHowManyRowsAreAsSomeRecordSays) {
  RecordDigests digests = of({"a", "b", "b", "c"});
  Comparison comparison(digests, *digests.section(0), Rows::kUnique, 2);
  for (const char* row : {"a", "b", "x", "a", "y"}) comparison.ask(row);
  const Comparison::Answer answer = comparison.answer();
  EXPECT_EQ(answer.asked, 5U);
  EXPECT_EQ(answer.by_any, 3U);
  EXPECT_EQ(answer.by_one, 2U);
  EXPECT_EQ(comparison.answer().asked, 0U);
}

TEST_F(Digests, KeepSectionsApart) {
  RecordDigests digests = *RecordDigests::begin({true, false, true, true}, 0);
  digests.take(0, "a");
  digests.take(1, "b");
  digests.take(2, "a");
  digests.take(2, "c");
  digests.finish();
  EXPECT_EQ(records_of(*digests.section(0)), 1U);
  EXPECT_EQ(digests.section(1), nullptr);
  EXPECT_EQ(records_of(*digests.section(2)), 2U);
  EXPECT_EQ(digests.section(3), nullptr);
  EXPECT_EQ(digests.section(4), nullptr);
}

TEST_F(Digests, AreNotKeptOfSmallSections) {
  unsetenv("DB_TRANSFER_DIGESTS");
  std::optional<RecordDigests> digests = RecordDigests::begin({true, true}, 0);
  if (!digests) GTEST_SKIP() << "temporary files are in memory here";
  for (std::uint64_t i = 1; i < kFewestRecords; ++i) digests->take(0, std::to_string(i));
  for (std::uint64_t i = 0; i < kFewestRecords; ++i) digests->take(1, std::to_string(i));
  digests->finish();
  EXPECT_EQ(digests->section(0), nullptr);
  EXPECT_EQ(records_of(*digests->section(1)), kFewestRecords);
}

TEST_F(Digests, AreNotTriedWithoutRoom) {
  unsetenv("DB_TRANSFER_DIGESTS");
  EXPECT_FALSE(RecordDigests::begin({true}, std::uint64_t{1} << 60).has_value());
}

TEST_F(Digests, AreGivenUpWhereTheFileCannotGrow) {
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit small{1 << 16, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  RecordDigests digests = *RecordDigests::begin({true, true}, 0);
  for (int i = 0; i < 100000; ++i) digests.take(i < 10 ? 0 : 1, std::to_string(i));
  digests.finish();
  setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_EQ(digests.section(0), nullptr);
  EXPECT_EQ(digests.section(1), nullptr);
}

}  // namespace
}  // namespace digests
