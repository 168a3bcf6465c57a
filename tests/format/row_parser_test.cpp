#include "format/row_parser.h"

#include <gtest/gtest.h>

#include "documents.h"

namespace {

using base::ErrorKind;
using format::Strictness;
using format::ValueKind;
using format_test::error_of;
using format_test::Json;

// A record as the splitter hands it out: number 7 at byte 1000, padded.
class Record {
 public:
  explicit Record(const std::string& text) : bytes_(text + std::string(format::kRecordPaddingBytes, '"')) {
    raw_ = {7, 1000, std::string_view(bytes_).substr(0, text.size())};
  }
  Record(const Record&) = delete;
  Record& operator=(const Record&) = delete;
  const format::RawRecord& raw() const { return raw_; }

 private:
  std::string bytes_;
  format::RawRecord raw_;
};

Json json_of(const format::Value& value) {
  if (value.kind == ValueKind::kString) return std::string(value.text);
  return Json::parse(value.text);
}

ValueKind kind_of(const Json& json) {
  if (json.is_null()) return ValueKind::kNull;
  if (json.is_boolean()) return ValueKind::kBoolean;
  if (json.is_string()) return ValueKind::kString;
  if (json.is_array()) return ValueKind::kArray;
  return json.is_object() ? ValueKind::kObject : ValueKind::kNumber;
}

base::Error error_in(const std::string& text, Strictness strictness) {
  const Record record(text);
  format::RowParser parser({"id", "name"}, strictness, "users");
  return error_of([&] { parser.parse(record.raw()); });
}

TEST(RowParser, ReadsWhatAnotherLibraryReadsInAnyOrderAndSpelling) {
  const std::vector<std::string> columns = {"id", "na\"me", "tab\t", "\xc3\xa9", "{", ""};
  format_test::Generator generator(21);
  for (const Strictness strictness : {Strictness::kTrusted, Strictness::kFull}) {
    format::RowParser parser(columns, strictness, "t");
    for (int i = 0; i < 3000; ++i) {
      std::vector<std::string> order = columns;
      if (i % 2 == 0)
        std::rotate(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(generator.below(6)), order.end());
      order.resize(order.size() - generator.below(2));
      const Json object = generator.record(order);
      const Record record(generator.spelling(object));
      const std::span<const format::Value> values = parser.parse(record.raw());
      ASSERT_EQ(values.size(), columns.size());
      for (std::size_t column = 0; column < columns.size(); ++column) {
        if (!object.contains(columns[column])) {
          ASSERT_EQ(values[column].kind, ValueKind::kMissing);
          continue;
        }
        ASSERT_EQ(values[column].kind, kind_of(object[columns[column]])) << record.raw().text;
        ASSERT_EQ(json_of(values[column]), object[columns[column]]) << record.raw().text;
      }
    }
  }
}

TEST(RowParser, KeepsNumbersAndNestedTextAsWritten) {
  const Record record(R"({ "id" : 1.50E+400 , "name" : { "b" : [1 , 2] ,"a":-0 } })");
  format::RowParser parser({"id", "name"}, Strictness::kFull, "t");
  const std::span<const format::Value> values = parser.parse(record.raw());
  EXPECT_EQ(values[0].text, "1.50E+400");
  EXPECT_EQ(values[1].text, R"({ "b" : [1 , 2] ,"a":-0 })");
}

TEST(RowParser, KeepsNulInAString) {
  const Record record(R"({"id":"a\u0000b","name":"\u0000"})");
  format::RowParser parser({"id", "name"}, Strictness::kTrusted, "t");
  EXPECT_EQ(parser.parse(record.raw())[0].text, std::string_view("a\0b", 3));
}

TEST(RowParser, LeavesAColumnWithoutAKeyMissing) {
  format::RowParser parser({"id", "name"}, Strictness::kTrusted, "t");
  const Record full(R"({"id":1,"name":2})");
  const Record half(R"({"name":3})");
  const Record empty("{}");
  parser.parse(full.raw());
  EXPECT_EQ(parser.parse(half.raw())[0].kind, ValueKind::kMissing);
  EXPECT_EQ(parser.parse(half.raw())[1].text, "3");
  EXPECT_EQ(parser.parse(empty.raw())[1].kind, ValueKind::kMissing);
}

TEST(RowParser, RefusesAKeyThatStandsTwiceWithBothOffsets) {
  for (const char* twice : {R"({"id":1,"id":2})", R"({"id":1,"\u0069d":2})"}) {
    const base::Error error = error_in(twice, Strictness::kTrusted);
    EXPECT_EQ(error.kind(), ErrorKind::kFile);
    EXPECT_STREQ(error.what(),
                 "table users, record 7: the key \"id\" occurs twice, at byte 1001 and again at byte 1008");
  }
}

TEST(RowParser, NamesAKeyThatIsNoColumn) {
  const base::Error error = error_in(R"({"id":1,"n\u0061mes":2})", Strictness::kTrusted);
  EXPECT_EQ(error.kind(), ErrorKind::kSchema);
  EXPECT_STREQ(error.what(), "table users, record 7: the key \"names\" is no column of the table at byte 1008");
}

TEST(RowParser, RefusesDamagedRecordsWhateverTheStrictness) {
  for (const Strictness strictness : {Strictness::kTrusted, Strictness::kFull}) {
    for (const char* bad : {R"({"id":NaN})",
                            R"({"id":01})",
                            R"({"id":1.})",
                            R"({"id":tru})",
                            R"({"id":1 2})",
                            R"({"id":1,})",
                            R"({"id" 1})",
                            R"({"id":})",
                            R"({"id"})",
                            R"({,"id":1})",
                            R"({"id":"a"b})",
                            R"({id:1})",
                            R"({"id":/**/1})",
                            R"({"id":"\x"})",
                            R"({"id":"\ud800"})",
                            R"({"id":"\udc00 "})",
                            "{\"id\":\"a\nb\"}",
                            "{\"id\":\"\xff\"}",
                            "{\"id\":\"\xed\xa0\x80\"}",
                            "{\"id\":\"\xc0\x80\"}",
                            R"({"id":1 "name":2})",
                            R"({"id":+1})",
                            R"({"id":"a":"b"})",
                            R"({"id":1}})"}) {
      EXPECT_EQ(error_in(bad, strictness).kind(), ErrorKind::kFile) << bad;
    }
  }
}

TEST(RowParser, ChecksNestedValuesCompletelyWhenStrict) {
  for (const char* bad :
       {R"({"id":[1,NaN]})", R"({"id":[1 2]})", R"({"id":{"a":01}})", R"({"id":{"a"}})", R"({"id":["\ud800"]})",
        R"({"id":["\q"]})", R"({"id":[1,]})", R"({"id":{"a":1,}})", "{\"id\":[\"\xff\"]}", "{\"id\":[\"\x01\"]}"}) {
    EXPECT_EQ(error_in(bad, Strictness::kFull).kind(), ErrorKind::kFile) << bad;
  }
}

TEST(RowParser, AgreesWithAnotherLibraryOnMutatedRecordsWhenStrict) {
  format_test::Generator generator(22);
  const std::string_view kBytes = "{}[],:\"\\ \n0-1.tfnu/\x01\xff";
  format::RowParser parser({"id", "name"}, Strictness::kFull, "users");
  for (int i = 0; i < 20000; ++i) {
    std::string text = generator.record({"id", "name"}).dump();
    text[1 + generator.below(text.size() - 2)] = kBytes[generator.below(kBytes.size())];
    const bool sound = nlohmann::json::accept(text);
    const Record record(text);
    const base::Error error = error_of([&] { parser.parse(record.raw()); });
    const bool taken = error.kind() == ErrorKind::kInternal;
    // A mutated key is sound JSON and still no column, or twice the same one.
    if (!sound) {
      ASSERT_FALSE(taken) << text;
    }
    if (sound && !taken) {
      ASSERT_TRUE(std::string(error.what()).find("the key") != std::string::npos) << text << error.what();
    }
  }
}

}  // namespace
