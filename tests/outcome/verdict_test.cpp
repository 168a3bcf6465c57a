#include "outcome/verdict.h"

#include <gtest/gtest.h>

#include <set>

namespace {

using outcome::Verdict;
using outcome::VerdictCounts;

TEST(Verdict, HasANameASymbolAndALetterOfItsOwn) {
  std::set<std::string_view> names;
  std::set<std::string_view> symbols;
  for (const Verdict verdict : outcome::kAllVerdicts) {
    names.insert(outcome::verdict_name(verdict));
    symbols.insert(outcome::verdict_symbol(verdict));
    EXPECT_EQ(outcome::verdict_of(static_cast<char>(verdict)), verdict);
  }
  EXPECT_EQ(names.size(), outcome::kAllVerdicts.size());
  EXPECT_EQ(symbols.size(), outcome::kAllVerdicts.size());
  EXPECT_EQ(outcome::verdict_of('p'), std::nullopt);
}

TEST(Verdict, CountsAreSumsOfEach) {
  VerdictCounts counts;
  std::uint64_t rows = 0;
  for (const Verdict verdict : outcome::kAllVerdicts) counts.of(verdict) = ++rows;
  counts.rows = 28;
  counts.dependants = 1;
  EXPECT_EQ(counts.sum(), 28U);
  EXPECT_EQ(counts.insert, 1U);
  EXPECT_EQ(counts.skipped, 7U);
  VerdictCounts twice = counts;
  twice += counts;
  EXPECT_EQ(twice.rows, 56U);
  EXPECT_EQ(twice.sum(), 56U);
  EXPECT_EQ(twice.dependants, 2U);
}

}  // namespace
