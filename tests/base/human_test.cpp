#include "base/human.h"

#include <gtest/gtest.h>

namespace base {
namespace {

using namespace std::chrono_literals;

TEST(Human, WritesBytesInPowersOfAThousand) {
  EXPECT_EQ(human_bytes(0), "0 B");
  EXPECT_EQ(human_bytes(999), "999 B");
  EXPECT_EQ(human_bytes(1000), "1.0 kB");
  EXPECT_EQ(human_bytes(12'345'678), "12.3 MB");
  EXPECT_EQ(human_bytes(999'960), "1.0 MB");
  EXPECT_EQ(human_bytes(UINT64_MAX), "18.4 EB");
}

TEST(Human, GroupsDigitsByThree) {
  EXPECT_EQ(human_count(0), "0");
  EXPECT_EQ(human_count(999), "999");
  EXPECT_EQ(human_count(1000), "1,000");
  EXPECT_EQ(human_count(1'234'567), "1,234,567");
  EXPECT_EQ(human_count(UINT64_MAX), "18,446,744,073,709,551,615");
}

TEST(Human, WritesDurationsAsFineAsTheyMatter) {
  EXPECT_EQ(human_duration(0ns), "0.00 s");
  EXPECT_EQ(human_duration(420ms), "0.42 s");
  EXPECT_EQ(human_duration(999ms), "1.0 s");
  EXPECT_EQ(human_duration(12'340ms), "12.3 s");
  EXPECT_EQ(human_duration(59'960ms), "1 min 00 s");
  EXPECT_EQ(human_duration(185s), "3 min 05 s");
  EXPECT_EQ(human_duration(3'599'900ms), "1 h 00 min");
  EXPECT_EQ(human_duration(2h + 3min), "2 h 03 min");
}

}  // namespace
}  // namespace base
