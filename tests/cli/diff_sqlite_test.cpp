// db-diff of SQLite's files: storage classes, and beside PostgreSQL.
#include <gmock/gmock.h>

#include "cli/diff_fixture.h"

namespace cli {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class DiffOfSqlite : public Comparison {
 protected:
  std::string database(const std::string& name, const std::string& sql) {
    const std::string path = folder.file(name);
    const support::Run run = support::run_program({"sqlite3", "-bail", path}, {.input = sql});
    EXPECT_EQ(run.status, 0) << run.err;
    return "sqlite:" + path;
  }
};

TEST_F(DiffOfSqlite, TellsStorageClassesApart) {
  const char* schema = "CREATE TABLE t (id INTEGER PRIMARY KEY, v);";
  const std::string a = database(
      "a.db", std::string(schema) + "INSERT INTO t VALUES (1, 5), (2, '5'), (3, 5.0), (4, x'61'), (5, NULL), (6, '')");
  const std::string b = database(
      "b.db", std::string(schema) + "INSERT INTO t VALUES (1, 5.0), (2, 5), (3, '5.0'), (4, 'a'), (5, ''), (6, '')");
  EXPECT_EQ(diff(a, a).status, 0);
  const nlohmann::json found = result(a, b);
  EXPECT_EQ(found["total"]["changed"], 5);
  EXPECT_EQ(found["total"]["equal"], 1);
}

TEST_F(DiffOfSqlite, TakesKeysThatAreNullOrComeTwiceAsTheyAre) {
  const char* schema = "CREATE TABLE t (id TEXT PRIMARY KEY, v);";
  const std::string a = database("a.db", std::string(schema) + "INSERT INTO t VALUES (NULL, 1), (NULL, 2), ('x', 3)");
  const std::string b = database("b.db", std::string(schema) + "INSERT INTO t VALUES (NULL, 2), ('x', 4)");
  const nlohmann::json found = result(a, b);
  EXPECT_EQ(found["total"]["equal"], 1);
  EXPECT_EQ(found["total"]["only_a"], 1);
  EXPECT_EQ(found["total"]["changed"], 1);
}

TEST_F(DiffOfSqlite, OfAnImportFromPostgresqlIsEqual) {
  const char* schema_sql =
      "CREATE TABLE t (id int PRIMARY KEY, flag boolean, day date, at timestamp(3), zoned timestamptz, u uuid, b "
      "bytea, "
      "doc jsonb, tags text[], price numeric(10,2), f double precision, name varchar(20), big bigint)";
  source.run(schema_sql);
  source.run(
      "INSERT INTO t VALUES (1, true, '2025-01-15', '2025-01-15 10:30:00.5', '2025-01-15 10:30:00+02', "
      "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '\\x00ff', '{\"b\": [1, null], \"a\": \"é\"}', '{a,NULL,\"b c\"}', "
      "12.5, "
      "0.1, '007', 9007199254740993), (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL), (3, "
      "false, '0001-01-01', '1999-12-31 23:59:59.999', '1970-01-01 00:00:00Z', gen_random_uuid(), '', 'null', '{}', 0, "
      "1e300, '', -1)");
  ASSERT_EQ(run_export().status, 0);
  const std::string there = database(
      "b.db",
      "CREATE TABLE t (id INTEGER PRIMARY KEY, flag BOOLEAN, day TEXT, at TEXT, zoned TEXT, u TEXT, b BLOB, doc TEXT, "
      "tags TEXT, price TEXT, f REAL, name TEXT, big INTEGER);");
  const support::Run imported = run_import({"--url", there});
  ASSERT_EQ(imported.status, 0) << imported.out << imported.err;
  for (const std::string& a : {source.url(), file}) {
    EXPECT_EQ(diff(a, there).status, 0) << diff(a, there).out;
    EXPECT_EQ(diff(there, a).status, 0) << diff(there, a).out;
  }
  source.run("UPDATE t SET flag = NOT flag, zoned = zoned + interval '1 us', price = price + 1 WHERE id = 1");
  const nlohmann::json found = result(there, source.url());
  EXPECT_EQ(found["rows"].size(), 1U);
  EXPECT_EQ(found["rows"][0]["changes"].size(), 3U);
}

TEST_F(DiffOfSqlite, ReadsItsValuesAsAnImportDoes) {
  target.run("CREATE TABLE users (id int PRIMARY KEY, active boolean, seen timestamptz, name text)");
  target.run("INSERT INTO users VALUES (1, true, '2023-11-14T22:13:20Z', 'Ann'), (2, false, NULL, 'Bob')");
  const std::string a = database("a.db",
                                 "CREATE TABLE Users (ID INTEGER PRIMARY KEY, active INTEGER, seen INTEGER, name TEXT);"
                                 "INSERT INTO Users VALUES (1, 1, 1700000000, 'Ann'), (2, 0, NULL, 'Bob')");
  const support::Run run = diff(a, target.url());
  EXPECT_EQ(run.status, 0) << run.out;
  EXPECT_THAT(run.out,
              AllOf(HasSubstr("Unix seconds taken as timestamps"), HasSubstr("types of columns are not compared")));
  target.run("UPDATE users SET seen = seen + interval '1 s' WHERE id = 1");
  EXPECT_EQ(diff(target.url(), a).status, 3);
}

TEST_F(DiffOfSqlite, ComparesTimesThatAreNotClearAsTheyAreWritten) {
  target.run("CREATE TABLE t (id int PRIMARY KEY, at timestamptz); INSERT INTO t VALUES (1, to_timestamp(5))");
  const std::string a = database("a.db", "CREATE TABLE t (id INTEGER PRIMARY KEY, at); INSERT INTO t VALUES (1, 5);");
  const support::Run run = diff(a, target.url());
  EXPECT_EQ(run.status, 3);
  EXPECT_THAT(run.out, HasSubstr("not clear"));
  const std::string config = folder.write("c.json", R"({"tables": {"t": {"times": {"at": "seconds"}}}})");
  EXPECT_EQ(diff(a, target.url(), {"--config", config}).status, 0) << diff(a, target.url(), {"--config", config}).out;
}

TEST_F(DiffOfSqlite, LeavesItsDatabaseAsItIs) {
  const std::string a = database("a.db", "CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1);");
  const std::string before = support::read_file(folder.file("a.db"));
  EXPECT_EQ(diff(a, a, {"--report", folder.file("a.db"), "--force"}).status, 2);
  EXPECT_EQ(diff(a, a, {"--report", folder.file("r.html")}).status, 0);
  EXPECT_EQ(support::read_file(folder.file("a.db")), before);
}

}  // namespace
}  // namespace cli
