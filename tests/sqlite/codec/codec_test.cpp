// Every value comes back with its storage class and its bytes, whatever the column does to values. The sqlite3 shell
// writes the values and compares both sides; our codec only carries them.
#include "sqlite/codec/codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sqlite/import/import_fixture.h"

namespace sqlite_test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kEveryAffinity =
    "CREATE TABLE v(id INTEGER PRIMARY KEY, i INTEGER, t TEXT, b BLOB, n, r REAL, d DECIMAL(10,2), x BOOLEAN);"
    "CREATE TABLE s(id INTEGER PRIMARY KEY, i INT, t TEXT, b BLOB, r REAL, a ANY) STRICT;";

const std::vector<std::string>& literals() {
  static const std::vector<std::string> all = {"NULL",
                                               "0",
                                               "1",
                                               "-1",
                                               "9007199254740991",
                                               "9007199254740992",
                                               "-9007199254740993",
                                               "9223372036854775807",
                                               "-9223372036854775808",
                                               "0.0",
                                               "5.0",
                                               "0.1",
                                               "-1.5",
                                               "1e15",
                                               "1e16",
                                               "1.2345678901234567e18",
                                               "9.3e18",
                                               "1e300",
                                               "5e-324",
                                               "9e999",
                                               "-9e999",
                                               "9007199254740993.0",
                                               "-9223372036854775808.0",
                                               "''",
                                               "'abc'",
                                               "'1'",
                                               "'1.0'",
                                               "'007'",
                                               "' 12 '",
                                               "'1e400'",
                                               "'12345678901234567890.12'",
                                               "'Infinity'",
                                               "'NaN'",
                                               "'true'",
                                               "'null'",
                                               "'{}'",
                                               "'{\"$bytes\": \"AA==\"}'",
                                               "'\\x6869'",
                                               "'\\x686'",
                                               "'é😀'",
                                               "char(1,9,10,34,92,127)",
                                               "'a' || char(0) || 'b'",
                                               "CAST(x'ff41' AS TEXT)",
                                               "CAST(x'eda080' AS TEXT)",
                                               "x''",
                                               "x'00'",
                                               "x'00ff61'",
                                               "zeroblob(70000)",
                                               "CAST(zeroblob(10) AS TEXT)",
                                               "'2025-01-15T10:30:00Z'"};
  return all;
}

std::string insert_every_literal() {
  std::string sql;
  for (const std::string& value : literals()) {
    sql += "INSERT INTO v(i,t,b,n,r,d,x) VALUES(";
    for (int i = 0; i < 7; ++i) sql += (i > 0 ? "," : "") + value;
    sql += ");INSERT OR IGNORE INTO s(a) VALUES(" + value + ");";
    // A strict column refuses most of them; what it takes must come back.
    for (const char* column : {"i", "t", "b", "r"})
      sql += std::string("INSERT INTO s(") + column + ") SELECT " + value + " WHERE typeof(" + value + ") = '" +
             (*column == 'i'   ? "integer"
              : *column == 't' ? "text"
              : *column == 'b' ? "blob"
                               : "real") +
             "';";
  }
  return sql;
}

// Storage class and bytes of every value, as the shell sees them.
std::string content(const Database& database) {
  std::string sql;
  for (const char* column : {"i", "t", "b", "n", "r", "d", "x"})
    sql += std::string("SELECT typeof(") + column + "), hex(CAST(" + column + " AS BLOB)), quote(" + column +
           ") FROM v ORDER BY id;";
  for (const char* column : {"i", "t", "b", "r", "a"})
    sql += std::string("SELECT typeof(") + column + "), hex(CAST(" + column + " AS BLOB)), quote(" + column +
           ") FROM s ORDER BY id;";
  return database.run(sql);
}

TEST(SqliteCodec, BringsEveryValueBackInEveryColumn) {
  const Database source(std::string(kEveryAffinity) + insert_every_literal());
  const Database target(kEveryAffinity);

  const std::string file = export_of(source);
  const Imported imported = import_file(target, file);

  EXPECT_EQ(imported.of("v"), "insert " + std::to_string(literals().size()));
  EXPECT_EQ(content(source), content(target));
  EXPECT_EQ(source.dump(), target.dump());
  EXPECT_EQ(data_of(export_of(target)), data_of(file));
  const Imported again = import_file(target, file);
  EXPECT_EQ(again.of("v"), "unchanged " + std::to_string(literals().size()));
}

TEST(SqliteCodec, BringsEveryValueIntoAnIndexLessTable) {
  std::string sql = "CREATE TABLE w(n, t TEXT);";
  for (const std::string& value : literals()) sql += "INSERT INTO w VALUES(" + value + "," + value + ");";
  const Database source(sql + sql.substr(sql.find("INSERT")));
  const Database target("CREATE TABLE w(n, t TEXT);");

  import_file(target, export_of(source));

  EXPECT_EQ(source.dump(), target.dump());
  EXPECT_EQ(import_file(target, export_of(source)).of("w"), "unchanged " + std::to_string(2 * literals().size()));
}

TEST(SqliteCodec, KeepsTextOfUtf16Databases) {
  const std::string sql = "PRAGMA encoding = 'UTF-16be'; CREATE TABLE v(id INTEGER PRIMARY KEY, t);";
  const Database source(sql + "INSERT INTO v VALUES(1,'é😀'),(2,char(0)),(3,x'd800');");
  const Database target(sql);

  import_file(target, export_of(source));

  EXPECT_EQ(target.value("SELECT hex(t) FROM v"), source.value("SELECT hex(t) FROM v"));
}

TEST(SqliteCodec, RefusesToExportTextThatHasNoUtf8Form) {
  const Database source(
      "PRAGMA encoding = 'UTF-16le'; CREATE TABLE v(t); INSERT INTO v VALUES(CAST(x'3dd8' AS TEXT));");

  try {
    export_of(source);
    FAIL() << "exported";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::kSchema);
    EXPECT_THAT(error.what(), HasSubstr("v.t holds text that is no valid UTF-16"));
  }
}

// What one JSON value becomes in a column of `type`: its storage class and its quoted form, or the reason against it.
// `file_type`: of the file's column; empty: a text, as of SQLite.
std::string stored(const std::string& type, const std::string& json, const std::string& file_type = "numeric") {
  const Case one("CREATE TABLE v(id INTEGER PRIMARY KEY, c " + type + ");");
  const Imported imported = one.import({{"v", {"{\"id\": 1, \"c\": " + json + "}"}}}, {.change = [&](auto& plan) {
                                         plan.file_type = {"integer", file_type};
                                       }});
  if (imported.counts.at("v").insert == 0) return imported.decisions.at("v").front().reason;
  return one.database.value("SELECT typeof(c) || ' ' || quote(c) FROM v");
}

TEST(SqliteCodec, ReadsWhatPostgresqlWrites) {
  EXPECT_EQ(stored("BOOLEAN", "true"), "integer 1");
  EXPECT_EQ(stored("TEXT", "false"), "text 'false'");
  EXPECT_EQ(stored("BIGINT", "\"9223372036854775807\""), "integer 9223372036854775807");
  EXPECT_EQ(stored("DECIMAL", "\"12.50\""), "real 12.5");
  EXPECT_EQ(stored("TEXT", "\"12.50\""), "text '12.50'");
  EXPECT_EQ(stored("TEXT", "0.1"), "text '0.1'");
  EXPECT_EQ(stored("BLOB", R"("\\x6869")"), "blob X'6869'");
  EXPECT_EQ(stored("bytea", R"("\\x6869")"), "blob X'6869'");
  EXPECT_EQ(stored("TEXT", R"("\\x6869")"), R"(text '\x6869')");
  EXPECT_EQ(stored("JSON", R"({"a": [1, 2.0, "\u0041"]})"), R"(text '{"a": [1, 2.0, "\u0041"]}')");
  EXPECT_EQ(stored("JSON", R"({"$json": null})"), "text 'null'");
  EXPECT_EQ(stored("JSON", R"({"$json": {"$json": 1}})"), R"(text '{"$json": 1}')");
  EXPECT_EQ(stored("JSON", R"({"$json_text": " [1] "})"), "text ' [1] '");
  EXPECT_EQ(stored("JSON", R"({"$bytes": "AA==", "b": 1})"), R"(text '{"$bytes": "AA==", "b": 1}')");
  EXPECT_EQ(stored("TEXT", "[1, [2]]"), "text '[1, [2]]'");
  EXPECT_EQ(stored("DATETIME", "\"2025-01-15T10:30:00Z\""), "text '2025-01-15T10:30:00Z'");
}

TEST(SqliteCodec, RefusesWhatTheColumnWouldRound) {
  EXPECT_THAT(stored("DECIMAL", "\"12345678901234567890.12\""), HasSubstr("has more digits than a number of SQLite"));
  EXPECT_THAT(stored("REAL", "\"0.1234567890123456789\""), HasSubstr("has more digits"));
  EXPECT_THAT(stored("REAL", "\"9007199254740993\""), HasSubstr("has more digits"));
  EXPECT_THAT(stored("INTEGER", "\"9223372036854775809\""), HasSubstr("has more digits"));
  EXPECT_THAT(stored("REAL", "1e999"), HasSubstr("out of range"));
  EXPECT_EQ(stored("TEXT", "\"12345678901234567890.12\""), "text '12345678901234567890.12'");
}

TEST(SqliteCodec, KnowsNumbersOfAnyExponentAsSqliteDoes) {
  for (const std::string text : {"1e1000001", "1e-1000001", "1e99999999999999999999", "-1.5e-99999999999999999999"}) {
    EXPECT_THAT(stored("DECIMAL", '"' + text + '"'), HasSubstr("has more digits")) << text;
    EXPECT_EQ(stored("TEXT", '"' + text + '"'), "text '" + text + "'");
  }
  EXPECT_THAT(stored("DECIMAL", R"(" 1e400 ")", "text"), HasSubstr("would become a number of another form"));
  EXPECT_EQ(stored("DECIMAL", "\"0e1000001\""), "integer 0");
  EXPECT_EQ(stored("DECIMAL", "\"1e+-5\"", "text"), "text '1e+-5'");
}

TEST(SqliteCodec, KeepsTheFormOfWhateverIsNoNumberInTheFile) {
  for (const std::string type : {"status", "print_kind", "\"integer\"", "bit varying(4)", "text", "ltree", ""})
    EXPECT_THAT(stored("INTEGER", "\"007\"", type), HasSubstr("the text 007 would become a number")) << type;
  for (const std::string type : {"numeric(10,2)", "numeric", "DECIMAL(10, 2)", "bigint", "double precision", "jsonb"})
    EXPECT_EQ(stored("INTEGER", "\"7.00\"", type), "integer 7") << type;
}

TEST(SqliteCodec, RefusesBrokenTags) {
  EXPECT_THAT(stored("BLOB", R"({"$bytes": "AA="})"), HasSubstr("is not base64"));
  EXPECT_THAT(stored("BLOB", R"({"$bytes": "A A="})"), HasSubstr("is not base64"));
  EXPECT_THAT(stored("BLOB", R"({"$bytes": 1})"), HasSubstr("is not a string"));
  EXPECT_THAT(stored("BLOB", R"({"$integer": "1.5"})"), HasSubstr("no integer"));
  EXPECT_THAT(stored("BLOB", R"({"$real": "abc"})"), HasSubstr("no real"));
}

TEST(SqliteCodec, TellsMinusZeroFromZero) {
  const Case one("CREATE TABLE v(id INTEGER PRIMARY KEY, c); INSERT INTO v VALUES(1, 0.0);");

  const Imported imported = one.import({{"v", {R"({"id": 1, "c": {"$real": "-0.0"}})"}}});

  EXPECT_EQ(imported.of("v"), "update 1");
  EXPECT_THAT(data_of(export_of(one.database)), HasSubstr(R"("c":{"$real": "-0.0"})"));
}

}  // namespace
}  // namespace sqlite_test
