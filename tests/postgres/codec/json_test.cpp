// json and jsonb: verbatim where the value can stand in a record, wrapped where it could not be told apart or would
// change.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "postgres/codec/codec_round_trip.h"

namespace postgres_test {

using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::IsEmpty;
using testing::StartsWith;

namespace {

std::vector<std::string> json_of(const std::string& type, const Literals& literals) {
  RoundTrip trip(type);
  trip.insert(literals);
  auto json = trip.json();
  EXPECT_THAT(trip.differences(json), IsEmpty());
  return json;
}

std::string nested(std::size_t levels) { return std::string(levels, '[') + std::string(levels, ']'); }

}  // namespace

TEST(CodecJson, StandsVerbatim) {
  const std::vector<std::string> texts = {R"({"b":1,  "a" : [1, 2.50, "x\u00e9\/"]})",
                                          "[ ]",
                                          "{}",
                                          "\"text \\\" \\\\ \\n é\"",
                                          "1.50",
                                          "-0",
                                          "1E+2",
                                          "true",
                                          "false",
                                          R"({"a":1,"a":2})",
                                          "{\n  \"a\":\t1\n}",
                                          R"({"pair":"\ud83d\ude00"})",
                                          "1234567890123456",
                                          R"({"\u0000":1})"};
  EXPECT_THAT(json_of("json", Literals(texts.begin(), texts.end())), ElementsAreArray(texts));
}

TEST(CodecJson, TellsItsOwnNullFromSqlNull) {
  for (const std::string type : {"json", "jsonb"}) {
    EXPECT_THAT(json_of(type, {"null", {}}), ElementsAre(R"({"$json": null})", "null"));
  }
}

TEST(CodecJson, WrapsAnObjectThatLooksLikeAWrapper) {
  EXPECT_THAT(json_of("jsonb", {R"({"$json": null})", R"({"$json": {"$json": [1]}})", R"({"$json_text": "x"})",
                                R"({"$json": 1, "z": 2})", R"({"$jsonx": 1})", R"({"a": {"$json": 1}})"}),
              ElementsAre(R"({"$json": {"$json": null}})", R"({"$json": {"$json": {"$json": [1]}}})",
                          R"({"$json": {"$json_text": "x"}})", R"({"z": 2, "$json": 1})", R"({"$jsonx": 1})",
                          R"({"a": {"$json": 1}})"));
}

TEST(CodecJson, SeesAWrapperHoweverItsKeyIsSpelled) {
  const std::vector<std::string> texts = {R"({ "\u0024json" : [1, "}"] })", R"({"$json":1, "$json":2})",
                                          "{\n\"$json_text\":1}"};
  EXPECT_THAT(
      json_of("json", Literals(texts.begin(), texts.end())),
      ElementsAre("{\"$json\": " + texts[0] + "}", "{\"$json\": " + texts[1] + "}", "{\"$json\": " + texts[2] + "}"));
}

TEST(CodecJson, KeepsWhatEmbeddingWouldLoseAsText) {
  EXPECT_THAT(json_of("json", {" 1", "{} ", "\nnull\n", R"("\u0041")", R"("a\/b")", R"({"a":"\ud800"})",
                               R"(["\udc00\ud800"])"}),
              ElementsAre(R"({"$json_text": " 1"})", R"({"$json_text": "{} "})", R"({"$json_text": "\nnull\n"})",
                          R"({"$json_text": "\"\\u0041\""})", R"({"$json_text": "\"a\\/b\""})",
                          R"({"$json_text": "{\"a\":\"\\ud800\"}"})", R"({"$json_text": "[\"\\udc00\\ud800\"]"})"));
}

TEST(CodecJson, KeepsNumbersThatADoubleWouldChangeAsText) {
  for (const std::string type : {"json", "jsonb"}) {
    for (const std::string text :
         {"12345678901234567890", "-9007199254740993", R"({"a": [1, {"b": 0.12345678901234567890}]})",
          R"(["xxxxxxxxxxxxxx", 18446744073709551615])", "3.14159265358979323846"})
      EXPECT_THAT(json_of(type, {text}), ElementsAre(StartsWith(R"({"$json_text": ")"))) << type << " " << text;
  }
  EXPECT_THAT(json_of("json", {"1e400", "[1E-400]", "{\"a\":1.5e999999999999999999}"}),
              ElementsAre(R"({"$json_text": "1e400"})", R"({"$json_text": "[1E-400]"})",
                          R"({"$json_text": "{\"a\":1.5e999999999999999999}"})"));
}

TEST(CodecJson, LetsNumbersStandThatADoubleKeeps) {
  for (const std::string type : {"json", "jsonb"}) {
    for (const std::string text :
         {"9007199254740992", "0.1", "-123456.789012345", "100000000000000000000", R"("12345678901234567890")",
          R"(["a\"12345678901234567890", 1])", R"(["2025-01-15T10:30:00.123456789", "e5", 12])", "0.30000000000000004"})
      EXPECT_THAT(json_of(type, {text}), ElementsAre(text)) << type;
  }
  EXPECT_THAT(json_of("json", {"1e300", "-0.0E-5", "[1.5E+10]"}), ElementsAre("1e300", "-0.0E-5", "[1.5E+10]"));
}

TEST(CodecJson, FindsALongNumberAtEveryPlace) {
  for (std::size_t before = 0; before < 40; ++before) {
    const std::string text = "[\"" + std::string(before, 'x') + "\", 12345678901234567, 1]";
    EXPECT_THAT(json_of("jsonb", {text}), ElementsAre(StartsWith(R"({"$json_text": ")"))) << before;
  }
}

TEST(CodecJson, KeepsDeepNestingAsText) {
  for (const std::string type : {"json", "jsonb"}) {
    const auto json = json_of(type, {nested(900), nested(901), "\"" + std::string(2000, '[') + "\""});
    EXPECT_EQ(json[0], nested(900));
    EXPECT_THAT(json[1], StartsWith(R"({"$json_text": "[[[)"));
    EXPECT_THAT(json[2], StartsWith("\"[[["));
  }
}

TEST(CodecJson, InAnArrayWrapsWhatLooksLikeADimension) {
  EXPECT_THAT(json_of("jsonb[]", {R"({"[1, 2]","null","{\"$json\": 1}",NULL,"{\"a\": 1}","\"s\"",7})", "{}",
                                  R"({{1,"[]"},{2,NULL}})"}),
              ElementsAre(R"([{"$json": [1, 2]},{"$json": null},{"$json": {"$json": 1}},null,{"a": 1},"s",7])", "[]",
                          R"([[1,{"$json": []}],[2,null]])"));
  EXPECT_THAT(json_of("json[]", {R"({" [1] ","\"\\u0041\""})"}),
              ElementsAre(R"([{"$json_text": " [1] "},{"$json_text": "\"\\u0041\""}])"));
}

TEST(CodecJson, TakesAwayOneLayerHoweverTheFileWasReformatted) {
  RoundTrip trip("json");
  EXPECT_EQ(trip.stored("{\n  \"$json\" : {\"$json\": 1}\n}"), "{\"$json\": 1}");
  EXPECT_EQ(trip.stored(R"({"$json": null})"), "null");
  EXPECT_EQ(trip.stored(R"({"$json_text": "\u005b1,\t2]"})"), "[1,\t2]");
  EXPECT_EQ(trip.stored(R"("a\"é")"), "\"a\\\"é\"");
}

TEST(CodecJson, RefusesWhatIsNoWrapperAndNul) {
  RoundTrip trip("jsonb");
  EXPECT_EQ(trip.stored(R"({"$json": 1, "$json": 2})"), "refused: an object that holds \"$json\" more than once");
  EXPECT_EQ(trip.stored(R"({"$json_text": 1})"),
            "refused: the content of \"$json_text\" where jsonb is expected is not a string");
  EXPECT_EQ(trip.stored(R"("a\u0000b")"), "refused: holds NUL, which PostgreSQL cannot store");
}

}  // namespace postgres_test
