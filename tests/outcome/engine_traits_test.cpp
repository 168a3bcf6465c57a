#include "outcome/engine_traits.h"

#include <gtest/gtest.h>

namespace {

TEST(EngineTraits, OfAnEngineAreFoundByTheNameThatHeadersHave) {
  EXPECT_EQ(outcome::traits_of("postgresql").title, "PostgreSQL");
  EXPECT_EQ(outcome::traits_of("sqlite").title, "SQLite");
  EXPECT_TRUE(outcome::traits_of("postgresql").is_typed);
  EXPECT_FALSE(outcome::traits_of("sqlite").is_typed);
}

TEST(EngineTraits, OfAnUnknownEngineAreThoseOfATypedOne) {
  EXPECT_TRUE(outcome::traits_of("mysql").is_typed);
  EXPECT_TRUE(outcome::traits_of("mysql").title.empty());
  EXPECT_FALSE(outcome::traits_of("").is_file);
}

}  // namespace
