// Arrays: nested JSON arrays, or PostgreSQL's literal where bounds are unusual.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "postgres/codec/codec_round_trip.h"

namespace postgres_test {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

namespace {

std::vector<std::string> json_of(const std::string& type, const Literals& literals,
                                 const std::string& preparation = "") {
  RoundTrip trip(type, preparation);
  trip.insert(literals);
  auto json = trip.json();
  EXPECT_THAT(trip.differences(json), IsEmpty());
  return json;
}

}  // namespace

TEST(CodecArray, NestsLikeItsDimensions) {
  EXPECT_THAT(json_of("int4[]", {"{}", "{1,NULL,3}", "{{1,2},{3,NULL}}", "{{{{{{7}}}}}}", {}, "{{1},{2},{3}}"}),
              ElementsAre("[]", "[1,null,3]", "[[1,2],[3,null]]", "[[[[[[7]]]]]]", "null", "[[1],[2],[3]]"));
}

TEST(CodecArray, HoldsElementsOfEveryType) {
  EXPECT_THAT(json_of("text[]", {R"({"",NULL,"NULL","a\"b","{}"})"}), ElementsAre(R"(["",null,"NULL","a\"b","{}"])"));
  EXPECT_THAT(json_of("bool[]", {"{t,f,NULL}"}), ElementsAre("[true,false,null]"));
  EXPECT_THAT(json_of("numeric(6,2)[]", {"{1,2.50,NaN}"}), ElementsAre(R"(["1.00","2.50","NaN"])"));
  EXPECT_THAT(json_of("float8[]", {"{1.5,-0,Infinity}"}), ElementsAre(R"([1.5,-0,"Infinity"])"));
  EXPECT_THAT(json_of("int8[]", {"{1,9007199254740993}"}), ElementsAre(R"([1,"9007199254740993"])"));
  EXPECT_THAT(json_of("timestamptz(3)[]", {"{2025-01-15 10:30:00.5+02}"}),
              ElementsAre(R"(["2025-01-15T08:30:00.5Z"])"));
  EXPECT_THAT(json_of("varchar(3)[]", {"{abc,äöü}"}), ElementsAre(R"(["abc","äöü"])"));
  EXPECT_THAT(json_of("bytea[]", {R"({"\\x00ff"})"}), ElementsAre(R"(["\\x00ff"])"));
  for (const std::string type :
       {"uuid[]", "inet[]", "date[]", "bit(3)[]", "interval[]", "name[]", "oid[]", "char(2)[]"}) {
    EXPECT_THAT(json_of(type, {"{NULL}", "{}"}), ElementsAre("[null]", "[]")) << type;
  }
}

TEST(CodecArray, HoldsEnumsAndDomains) {
  EXPECT_THAT(json_of("mood[]", {"{sad,NULL}"}, "CREATE TYPE mood AS ENUM ('ok', 'sad')"),
              ElementsAre(R"(["sad",null])"));
  EXPECT_THAT(json_of("positive[]", {"{1,NULL}"}, "CREATE DOMAIN positive AS int CHECK (VALUE > 0)"),
              ElementsAre("[1,null]"));
  EXPECT_THAT(json_of("citext[]", {"{Ab}"}, "CREATE EXTENSION citext"), ElementsAre(R"(["Ab"])"));
}

TEST(CodecArray, OfATypeWithoutBinaryCodecTravelsAsTextArray) {
  RoundTrip trip("point[]");
  trip.insert({"{\"(1,2)\",NULL}", "{}", "[0:0]={\"(1,2)\"}"});
  EXPECT_EQ(postgres::transport_of(trip.type()), postgres::Transport::kTextArray);
  const auto json = trip.json();
  EXPECT_THAT(json, ElementsAre("[\"(1,2)\",null]", "[]", "\"[0:0]={\\\"(1,2)\\\"}\""));
  EXPECT_THAT(trip.differences(json), IsEmpty());
}

TEST(CodecArray, WithUnusualBoundsIsTheLiteralOfPostgres) {
  const std::pair<std::string, std::string> arrays[] = {
      {"int4[]", "[0:2]={1,NULL,3}"},
      {"int4[]", "[-2147483648:-2147483648]={1}"},
      {"int4[]", "[1:2][0:1]={{1,2},{3,4}}"},
      {"text[]", R"([2:9]={"",NULL,"NULL","null","a b","a,b","{\"\\}",plain})"},
      {"bool[]", "[0:1]={t,f}"},
      {"float8[]", "[0:3]={1.5,-0,NaN,1e+20}"},
      {"numeric[]", "[0:1]={1.50,-Infinity}"},
      {"timestamptz[]", "[0:1]={\"2025-01-15 08:30:00.5+00\",\"0044-03-15 12:00:00+00 BC\"}"},
      {"jsonb[]", R"([0:2]={"{\"$json\": [1, null]}",null,"\"s\""})"},
      {"bytea[]", R"([0:0]={"\\x00ff"})"},
      {"interval[]", "[0:0]={\"1 day 02:03:04\"}"},
      {"inet[]", "[0:1]={10.0.0.1,::/0}"},
  };
  for (const auto& [type, literal] : arrays) {
    RoundTrip trip(type);
    trip.insert({literal});
    const auto json = trip.json();
    EXPECT_EQ(nlohmann::json::parse(json[0]), trip.text()[0]) << type;
    EXPECT_THAT(trip.differences(json), IsEmpty());
  }
}

TEST(CodecArray, TakesALiteralWithoutBoundsToo) {
  RoundTrip trip("text[]");
  EXPECT_EQ(trip.stored(R"("{ a , \"b\\\"c\" , NULL}")"), R"({a,"b\"c",NULL})");
  EXPECT_EQ(trip.stored(R"("{}")"), "{}");
}

TEST(CodecArray, RefusesWhatIsNotRectangular) {
  RoundTrip trip("int4[]");
  EXPECT_EQ(trip.stored("[[1,2],[3]]"),
            "refused: nested arrays of different lengths (2 and 1) where integer[] is expected");
  EXPECT_EQ(trip.stored("[1,[2]]"), "refused: arrays and single values side by side where integer[] is expected");
  EXPECT_EQ(trip.stored("[[1],2]"), "refused: arrays and single values side by side where integer[] is expected");
  EXPECT_EQ(trip.stored("[[1],null]"), "refused: arrays and single values side by side where integer[] is expected");
  EXPECT_EQ(trip.stored("[[]]"), "refused: an empty array inside an array of integer[]");
  EXPECT_EQ(trip.stored("[[[[[[[1]]]]]]]"), "refused: 7 levels of arrays, PostgreSQL takes 6");
  EXPECT_EQ(trip.stored("{}"), "refused: an object where integer[] is expected");
}

TEST(CodecArray, NamesTheElementThatItRefuses) {
  EXPECT_EQ(RoundTrip("int2[]").stored("[1,null,70000]"), "refused: element 3: 70000 is out of range for smallint");
  EXPECT_EQ(RoundTrip("varchar(2)[]").stored(R"(["ab","abc"])"),
            "refused: element 2: too long for character varying(2): 3 characters");
  EXPECT_EQ(RoundTrip("numeric(4,1)[]").stored(R"(["1.25"])"),
            "refused: element 1: '1.25' would be rounded by numeric(4,1), which keeps 1 digits after the point");
}

TEST(CodecArray, RefusesABrokenLiteral) {
  RoundTrip trip("int4[]");
  for (const std::string literal :
       {"", "{", "}", "{1", "{1,}", "{1}}", "{1} ", "{{1},2}", "[0:1]={1}", "[1:0]={}", "[0:0]{1}", "[0:0][0:0]={1}",
        "{1 2}", "{\\\"1}", "[9999999999:9999999999]={1}", "{{}}"}) {
    EXPECT_THAT(trip.stored("\"" + literal + "\""), StartsWith("refused: ")) << literal;
  }
}

}  // namespace postgres_test
