// One spelling for equal values, never for different ones.
#include "join/value_form.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace join {
namespace {

using format::Value;
using format::ValueKind;

std::string spelled(const ValueForm& form, ValueKind kind, std::string_view text) {
  base::ByteBuffer out;
  append_value(out, form, {kind, text});
  return std::string(out.view());
}
std::string number(const char* type, std::string_view text) {
  return spelled(form_of_postgres(type), ValueKind::kNumber, text);
}
std::string string(const char* type, std::string_view text) {
  return spelled(form_of_postgres(type), ValueKind::kString, text);
}

TEST(ValueForm, TakesNumbersAndTheirTextsForTheSame) {
  EXPECT_EQ(number("integer", "5"), string("integer", "005"));
  EXPECT_EQ(number("bigint", "-0"), "0");
  EXPECT_EQ(number("bigint", "9223372036854775807"), string("bigint", "9223372036854775807"));
  EXPECT_EQ(number("numeric(10,2)", "12.5"), string("numeric(10,2)", "12.50"));
  EXPECT_EQ(number("double precision", "1.50e1"), number("double precision", "15"));
  EXPECT_EQ(string("double precision", "NaN"), "\"NaN\"");
}

TEST(ValueForm, KeepsWhatIsPartOfTheValue) {
  EXPECT_NE(string("numeric", "1.0"), string("numeric", "1.00"));
  EXPECT_NE(number("double precision", "-0"), number("double precision", "0"));
  EXPECT_NE(string("text", "5"), number("text", "5"));
  EXPECT_NE(string("text", "null"), spelled({}, ValueKind::kNull, "null"));
  EXPECT_NE(spelled({}, ValueKind::kMissing, ""), spelled({}, ValueKind::kNull, "null"));
  EXPECT_NE(string("character varying(3)", "a "), string("character varying(3)", "a"));
  EXPECT_EQ(string("character(3)", "a  "), string("character(3)", "a"));
  EXPECT_NE(number("bigint", "9007199254740993"), number("bigint", "9007199254740992"));
}

TEST(ValueForm, BringsMomentsToUtc) {
  EXPECT_EQ(string("timestamp(3) with time zone", "2025-01-01 00:30:00.500+02:00"), "\"2024-12-31T22:30:00.5Z\"");
  EXPECT_EQ(string("timestamp with time zone", "2025-01-15T10:30:00Z"), "\"2025-01-15T10:30:00Z\"");
  EXPECT_EQ(string("timestamp without time zone", "2025-01-15 10:30"), "\"2025-01-15T10:30:00\"");
  EXPECT_EQ(string("timestamp without time zone", "infinity"), "\"infinity\"");
  EXPECT_EQ(string("timestamp without time zone", "2025-02-30T00:00:00"), "\"2025-02-30T00:00:00\"");
}

TEST(ValueForm, TellsDocumentsByTheirTextAndBinaryOnesByTheirValue) {
  const auto json = [](const char* type, std::string_view object) {
    return spelled(form_of_postgres(type), ValueKind::kObject, object);
  };
  EXPECT_EQ(json("jsonb", R"({"b": 1, "a": [1, "é"], "b": 2})"), json("jsonb", R"({"a":[1,"\u00e9"],"b":2})"));
  EXPECT_NE(json("jsonb", R"({"a": 1.0})"), json("jsonb", R"({"a": 1.00})"));
  EXPECT_NE(json("json", R"({"a": 1})"), json("json", R"({"a":1})"));
  EXPECT_EQ(json("json", R"({"$json_text": "{\"a\":1}"})"), json("json", R"({"a":1})"));
  EXPECT_EQ(json("jsonb", R"({"$json": null})"), "Jnull");
  EXPECT_EQ(json("jsonb", R"({"$json": {"$json": 1}})"), R"(J{"$json":1})");
  EXPECT_NE(json("jsonb", R"({"$json": 1, "a": 2})"), "J1");
  EXPECT_NE(string("jsonb", "a"), spelled(form_of_postgres("text"), ValueKind::kString, "a"));
}

TEST(ValueForm, LooksIntoArrays) {
  const auto array = [](const char* type, std::string_view text) {
    return spelled(form_of_postgres(type), ValueKind::kArray, text);
  };
  EXPECT_EQ(array("integer[]", "[1, \"02\",null]"), array("integer[]", "[\"1\",2, null]"));
  EXPECT_EQ(array("text[]", R"([["a", "\u0062"]])"), array("text[]", R"([["a","b"]])"));
  EXPECT_NE(array("json[]", R"([{"a": 1}])"), array("json[]", R"([{"a":1}])"));
  EXPECT_NE(array("text[]", "[\"null\"]"), array("text[]", "[null]"));
}

TEST(ValueForm, ReadsUuidsAndBytesInAnySpelling) {
  EXPECT_EQ(string("uuid", "{A0EEBC999C0B4EF8BB6D6BB9BD380A11}"), "\"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11\"");
  EXPECT_EQ(string("bytea", "\\xAB"), string("bytea", "\\xab"));
}

TEST(ValueForm, OfSqliteTellsStorageClassesApart) {
  const auto in = [](const char* type, ValueKind kind, std::string_view text) {
    return spelled(form_of_sqlite(type), kind, text);
  };
  EXPECT_NE(in("NUMERIC", ValueKind::kNumber, "5"), in("NUMERIC", ValueKind::kObject, R"({"$real": "5.0"})"));
  EXPECT_NE(in("TEXT", ValueKind::kString, "5"), in("TEXT", ValueKind::kObject, R"({"$integer": "5"})"));
  EXPECT_EQ(in("DOUBLE", ValueKind::kNumber, "5.0"), in("DOUBLE", ValueKind::kNumber, "5"));
  EXPECT_NE(in("DOUBLE", ValueKind::kNumber, "5"), in("DOUBLE", ValueKind::kString, "5"));
  EXPECT_EQ(in("BLOB", ValueKind::kObject, R"({ "$bytes":"YQ=="})"),
            in("BLOB", ValueKind::kObject, R"({"$bytes": "YQ=="})"));
}

TEST(ValueForm, KeysOrderIntegersByTheirValueAndTextsByTheirBytes) {
  const auto key = [](std::string_view value) {
    std::string out;
    append_key(out, value);
    return out;
  };
  const std::vector<std::string_view> integers = {"-100", "-99", "-12", "-9", "-1", "0", "1", "9", "10", "123456"};
  for (std::size_t i = 1; i < integers.size(); ++i) EXPECT_LT(key(integers[i - 1]), key(integers[i])) << integers[i];
  EXPECT_LT(key("\"a\""), key("\"ab\""));
  EXPECT_LT(key("\"Z\""), key("\"a\""));
  // Two columns: no text of the one can reach into the other.
  EXPECT_NE(key("\"a\"") + key("\"bc\""), key("\"ab\"") + key("\"c\""));
}

TEST(ValueForm, ShowsThemAsPeopleReadThem) {
  EXPECT_EQ(shown("\"a\\nb\"").text, "a\nb");
  EXPECT_TRUE(shown("null").is_null);
  EXPECT_EQ(shown("Jnull").text, "null");
  EXPECT_EQ(shown("12").text, "12");
}

}  // namespace
}  // namespace join
