// Values of types with several binary forms: equal where their text is. Where the form is the value, it alone counts.
#include "postgres/import/import_fixture.h"

namespace import_test {
namespace {

// Two forms of one text: the high half of the number is in no output.
constexpr const char* kHalfNumber =
    "CREATE TYPE half; CREATE FUNCTION half_in(cstring) RETURNS half LANGUAGE internal IMMUTABLE STRICT AS 'int8in';"
    "CREATE FUNCTION half_out(half) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'int4out';"
    "CREATE TYPE half (INPUT = half_in, OUTPUT = half_out, LIKE = int8);";

// How often an import of what the database itself holds would write, and how often the one after it does.
std::string twice(Case& t, const std::string& table, const std::string& record) {
  const std::string first = t.import_as_announced({{table, {record}}}).of(table);
  return first + ", " + t.import_as_announced({{table, {record}}}).of(table);
}

TEST(EqualByText, ATypeWhoseOutputIsTheSameIsUnchanged) {
  Case t(std::string(kHalfNumber) +
         "CREATE TABLE a (id int PRIMARY KEY, h half); INSERT INTO a VALUES (1, '4294967303')");
  EXPECT_EQ(twice(t, "a", R"({"id":1,"h":"7"})"), "unchanged 1, unchanged 1");
  EXPECT_EQ(twice(t, "a", R"({"id":1,"h":"8"})"), "update 1, unchanged 1");
}

TEST(EqualByText, SoAreArraysAndCompositesOfIt) {
  Case t(std::string(kHalfNumber) +
         "CREATE TYPE \"Two of\" AS (a int, \"B\" half); CREATE TABLE a (id int PRIMARY KEY, h half[], c \"Two of\");"
         "INSERT INTO a VALUES (1, '{4294967303,1}', '(1,4294967303)')");
  EXPECT_EQ(twice(t, "a", R"x({"id":1,"h":["7","1"],"c":"(1,7)"})x"), "unchanged 1, unchanged 1");
  EXPECT_EQ(twice(t, "a", R"x({"id":1,"h":["7","2"],"c":"(1,7)"})x"), "update 1, unchanged 1");
}

TEST(EqualByText, ABitmapThatANullLeftInAnArrayIsNoDifference) {
  Case t("CREATE TABLE a (id int PRIMARY KEY, n int[]); INSERT INTO a VALUES (1, '{1,NULL}'); UPDATE a SET n[2] = 2");
  EXPECT_EQ(twice(t, "a", R"({"id":1,"n":[1,2]})"), "unchanged 1, unchanged 1");
}

TEST(EqualByText, AnAttributeAddedLaterIsNoDifferenceWhereItIsNull) {
  Case t(
      "CREATE TYPE pair AS (a int); CREATE TABLE a (id int PRIMARY KEY, p pair); INSERT INTO a VALUES (1, '(1)');"
      "ALTER TYPE pair ADD ATTRIBUTE b text");
  EXPECT_EQ(twice(t, "a", R"x({"id":1,"p":"(1,)"})x"), "unchanged 1, unchanged 1");
}

TEST(EqualByText, NullIsNotAnEmptyText) {
  Case t("CREATE TABLE a (id int PRIMARY KEY, v tsvector); INSERT INTO a VALUES (1, NULL)");
  EXPECT_EQ(twice(t, "a", R"({"id":1,"v":""})"), "update 1, unchanged 1");
}

TEST(EqualByText, TheFormCountsWhereItIsTheValue) {
  Case t(
      "CREATE TABLE a (id int PRIMARY KEY, n numeric, f float8, j json, m numeric[]);"
      "INSERT INTO a VALUES (1, 1.0, 0, '{}', '{1.0}')");
  const std::string same = R"({"id":1,"n":"1.0","f":0,"j":{},"m":["1.0"]})";
  EXPECT_EQ(twice(t, "a", same), "unchanged 1, unchanged 1");
  EXPECT_EQ(twice(t, "a", R"({"id":1,"n":"1.00","f":0,"j":{},"m":["1.0"]})"), "update 1, unchanged 1");
  EXPECT_EQ(twice(t, "a", R"({"id":1,"n":"1.00","f":-0.0,"j":{},"m":["1.0"]})"), "update 1, unchanged 1");
  EXPECT_EQ(twice(t, "a", R"({"id":1,"n":"1.00","f":-0.0,"j":{ },"m":["1.0"]})"), "update 1, unchanged 1");
  EXPECT_EQ(twice(t, "a", R"({"id":1,"n":"1.00","f":-0.0,"j":{ },"m":["1.00"]})"), "update 1, unchanged 1");
}

TEST(EqualByText, ACollationThatTakesLettersForEqualDoesNotHideTheirDifference) {
  Case t(
      "CREATE COLLATION blind (provider = icu, locale = 'und-u-ks-level2', deterministic = false);"
      "CREATE TABLE a (id int PRIMARY KEY, t text[] COLLATE blind); INSERT INTO a VALUES (1, '{Ab}')");
  EXPECT_EQ(twice(t, "a", R"({"id":1,"t":["aB"]})"), "update 1, unchanged 1");
}

}  // namespace
}  // namespace import_test
