#include "engine/merge_rounds.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "engine/tally.h"

namespace {

TEST(Retries, AreBoundedByTheRowsThatAreTried) {
  engine::Retries few(10);
  for (int i = 0; i < 5000; ++i) ASSERT_TRUE(few.may_try(10));
  engine::Retries many(1'000'000);
  int rounds = 0;
  while (many.may_try(1'000'000)) ++rounds;
  EXPECT_EQ(rounds, 20);
}

TEST(MergeInRounds, EndsWithTheRoundThatIsEnough) {
  int rounds = 0;
  engine::merge_in_rounds([&] { return ++rounds == 3; }, "disable");
  EXPECT_EQ(rounds, 3);
}

TEST(MergeInRounds, SaysWhatToDoWhereNoRoundIsEnough) {
  try {
    engine::merge_in_rounds([] { return false; }, "drop");
    FAIL() << "it ended as if all were well";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::kSchema);
    EXPECT_EQ(error.hint(), "nothing was written: drop the triggers meanwhile, or leave their tables out with -T");
  }
}

TEST(Tally, CountsEachVerdictByItself) {
  outcome::VerdictCounts counts;
  std::uint64_t rows = 0;
  for (const char letter : {'i', 'u', '=', 'c', 'x', 's', 'd'}) engine::add_verdict(counts, letter, ++rows);
  counts.rows = 1 + 2 + 3 + 4 + 5 + 6 + 7;
  EXPECT_EQ(counts.insert, 1u);
  EXPECT_EQ(counts.update, 2u);
  EXPECT_EQ(counts.unchanged, 3u);
  EXPECT_EQ(counts.conflict, 4u);
  EXPECT_EQ(counts.invalid, 5u);
  EXPECT_EQ(counts.skipped, 6u);
  EXPECT_EQ(counts.deleted, 7u);
  engine::demand_sum(counts, "users");
}

TEST(Tally, TakesNoLetterThatIsNoVerdict) {
  outcome::VerdictCounts counts;
  EXPECT_THROW(engine::add_verdict(counts, 'p', 1), base::Error);
}

TEST(Tally, RefusesCountsThatDoNotAddUp) {
  outcome::VerdictCounts counts;
  counts.rows = 2;
  engine::add_verdict(counts, 'i', 1);
  EXPECT_THROW(engine::demand_sum(counts, "users"), base::Error);
}

}  // namespace
