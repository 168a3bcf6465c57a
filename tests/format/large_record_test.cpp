// Records of more than a mebibyte are read another way than all others, and must mean the same: here small ones with a
// mebibyte of white space behind their first bracket.
#include <gtest/gtest.h>

#include "documents.h"
#include "format/record_limit.h"
#include "format/row_parser.h"

namespace {

using base::ErrorKind;
using format::Strictness;
using format::ValueKind;
using format_test::error_of;
using format_test::Json;

class LargeRecord : public testing::Test {
 protected:
  std::vector<format::Value> values_of(const std::string& small, Strictness strictness = Strictness::kTrusted) {
    bytes_ = small;
    bytes_.insert(1, std::string((std::size_t{1} << 20) + 7, ' '));
    const std::size_t length = bytes_.size();
    bytes_ += std::string(format::kRecordPaddingBytes, '"');
    parser_.emplace(std::vector<std::string>{"id", "na\"me", "x"}, strictness, "users");
    const auto values = parser_->parse({7, 1000, std::string_view(bytes_).substr(0, length)});
    return {values.begin(), values.end()};
  }

 private:
  std::string bytes_;
  std::optional<format::RowParser> parser_;
};

TEST_F(LargeRecord, IsReadAsASmallOne) {
  const auto values =
      values_of(R"({ "na\u0022me" : "a\"b\\" , "x":{"}":["\"]",1,{"a":null}]} ,"id": -1.5e3 })", Strictness::kFull);
  EXPECT_EQ(values[0].kind, ValueKind::kNumber);
  EXPECT_EQ(values[0].text, "-1.5e3");
  EXPECT_EQ(values[1].text, "a\"b\\");
  EXPECT_EQ(values[2].kind, ValueKind::kObject);
  EXPECT_EQ(values[2].text, R"({"}":["\"]",1,{"a":null}]})");
  EXPECT_TRUE(values_of("{}")[0].kind == ValueKind::kMissing);
}

TEST_F(LargeRecord, HoldsWhatAnotherLibraryReads) {
  format_test::Generator generator(23);
  for (int i = 0; i < 150; ++i) {
    const Json object = generator.record({"id", "na\"me", "x"});
    const auto values = values_of(generator.spelling(object));
    std::size_t column = 0;
    for (const auto& [key, value] : object.items()) {
      const format::Value& read = values[column++];
      EXPECT_EQ(read.kind == ValueKind::kString ? Json(std::string(read.text)) : Json::parse(read.text), value) << key;
    }
  }
}

TEST_F(LargeRecord, IsRefusedForWhateverASmallOneIs) {
  for (const char* bad :
       {R"({"id":NaN})", R"({"id":01})", R"({"id":1 2})", R"({"id":1,})", R"({"id" 1})", R"({"id":})", R"({,"id":1})",
        R"({id:1})", R"({"id":"\x"})", R"({"id":"\ud800"})", "{\"id\":\"a\nb\"}", "{\"id\":\"\xff\"}", R"({"id":[1,]})",
        R"({"id":1 "x":2})", R"({"id":1}})", R"({"id":1,"id":2})", R"({"id":1,"\u0069d":2})"})
    EXPECT_EQ(error_of([&] { values_of(bad); }).kind(), ErrorKind::kFile) << bad;
  EXPECT_EQ(error_of([&] { values_of(R"({"idx":1})"); }).kind(), ErrorKind::kSchema);
}

TEST(ByteaText, IsReadWhereItStandsAndOtherEscapesAreNot) {
  format::RowParser parser({"a", "b", "c"}, Strictness::kFull, "t");
  const std::string text = R"({"a":"\\x00ff","b":"\\\\x","c":"\\"})" + std::string(format::kRecordPaddingBytes, ' ');
  const auto values = parser.parse({1, 0, std::string_view(text).substr(0, text.rfind('}') + 1)});
  EXPECT_EQ(values[0].text, "\\x00ff");
  EXPECT_EQ(values[1].text, "\\\\x");
  EXPECT_EQ(values[2].text, "\\");
}

}  // namespace
