#include "format/array_reader.h"

#include <gtest/gtest.h>

#include "documents.h"

namespace {

using format::ValueKind;
using format_test::Json;

// Rebuilt through the reader alone, so that the oracle compares whole trees.
Json read_array(std::string_view text) {
  format::ArrayReader reader(text);
  Json array = Json::array();
  for (format::Value element; reader.next(element);) {
    switch (element.kind) {
      case ValueKind::kArray:
        array.push_back(read_array(element.text));
        break;
      case ValueKind::kString:
        array.push_back(std::string(element.text));
        break;
      default:
        array.push_back(Json::parse(element.text));
        break;
    }
  }
  return array;
}

TEST(ArrayReader, HandsOutWhatAnotherLibraryReads) {
  format_test::Generator generator(4);
  for (int i = 0; i < 5000; ++i) {
    Json array = Json::array();
    for (std::size_t elements = generator.below(6); elements > 0; --elements) array.push_back(generator.value());
    const std::string text = generator.spelling(array);
    ASSERT_EQ(read_array(text), array) << text;
  }
}

TEST(ArrayReader, KeepsNumbersAndNestedTextAsWritten) {
  format::ArrayReader reader(R"([ 1.50 , [ 1,2 ], {"a" : 1} , null])");
  format::Value element;
  for (const char* expected : {"1.50", "[ 1,2 ]", R"({"a" : 1})", "null"}) {
    ASSERT_TRUE(reader.next(element));
    EXPECT_EQ(element.text, expected);
  }
  EXPECT_FALSE(reader.next(element));
}

TEST(ArrayReader, RefusesWhatIsNoArray) {
  for (const char* bad : {"", "[", "{}", "[1 2]", "[1,]", "[,1]", "[nope]", "[\"a]", "[\"\\x\"]", "[[}]", "[01]"}) {
    const base::Error error = format_test::error_of([&] { read_array(bad); });
    EXPECT_EQ(error.kind(), base::ErrorKind::kFile) << bad;
  }
}

}  // namespace
