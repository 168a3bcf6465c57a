// Imports into SQLite that handed unique keys on are taken back: what goes gives its keys up first.
#include "cli/undo_sqlite_fixture.h"

namespace cli {
namespace {

TEST_F(UndoInSqlite, GivesAKeyBackThatARowHoldsWhichGoes) {
  import_kept("CREATE TABLE a(id INTEGER PRIMARY KEY, u TEXT UNIQUE);", "INSERT INTO a VALUES(11,'x'),(12,'y');",
              "INSERT INTO a VALUES(11,'y');");
  expect_taken_back();
}

TEST_F(UndoInSqlite, ForetellsSwappedKeysBesideRowsThatGo) {
  import_kept("CREATE TABLE a(id INTEGER PRIMARY KEY, u TEXT UNIQUE);", "INSERT INTO a VALUES(1,'x'),(2,'y'),(3,'n');",
              "INSERT INTO a VALUES(1,'y'),(2,'x');");
  EXPECT_EQ(db_import({"--undo", "undo.json", "--dry-run"}).status, 0);
  expect_taken_back();
}

TEST_F(UndoInSqlite, GivesKeysBackOfTablesWithoutRowNumbers) {
  import_kept("CREATE TABLE \"X\"(x TEXT, t INT, state TEXT COLLATE NOCASE UNIQUE, PRIMARY KEY(x,t)) WITHOUT ROWID;",
              "INSERT INTO \"X\" VALUES('a',1,'P'),('a',2,'q'),('b',1,'r');", "INSERT INTO \"X\" VALUES('a',1,'Q');");
  expect_taken_back();
}

TEST_F(UndoInSqlite, GivesKeysBackOfPartialAndComputedIndexes) {
  import_kept(
      "CREATE TABLE a(id INTEGER PRIMARY KEY, record TEXT, live INT); CREATE UNIQUE INDEX i ON a(lower(record)); "
      "CREATE "
      "UNIQUE INDEX j ON a(live) WHERE live > 0;",
      "INSERT INTO a VALUES(1,'One',2),(2,'TWO',1),(3,'n',0);", "INSERT INTO a VALUES(1,'two',1);");
  expect_taken_back();
}

}  // namespace
}  // namespace cli
