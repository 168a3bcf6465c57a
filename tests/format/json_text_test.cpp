#include "format/json_text.h"

#include <gtest/gtest.h>

#include "documents.h"
#include "format/json_string.h"

namespace {

std::string written(std::string_view text) {
  base::ByteBuffer out;
  format::append_json_string(out, text);
  return std::string(out.view());
}

TEST(JsonText, EscapesOnlyWhatJsonDemands) {
  EXPECT_EQ(written("a\"b\\c/\b\t\n\f\r\x01\x1f\x7f\xc3\xa9"),
            "\"a\\\"b\\\\c/\\b\\t\\n\\f\\r\\u0001\\u001f\x7f\xc3\xa9\"");
}

TEST(JsonText, EscapesEveryByteAtEveryPlaceOfEveryLength) {
  for (std::size_t length = 1; length <= 40; ++length) {
    for (std::size_t place = 0; place < length; ++place) {
      for (int byte = 0; byte < 0x80; ++byte) {
        std::string text(length, 'x');
        text[place] = static_cast<char>(byte);
        ASSERT_EQ(written(text), nlohmann::json(text).dump())
            << "length " << length << ", place " << place << ", byte " << byte;
      }
    }
  }
}

TEST(JsonText, IsReadBackByAnotherLibraryAsTheSameText) {
  format_test::Generator generator(1);
  for (int i = 0; i < 5000; ++i) {
    const std::string text = generator.text();
    ASSERT_EQ(nlohmann::json::parse(written(text)).get<std::string>(), text);
  }
}

TEST(JsonText, WritesTextsLongerThanItsPieces) {
  std::string text(100000, '\x02');
  text += std::string(70000, 'x') + '"';
  EXPECT_EQ(nlohmann::json::parse(written(text)).get<std::string>(), text);
}

TEST(JsonString, UnescapesWhatAnotherLibraryEscaped) {
  format_test::Generator generator(2);
  for (int i = 0; i < 5000; ++i) {
    const std::string text = generator.text();
    const std::string escaped = nlohmann::json(text).dump(-1, ' ', true);
    base::ByteBuffer out;
    ASSERT_TRUE(format::append_unescaped(out, std::string_view(escaped).substr(1, escaped.size() - 2))) << escaped;
    ASSERT_EQ(out.view(), text);
  }
}

TEST(JsonString, RefusesLoneSurrogatesAndUnknownEscapes) {
  for (const char* bad :
       {R"(\ud800)", R"(\udc00)", R"(\ud800A)", R"(\ud800\ud800)", R"(\u12)", R"(\u12g4)", R"(\x)", R"(\)", "\n"}) {
    base::ByteBuffer out;
    EXPECT_FALSE(format::append_unescaped(out, bad)) << bad;
  }
}

TEST(JsonString, FindsTheQuoteThatNoBackslashEscapes) {
  EXPECT_EQ(format::find_closing_quote(R"(a\"b\\" and ")"), 6U);
  EXPECT_EQ(format::find_closing_quote(R"(a\")"), std::string_view::npos);
}

}  // namespace
