// What a column of SQLite is taken as: by its values and by what the target wants.
#include "conversion/convert.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "format/value.h"

namespace conversion {
namespace {

using format::Value;
using format::ValueKind;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Value text(std::string_view text) { return {ValueKind::kString, text}; }
Value number(std::string_view token) { return {ValueKind::kNumber, token}; }
Value object(std::string_view json) { return {ValueKind::kObject, json}; }
const ColumnWish kEmptyIsNull{std::nullopt, EmptyText::kNull};
ColumnWish as(TimeReading reading) { return {reading, EmptyText::kKept}; }
const Value kNothing{ValueKind::kNull, "null"};

ColumnProfile profile_of(const std::vector<Value>& values) {
  ColumnProfile profile;
  for (const Value& value : values) profile.add(value);
  return profile;
}

DecidedColumn decided(const std::string& type, const std::vector<Value>& values, const ColumnWish& wish = {},
                      Role role = Role::kPlain) {
  return decide("t.c", type, role, profile_of(values), wish);
}

// "string 2025-01-31T00:00:00": what the target is given of the last of `values`, which also decide.
std::string given(const std::string& type, const std::vector<Value>& values, const ColumnWish& wish = {}) {
  const DecidedColumn column = decided(type, values, wish);
  EXPECT_EQ(column.unclear, "");
  Conversion conversion({column.conversion});
  const std::vector<Value> record = {values.back()};
  const Value converted = conversion.convert(record)[0];
  static const std::vector<std::string> kinds = {"missing", "null", "boolean", "number", "string", "array", "object"};
  return kinds[static_cast<std::size_t>(converted.kind)] + " " + std::string(converted.text);
}

const std::string kTimestamp = "timestamp without time zone";
const std::string kTimestamptz = "timestamp(3) with time zone";

TEST(Conversion, TakesZeroAndOneForBooleans) {
  EXPECT_EQ(given("boolean", {number("1"), number("0")}), "boolean false");
  EXPECT_EQ(given("boolean", {text("t"), text("f"), text("TRUE")}), "boolean true");
  EXPECT_EQ(given("boolean", {text("False")}), "boolean false");
  EXPECT_EQ(given("boolean", {text("1")}), "boolean true");
  EXPECT_THAT(decided("boolean", {number("1")}).notes, ElementsAre("t.c: 0 and 1 taken as false and true"));
}

TEST(Conversion, LeavesToTheTargetWhatIsNoBoolean) {
  EXPECT_EQ(given("boolean", {number("1"), number("2")}), "number 2");
  EXPECT_EQ(given("boolean", {number("1"), text("yes?")}), "string yes?");
  EXPECT_EQ(given("boolean", {kNothing}), "null null");
}

TEST(Conversion, ReadsIsoTextAsTimes) {
  EXPECT_EQ(given(kTimestamp, {text("2025-01-31 10:30:00.25")}), "string 2025-01-31T10:30:00.25");
  EXPECT_EQ(given(kTimestamp, {text("2025-01-31T10:30")}), "string 2025-01-31T10:30:00");
  EXPECT_EQ(given(kTimestamp, {text("2025-01-31")}), "string 2025-01-31T00:00:00");
  EXPECT_EQ(given(kTimestamptz, {text("2025-01-31 10:30:00")}), "string 2025-01-31T10:30:00Z");
  EXPECT_EQ(given(kTimestamptz, {text("2025-01-31 10:30:00 UTC")}), "string 2025-01-31T10:30:00Z");
  EXPECT_EQ(given(kTimestamptz, {text("2025-01-31 10:30:00+0200")}), "string 2025-01-31T10:30:00+02:00");
}

TEST(Conversion, SaysWhatIsSupposedOfAZone) {
  EXPECT_THAT(decided(kTimestamptz, {text("2025-01-31 10:30:00")}).notes,
              ElementsAre("t.c: ISO text without a zone taken as UTC"));
  EXPECT_THAT(decided(kTimestamptz, {text("2025-01-31 10:30:00Z")}).notes, IsEmpty());
  EXPECT_EQ(given(kTimestamp, {text("2025-01-31T10:30:00+00:00")}), "string 2025-01-31T10:30:00");
  EXPECT_EQ(given(kTimestamp, {text("2025-01-31T10:30:00+02:00")}), "string 2025-01-31T10:30:00+02:00")
      << "left to the target, which refuses it";
}

TEST(Conversion, ReadsSecondsAndMillisecondsByTheSizeOfAll) {
  EXPECT_EQ(given(kTimestamp, {number("0"), number("1700000000")}), "string 2023-11-14T22:13:20");
  EXPECT_EQ(given(kTimestamp, {number("1700000000"), number("1700000000.25")}), "string 2023-11-14T22:13:20.250000");
  EXPECT_EQ(given(kTimestamptz, {number("1700000000123")}), "string 2023-11-14T22:13:20.123000Z");
  EXPECT_EQ(given(kTimestamptz, {text("1700000000")}), "string 2023-11-14T22:13:20Z");
  EXPECT_EQ(given(kTimestamp, {object(R"({"$real": "1700000000.0"})")}), "string 2023-11-14T22:13:20");
  EXPECT_THAT(decided(kTimestamp, {number("1700000000")}).notes,
              ElementsAre("t.c: 1 × Unix seconds taken as timestamps"));
}

TEST(Conversion, DoesNotGuessWhichTimesAreMeant) {
  EXPECT_THAT(decided(kTimestamp, {number("1700000000"), text("2025-01-31 10:30:00")}).unclear,
              AllOf(HasSubstr("t.c holds"), HasSubstr("1 × integer"), HasSubstr("1 × ISO date and time")));
  EXPECT_THAT(decided(kTimestamp, {number("1700000000"), number("1700000000000")}).unclear,
              HasSubstr("from 1700000000 to 1700000000000"));
  EXPECT_NE(decided("date", {number("20250131")}).unclear, "") << "a day without hyphens";
  EXPECT_NE(decided(kTimestamp, {number("2025")}).unclear, "") << "a year";
  EXPECT_NE(decided(kTimestamp, {number("2460707.5")}).unclear, "") << "a Julian day";
  EXPECT_NE(decided(kTimestamp, {number("-86400")}).unclear, "");
  EXPECT_NE(decided(kTimestamp, {number("20250131103000")}).unclear, "");
  EXPECT_EQ(decided(kTimestamp, {kNothing, text("not a time")}).unclear, "") << "the target refuses that row";
}

TEST(Conversion, TakesTheUsersWordForTimes) {
  const std::vector<Value> mixed = {text("2025-01-31 10:30:00"), number("1700000000")};
  EXPECT_EQ(given(kTimestamp, mixed, as(TimeReading::kSeconds)), "string 2023-11-14T22:13:20");
  EXPECT_EQ(given(kTimestamp, {mixed[1], mixed[0]}, as(TimeReading::kSeconds)), "string 2025-01-31T10:30:00");
  EXPECT_EQ(given(kTimestamp, mixed, as(TimeReading::kIso)), "number 1700000000");
  EXPECT_EQ(given(kTimestamp, {number("-1")}, as(TimeReading::kMilliseconds)), "string 1969-12-31T23:59:59.999000");
}

TEST(Conversion, MakesDatesOfMidnightsOnly) {
  EXPECT_EQ(given("date", {text("2025-01-31 00:00:00")}), "string 2025-01-31");
  EXPECT_EQ(given("date", {text("2025-01-31 00:00:01")}), "string 2025-01-31 00:00:01");
  EXPECT_EQ(given("date", {number("1700006400")}), "string 2023-11-15");
  EXPECT_EQ(given("date", {number("1700000000")}), "number 1700000000");
}

TEST(Conversion, GivesTextForNumbersAndNumbersForText) {
  EXPECT_EQ(given("text", {number("0.1")}), "string 0.1");
  EXPECT_EQ(given("character varying(20)", {object(R"({"$integer": "9223372036854775807"})")}),
            "string 9223372036854775807");
  EXPECT_EQ(given("numeric(10,2)", {text("12.50")}), "string 12.50");
  EXPECT_EQ(given("double precision", {object(R"({"$real": "5.0"})")}), "string 5.0");
  EXPECT_EQ(given("double precision", {object(R"({"$real": "-Infinity"})")}), "string -Infinity");
}

TEST(Conversion, GivesBytesAsTheTargetWritesThem) {
  EXPECT_EQ(given("bytea", {object(R"({"$bytes": "AP8="})")}), "string \\x00ff");
  EXPECT_EQ(given("bytea", {text("hi")}), "string \\x6869");
  EXPECT_EQ(given("uuid", {object(R"({"$bytes": "AAECAwQFBgcICQoLDA0ODw=="})")}),
            "string 000102030405060708090a0b0c0d0e0f");
  EXPECT_EQ(given("text", {object(R"({"$bytes": "AP8="})")}), R"(object {"$bytes": "AP8="})");
  EXPECT_EQ(given("text", {object(R"({"$text": "XHg2OQ=="})")}), "string \\x69");
  EXPECT_EQ(given("text", {object(R"({"$text": "/w=="})")}), R"(object {"$text": "/w=="})") << "no valid UTF-8";
}

TEST(Conversion, HandsJsonOverAsItIsWritten) {
  EXPECT_EQ(given("jsonb", {text(R"({"a":  [1]})")}), R"(object {"$json_text": "{\"a\":  [1]}"})");
  EXPECT_EQ(given("text[]", {text(R"(["a"])")}), R"(array ["a"])");
  EXPECT_EQ(given("text[]", {text("[broken")}), "string [broken");
}

TEST(Conversion, TakesEmptyTextForNullOnlyWhereItIsAskedFor) {
  EXPECT_EQ(given("uuid", {text("")}), "string ");
  EXPECT_EQ(given("uuid", {text("")}, kEmptyIsNull), "null null");
  EXPECT_EQ(given("uuid", {text(" ")}, kEmptyIsNull), "string  ");
  EXPECT_THAT(
      decided("uuid", {text("")}).notes,
      ElementsAre("t.c: 1 × empty text, which is no uuid: such rows are left out; --empty-as-null t.c takes it as "
                  "NULL"));
  EXPECT_THAT(decided("text", {text("")}).notes, IsEmpty());
  EXPECT_THAT(decided("text", {text("")}, {}, Role::kForeignKey).notes,
              ElementsAre("t.c: 1 × empty text, which refers to no row; --empty-as-null t.c takes it as NULL"));
}

TEST(Conversion, TouchesNothingElse) {
  Conversion conversion({{}, {}});
  const std::vector<Value> record = {object(R"({"$text": "aGk="})"), text(""), number("1")};

  const auto converted = conversion.convert(record);

  ASSERT_EQ(converted.size(), 3U);
  EXPECT_EQ(converted[0].text, record[0].text);
  EXPECT_EQ(converted[1].kind, ValueKind::kString);
  EXPECT_EQ(converted[2].text, "1");
  EXPECT_TRUE(conversion.changes_nothing());
}

TEST(Profile, CountsEveryValueByItsShape) {
  const ColumnProfile profile = profile_of(
      {kNothing, number("0"), number("7"), number("0.5"), text(""), text("t"), text("2025-01-31"),
       text("2025-01-31 10:00"), text("2025-01-31T10:00:00Z"), text("-12.5"), text("x"), object(R"({"$bytes": ""})"),
       text("01234567-89ab-cdef-0123-456789abcdef"), object(R"({"$integer": "9223372036854775807"})")});

  EXPECT_EQ(
      in_words(profile),
      "1 × 0 or 1, 2 × integer, 1 × real, 1 × empty text, 1 × t, f, true or false, 1 × ISO date, 1 × ISO date and "
      "time, 1 × ISO date and time with zone, 1 × number as text, 1 × UUID, 1 × text, 1 × bytes, numbers from "
      "-12.5 to 9.223372036854776e+18");
  EXPECT_EQ(profile.count(Shape::kNull), 1U);
}

}  // namespace
}  // namespace conversion
