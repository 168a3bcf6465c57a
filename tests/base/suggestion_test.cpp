#include "base/suggestion.h"

#include <gtest/gtest.h>

#include <random>

namespace base {
namespace {

TEST(Suggestion, FindsAMistypedWord) {
  const std::vector<std::string> words = {"sslmode", "sslcert", "connect_timeout"};

  EXPECT_EQ(closest("ssl_mode", words), "sslmode");
  EXPECT_EQ(closest("sslmoed", words), "sslmode");
  EXPECT_EQ(closest("SSLMODE", words), "sslmode");
  EXPECT_EQ(closest("connection_timeout", words), "connect_timeout");
}

TEST(Suggestion, IsSilentWhenNothingIsNear) {
  EXPECT_EQ(closest("banana", {"sslmode", "users"}), std::nullopt);
  EXPECT_EQ(closest("x", {"y", "z"}), std::nullopt);
  EXPECT_EQ(closest("", {"y"}), std::nullopt);
  EXPECT_EQ(closest("users", {}), std::nullopt);
}

TEST(Suggestion, TakesTheFirstOfEquallyNearWords) { EXPECT_EQ(closest("user", {"usher", "users"}), "usher"); }

TEST(Suggestion, FindsAnyWordOfSixLettersAfterOneEdit) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  const std::string word = "tables";
  for (int round = 0; round < 500; ++round) {
    std::string typed = word;
    const std::size_t at = random() % (word.size() - 1);
    switch (random() % 4) {
      case 0:
        typed.erase(at, 1);
        break;
      case 1:
        typed.insert(at, 1, 'q');
        break;
      case 2:
        typed[at] = 'q';
        break;
      default:
        std::swap(typed[at], typed[at + 1]);
    }
    EXPECT_EQ(closest(typed, {"completely", "different", word}), word) << typed;
  }
}

TEST(Suggestion, DoesNotCompareAWordThatIsFarTooLong) {
  EXPECT_EQ(closest(std::string(100'000, 'a'), {"users"}), std::nullopt);
}

}  // namespace
}  // namespace base
