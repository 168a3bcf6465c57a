#include "format/json_check.h"

#include <gtest/gtest.h>

#include "documents.h"

namespace {

bool is_sound(std::string_view text) { return !format::find_json_fault(text); }

TEST(JsonCheck, AgreesWithAnotherLibraryOnSoundAndMutatedTexts) {
  format_test::Generator generator(3);
  const std::string_view kBytes = "{}[],:\"\\ \n0-1.+tfnuaN/*\x01\x80\xff";
  for (int i = 0; i < 20000; ++i) {
    std::string text = generator.spelling(generator.value());
    for (std::size_t edits = generator.below(3); edits > 0 && !text.empty(); --edits) {
      text[generator.below(text.size())] = kBytes[generator.below(kBytes.size())];
    }
    // No exponents among the edits: nlohmann::json refuses numbers that a double cannot hold.
    ASSERT_EQ(is_sound(text), nlohmann::json::accept(text)) << text;
  }
}

TEST(JsonCheck, TakesNumbersOfAnySize) {
  EXPECT_TRUE(is_sound("[1e400, -0, 123456789012345678901234567890.5E-1000000]"));
  for (const char* bad : {"01", "1.", ".5", "+1", "-", "1e", "1e+", "NaN", "Infinity", "0x1", "1 2", ""}) {
    EXPECT_FALSE(is_sound(bad)) << bad;
  }
}

TEST(JsonCheck, SaysWhereTheFaultIs) {
  EXPECT_EQ(format::find_json_fault(R"({"a": nope})")->offset, 6U);
  EXPECT_EQ(format::find_json_fault("[\"ab\xff\"]")->offset, 4U);
  EXPECT_EQ(format::find_json_fault(R"(["a\ud800"])")->offset, 3U);
}

TEST(JsonCheck, RefusesWhatIsNestedDeeperThanAThousandLevels) {
  EXPECT_TRUE(is_sound(std::string(1000, '[') + std::string(1000, ']')));
  EXPECT_FALSE(is_sound(std::string(1001, '[') + std::string(1001, ']')));
}

}  // namespace
