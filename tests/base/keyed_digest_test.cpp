#include "base/keyed_digest.h"

#include <gtest/gtest.h>

#include <string>

namespace base {
namespace {

TEST(KeyedDigest, IsTheSameOfTheSameTextUnderOneKey) {
  KeyedDigest digest;
  const Digest128 one = digest.of("one");
  EXPECT_NE(digest.of("two"), one);
  EXPECT_NE(digest.of(""), one);
  EXPECT_NE(digest.of(std::string("one\0", 4)), one);
  EXPECT_EQ(digest.of("one"), one);
}

TEST(KeyedDigest, IsAnotherUnderEachKey) { EXPECT_NE(KeyedDigest().of("one"), KeyedDigest().of("one")); }

TEST(KeyedDigest, GoesWithItsObject) {
  KeyedDigest before;
  const Digest128 one = before.of("one");
  KeyedDigest now = std::move(before);
  EXPECT_EQ(now.of("one"), one);
}

}  // namespace
}  // namespace base
