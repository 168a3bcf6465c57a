// Tables of few rows share their temporary tables: what is each one's own stays apart, whatever types they have, and
// the server's locks are not used up by their number.
#include "postgres/import/temporary_tables.h"

#include "postgres/import/import_fixture.h"

namespace import_test {
namespace {

std::string row(int id, const std::string& value) { return "{\"id\":" + std::to_string(id) + ",\"v\":" + value + "}"; }

std::vector<std::string> many_rows(int count, int first = 1) {
  std::vector<std::string> lines;
  for (int i = first; i < first + count; ++i) lines.push_back(row(i, "\"v" + std::to_string(i) + "\""));
  return lines;
}

TEST(TemporaryTables, KeepVerdictsOfEqualRecordNumbersApart) {
  Case t(
      "CREATE TABLE a (id int PRIMARY KEY, v varchar(3)); CREATE TABLE b (id int PRIMARY KEY, v varchar(3) UNIQUE);"
      "CREATE TABLE c (id int PRIMARY KEY, v varchar(3) CHECK (v <> 'bad'));"
      "INSERT INTO a VALUES (1, 'one'); INSERT INTO b VALUES (9, 'one')");
  const auto done = t.import_as_announced({{"a", {row(1, "\"one\""), row(2, "\"long\""), row(3, "\"new\"")}},
                                           {"b", {row(1, "\"one\""), row(2, "\"two\""), row(3, "\"new\"")}},
                                           {"c", {row(1, "\"one\""), row(2, "\"two\""), row(3, "\"bad\"")}}});
  EXPECT_EQ(done.of("a"), "insert 1, unchanged 1, invalid 1");
  EXPECT_EQ(done.of("b"), "insert 2, conflict 1");
  EXPECT_EQ(done.of("c"), "insert 2, invalid 1");
  EXPECT_EQ(t.holds("SELECT * FROM a ORDER BY id"), "1|one 3|new");
  EXPECT_EQ(t.holds("SELECT * FROM b ORDER BY id"), "2|two 3|new 9|one");
  EXPECT_EQ(t.holds("SELECT * FROM c ORDER BY id"), "1|one 2|two");
}

TEST(TemporaryTables, HoldEachTypeWithItsModifierAndCollation) {
  Case t(
      "CREATE DOMAIN short AS varchar(2); CREATE TYPE mood AS ENUM ('sad', 'glad'); CREATE TYPE pair AS (a int, b "
      "text);"
      "CREATE TABLE a (id int PRIMARY KEY, v text COLLATE \"C\" UNIQUE);"
      "CREATE TABLE b (id int PRIMARY KEY, v text COLLATE \"POSIX\" UNIQUE); CREATE TABLE c (id int PRIMARY KEY, v "
      "char(4));"
      "CREATE TABLE d (id int PRIMARY KEY, v numeric(6,2)); CREATE TABLE e (id int PRIMARY KEY, v numeric);"
      "CREATE TABLE f (id int PRIMARY KEY, v short); CREATE TABLE g (id int PRIMARY KEY, v mood[]);"
      "CREATE TABLE h (id int PRIMARY KEY, v pair); CREATE TABLE i (id int PRIMARY KEY, v timestamp(0));"
      "CREATE TABLE j (id int PRIMARY KEY, v timestamp)");
  const auto done = t.import_as_announced({{"a", {row(1, "\"ä\"")}},
                                           {"b", {row(1, "\"ö\"")}},
                                           {"c", {row(1, "\"x   \"")}},
                                           {"d", {row(1, "\"1.50\"")}},
                                           {"e", {row(1, "\"1.500\"")}},
                                           {"f", {row(1, "\"xy\""), row(2, "\"xyz\"")}},
                                           {"g", {row(1, "[\"glad\",\"sad\"]")}},
                                           {"h", {row(1, "\"(1,x)\"")}},
                                           {"i", {row(1, "\"2024-01-01T00:00:00\"")}},
                                           {"j", {row(1, "\"2024-01-01T00:00:00.123456\"")}}});
  EXPECT_EQ(done.of("f"), "insert 1, invalid 1");
  EXPECT_EQ(t.holds("SELECT a.v, b.v, c.v, d.v, e.v, f.v, g.v, h.v, i.v, j.v FROM a, b, c, d, e, f, g, h, i, j"),
            "ä|ö|x   |1.50|1.500|xy|{glad,sad}|(1,x)|2024-01-01 00:00:00|2024-01-01 00:00:00.123456");
  const auto again = t.import_as_announced({{"a", {row(1, "\"ä\"")}}, {"e", {row(1, "\"1.50\"")}}});
  EXPECT_EQ(again.of("a"), "unchanged 1");
  EXPECT_EQ(again.of("e"), "update 1");
}

TEST(TemporaryTables, OfTablesWithManyRowsAreTheirOwnBesideTheSharedOnes) {
  Case t(
      "CREATE TABLE parent (id int PRIMARY KEY, v text UNIQUE); CREATE TABLE child (id int PRIMARY KEY REFERENCES "
      "parent,"
      "v text); INSERT INTO parent VALUES (5000, 'v7')");
  std::vector<std::string> children = many_rows(20);
  children.push_back(row(7000, "\"orphan\""));
  const auto done = t.import_as_announced({{"parent", many_rows(3000)}, {"child", children}});
  EXPECT_EQ(done.of("parent"), "insert 2999, conflict 1");
  EXPECT_EQ(done.of("child"), "insert 19, invalid 2");
}

TEST(TemporaryTables, AreMoreWhereOneHasNotColumnsEnough) {
  std::string schema;
  Records records;
  for (int i = 1; i <= 6; ++i) {
    schema += "CREATE TABLE wide" + std::to_string(i) + " (id int PRIMARY KEY";
    std::string record = "{\"id\":" + std::to_string(i);
    for (int c = 0; c < 390; ++c) {
      schema += ", c" + std::to_string(c) + " varchar(" + std::to_string(i) + ")";
      record += ",\"c" + std::to_string(c) + "\":\"" + std::string(static_cast<std::size_t>(i), 'x') + "\"";
    }
    schema += ");";
    records.push_back({"wide" + std::to_string(i), {record + "}"}});
  }
  Case t(schema);
  const auto done = t.import_as_announced(records);
  for (const auto& [table, lines] : records) EXPECT_EQ(done.of(table), "insert 1") << table;
  EXPECT_EQ(t.holds("SELECT c0, c389 FROM wide6"), "xxxxxx|xxxxxx");
  EXPECT_EQ(t.import_as_announced(records).of("wide5"), "unchanged 1");
}

TEST(TemporaryTables, OfATableWithoutRowsInTheFileAreNotNeeded) {
  Case t(
      "CREATE TABLE parent (id int PRIMARY KEY, v text); CREATE TABLE child (id int PRIMARY KEY REFERENCES parent, v "
      "text);"
      "INSERT INTO parent VALUES (1, 'there')");
  const auto done = t.import_as_announced({{"parent", {}}, {"child", {row(1, "\"a\""), row(2, "\"b\"")}}});
  EXPECT_EQ(done.of("parent"), "");
  EXPECT_EQ(done.of("child"), "insert 1, invalid 1");
}

TEST(TemporaryTables, TakeAHandfulOfLocksWhateverTheNumberOfTables) {
  constexpr int kTables = 300;
  std::string schema;
  Records records;
  for (int i = 0; i < kTables; ++i) {
    schema += "CREATE TABLE t" + std::to_string(i) + " (id int PRIMARY KEY, v text);";
    records.push_back({"t" + std::to_string(i), many_rows(2)});
  }
  Case t(schema);
  postgres::PostgresTarget target([&] { return connect(t.database.url()); }, std::chrono::seconds(5));
  std::vector<catalog::Table> tables;
  classify(target, file_for(t.database.url(), records), {.detail = engine::Detail::kFull}, tables);
  const int locked =
      std::stoi(t.holds("SELECT count(DISTINCT relation) FROM pg_locks WHERE pid <> pg_backend_pid() AND "
                        "relation IS NOT NULL AND database = (SELECT oid FROM pg_database WHERE datname = "
                        "current_database())"));
  EXPECT_GT(locked, 2 * kTables);
  EXPECT_LT(locked, 2 * kTables + 150);  // the catalog's own
  target.roll_back();
}

}  // namespace
}  // namespace import_test
