// Which texts say a day or a time, and what they are made of.
#include "conversion/iso_text.h"

#include <gtest/gtest.h>

#include <string>

namespace conversion {
namespace {

std::string parts(std::string_view text) {
  const auto iso = read_iso(text);
  if (!iso) return "none";
  return std::string(iso->day) + "/" + std::string(iso->clock) + "/" + std::string(iso->zone);
}

TEST(IsoText, IsTakenApart) {
  EXPECT_EQ(parts("2025-01-31"), "2025-01-31//");
  EXPECT_EQ(parts("2025-01-31 10:30"), "2025-01-31/10:30/");
  EXPECT_EQ(parts("2025-01-31T10:30:00.123456"), "2025-01-31/10:30:00.123456/");
  EXPECT_EQ(parts("2025-01-31T10:30:00Z"), "2025-01-31/10:30:00/Z");
  EXPECT_EQ(parts("2025-01-31 10:30:00.5 +0530"), "2025-01-31/10:30:00.5/+0530");
  EXPECT_EQ(parts("2025-01-31 10:30:00-08"), "2025-01-31/10:30:00/-08");
}

TEST(IsoText, IsNothingElse) {
  for (const char* text :
       {"", "2025", "2025-1-31", "2025-01-31 ", "2025-01-31 10", "2025-01-31T10:30:00.", "31.01.2025",
        "2025-01-31 10:30 pm", "2025-01-31T10:30:00+1", "2025-01-31T10:30:00+01:0", "20250131"})
    EXPECT_EQ(parts(text), "none") << text;
}

TEST(IsoText, KnowsMidnightAndUtc) {
  EXPECT_TRUE(is_midnight(*read_iso("2025-01-31")));
  EXPECT_TRUE(is_midnight(*read_iso("2025-01-31 00:00:00.000")));
  EXPECT_FALSE(is_midnight(*read_iso("2025-01-31 00:00:00.001")));
  EXPECT_TRUE(is_utc("+00:00"));
  EXPECT_FALSE(is_utc("+00:30"));
}

}  // namespace
}  // namespace conversion
