// The catalog of every kind of table that SQLite knows.
#include "sqlite/catalog/introspect.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sqlite/import/import_fixture.h"

namespace sqlite_test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<sqlite::TableDetails> tables_of(const Database& database) {
  const auto connection = connect(database.path(), sqlite::Access::kReadSource);
  return sqlite::introspect(*connection);
}

sqlite::TableDetails only_table(const std::string& sql) {
  const auto tables = tables_of(Database(sql));
  EXPECT_EQ(tables.size(), 1U);
  return tables.at(0);
}

std::vector<std::string> names(const std::vector<sqlite::TableDetails>& tables) {
  std::vector<std::string> all;
  for (const auto& table : tables) all.push_back(table.table.name.name);
  return all;
}

TEST(SqliteCatalog, HoldsTheUsersTablesOnly) {
  const Database database(
      "CREATE TABLE a(id INTEGER PRIMARY KEY AUTOINCREMENT); INSERT INTO a DEFAULT VALUES; CREATE VIEW v AS SELECT 1;"
      "CREATE VIRTUAL TABLE ft USING fts5(t); CREATE VIRTUAL TABLE rt USING rtree(id, x0, x1); ANALYZE;"
      "CREATE VIRTUAL TABLE outside USING fts5(x, content='a', content_rowid=id);"
      "CREATE TABLE \"o\"\"dd 😀\"(x);");

  EXPECT_THAT(names(tables_of(database)), ElementsAre("a", "o\"dd 😀", "ft", "rt"));
}

TEST(SqliteCatalog, DescribesColumns) {
  const auto details = only_table(
      "CREATE TABLE t(id INTEGER PRIMARY KEY, a VARCHAR(20) NOT NULL DEFAULT 'x', b, g INT GENERATED ALWAYS AS (id*2), "
      "s TEXT AS (a) STORED);");

  const auto& columns = details.table.columns;
  ASSERT_EQ(columns.size(), 5U);
  EXPECT_TRUE(columns[0].not_null && columns[0].has_default);
  EXPECT_EQ(columns[1].type, "VARCHAR(20)");
  EXPECT_TRUE(columns[1].not_null && columns[1].has_default);
  EXPECT_EQ(columns[2].type, "");
  EXPECT_FALSE(columns[2].not_null || columns[2].has_default || columns[2].generated);
  EXPECT_TRUE(columns[3].generated && columns[4].generated);
  EXPECT_EQ(details.rowid_column, "id");
}

TEST(SqliteCatalog, KnowsWhichColumnIsTheRowsNumber) {
  EXPECT_EQ(only_table("CREATE TABLE t(id INTEGER PRIMARY KEY);").rowid_column, "id");
  EXPECT_EQ(only_table("CREATE TABLE t(id INT PRIMARY KEY);").rowid_column, "");
  EXPECT_EQ(only_table("CREATE TABLE t(id INTEGER PRIMARY KEY DESC);").rowid_column, "");
  EXPECT_EQ(only_table("CREATE TABLE t(id INTEGER PRIMARY KEY) WITHOUT ROWID;").rowid_column, "");
  EXPECT_EQ(only_table("CREATE TABLE t(rowid, oid);").row_number, "_rowid_");
  EXPECT_TRUE(only_table("CREATE TABLE t(id INTEGER PRIMARY KEY AUTOINCREMENT);").autoincrement);
}

TEST(SqliteCatalog, KnowsWhereNullMayStandInAKey) {
  EXPECT_FALSE(only_table("CREATE TABLE t(id TEXT PRIMARY KEY);").table.columns[0].not_null);
  EXPECT_TRUE(only_table("CREATE TABLE t(id TEXT PRIMARY KEY) WITHOUT ROWID;").table.columns[0].not_null);
  EXPECT_TRUE(only_table("CREATE TABLE t(id TEXT PRIMARY KEY) STRICT;").table.columns[0].not_null);
}

TEST(SqliteCatalog, ReadsKeysInTheirOrder) {
  const auto details = only_table("CREATE TABLE t(a, b, c NOT NULL, PRIMARY KEY(b, a), UNIQUE(c, b)) WITHOUT ROWID;");

  EXPECT_THAT(details.table.primary_key, ElementsAre("b", "a"));
  EXPECT_THAT(details.table.unique_keys, ElementsAre(ElementsAre("c", "b")));
}

TEST(SqliteCatalog, ReadsPartialAndExpressionIndexes) {
  const auto details = only_table(
      "CREATE TABLE t(id INTEGER PRIMARY KEY, email TEXT COLLATE NOCASE, \"a, b\" TEXT, gone);"
      "CREATE UNIQUE INDEX \"i(1\" ON t /* ( */ (lower(email) || ',' COLLATE BINARY DESC, \"a, b\" ASC) -- x )\n"
      "WHERE gone IS NULL AND \"a, b\" <> ')';");

  ASSERT_EQ(details.unique_indexes.size(), 2U);
  const sqlite::UniqueIndex& index = details.unique_indexes[1];
  EXPECT_EQ(index.name, "i(1");
  EXPECT_FALSE(index.plain);
  EXPECT_THAT(index.expressions, ElementsAre("(lower(email) || ',' COLLATE BINARY)", "\"a, b\""));
  EXPECT_EQ(index.predicate, "gone IS NULL AND \"a, b\" <> ')'");
  EXPECT_THAT(index.columns, ElementsAre("email", "a, b", "gone"));
  EXPECT_THAT(details.table.unique_keys, IsEmpty());
}

TEST(SqliteCatalog, ReadsChecksWhereverTheyStand) {
  const auto details = only_table(
      "CREATE TABLE t(a INT CHECK (a > 0) DEFAULT (abs(1)), \"check\" TEXT CONSTRAINT \"n)ame\" "
      "check(length(\"check\") < (10)), /* CHECK (no) */ b AS (a + 1), CHECK(a <> 5 AND '(' <> \"check\"), "
      "CHECK(rowid > 0));");

  ASSERT_EQ(details.checks.size(), 3U);
  EXPECT_EQ(details.checks[0].expression, "a > 0");
  EXPECT_EQ(details.checks[1].name, "n)ame");
  EXPECT_THAT(details.checks[1].columns, ElementsAre("check"));
  EXPECT_EQ(details.checks[2].expression, "a <> 5 AND '(' <> \"check\"");
}

TEST(SqliteCatalog, ResolvesForeignKeysWhateverTheirCase) {
  const auto tables = tables_of(
      Database("CREATE TABLE Parent(Id INTEGER PRIMARY KEY, Code TEXT UNIQUE);"
               "CREATE TABLE child(p INT REFERENCES PARENT, c TEXT REFERENCES parent(CODE) ON UPDATE CASCADE, "
               "gone INT REFERENCES nowhere(id), FOREIGN KEY(p) REFERENCES child(rowid_));"));

  const auto& child = *sqlite::find_table(tables, "child");
  ASSERT_EQ(child.table.foreign_keys.size(), 2U);
  EXPECT_EQ(child.table.foreign_keys[0].parent.name, "Parent");
  EXPECT_THAT(child.table.foreign_keys[0].parent_columns, ElementsAre("Id"));
  EXPECT_THAT(child.table.foreign_keys[1].parent_columns, ElementsAre("Code"));
  EXPECT_THAT(child.on_update, ElementsAre("NO ACTION", "CASCADE"));
  EXPECT_EQ(child.table.foreign_keys[1].name, "child_c_fkey");
}

TEST(SqliteCatalog, TellsTriggersByTheirEvent) {
  const auto details = only_table(
      "CREATE TABLE t(a, b); CREATE TRIGGER i AFTER INSERT ON t BEGIN SELECT 1; END; CREATE TRIGGER \"update\" BEFORE "
      "UPDATE OF b ON t BEGIN SELECT 1; END; CREATE TRIGGER d DELETE ON t BEGIN INSERT INTO t VALUES(1,2); END;");

  ASSERT_EQ(details.triggers.size(), 3U);
  EXPECT_EQ(details.triggers[0].event.kind, sqlite::TriggerEvent::Kind::kDelete);
  EXPECT_EQ(details.triggers[1].event.kind, sqlite::TriggerEvent::Kind::kInsert);
  EXPECT_EQ(details.triggers[1].event.time, "after");
  EXPECT_EQ(details.triggers[2].event.kind, sqlite::TriggerEvent::Kind::kUpdate);
}

}  // namespace
}  // namespace sqlite_test
