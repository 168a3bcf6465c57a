// Imports into SQLite are taken back.
#include "cli/undo_sqlite_fixture.h"

namespace cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kShop =
    "CREATE TABLE users(id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE, name TEXT);"
    "CREATE TABLE posts(id TEXT PRIMARY KEY, author INTEGER NOT NULL REFERENCES users(id) ON DELETE CASCADE, title);"
    "CREATE TABLE tags(label TEXT, n);";

TEST_F(UndoInSqlite, AsIfTheImportHadNotBeen) {
  import_kept(kShop,
              "INSERT INTO users VALUES(1,'a','Ann'),(2,'b','Bob'),(3,'c','Cid'); INSERT INTO posts VALUES('x',1,1.5),"
              "('y',3,x'00'),('z',3,NULL); INSERT INTO tags VALUES('r',1),('r',1),('b',NULL);",
              "INSERT INTO users VALUES(1,'c','Anna'),(9,'i','Ida'); INSERT INTO posts VALUES('x',9,'1.5'),('y',1,1); "
              "INSERT INTO tags VALUES('r',1),('r',2);");
  expect_taken_back();
}

TEST_F(UndoInSqlite, WithoutRowNumbersAndWithNullInAKey) {
  import_kept(
      "CREATE TABLE w(a TEXT, b INT, v, PRIMARY KEY(a,b)) WITHOUT ROWID; CREATE TABLE n(k TEXT PRIMARY KEY, v);",
      "INSERT INTO w VALUES('x',1,1),('y',2,2); INSERT INTO n VALUES(NULL,1),(NULL,1),('k',2);",
      "INSERT INTO w VALUES('x',1,'1'); INSERT INTO n VALUES(NULL,1),('k',3);");
  expect_taken_back();
}

TEST_F(UndoInSqlite, WhereKeysFollowTheirParents) {
  import_kept(
      "CREATE TABLE p(id INTEGER PRIMARY KEY, c TEXT UNIQUE); CREATE TABLE k(id INTEGER PRIMARY KEY, c TEXT REFERENCES "
      "p(c) ON UPDATE CASCADE ON DELETE CASCADE);",
      "INSERT INTO p VALUES(1,'new'),(2,'two'); INSERT INTO k VALUES(1,'new'),(2,'two');",
      "INSERT INTO p VALUES(1,'old'); INSERT INTO k VALUES(1,'old');");
  expect_taken_back();
}

TEST_F(UndoInSqlite, LeavesAndNamesWhatSomebodyTouched) {
  import_kept(kShop, "INSERT INTO users VALUES(1,'a','Ann'),(2,'b','Bob'); INSERT INTO posts VALUES('x',1,1);",
              "INSERT INTO users VALUES(1,'a','Anna');");
  shell("prod.db",
        "UPDATE users SET name='Ana' WHERE id=1; CREATE TABLE likes(id INTEGER PRIMARY KEY, u INT REFERENCES users ON "
        "DELETE CASCADE); INSERT INTO likes VALUES(7,2);");
  const support::Run run = db_import({"--undo", "undo.json"});
  EXPECT_EQ(run.status, 4) << run.err;
  EXPECT_THAT(run.out, AllOf(HasSubstr("changed since the import: name=Ana"), HasSubstr("likes id=7 refers to it"),
                             Not(HasSubstr("id=x: conflict"))));
  EXPECT_EQ(shell("prod.db", "SELECT count(*) FROM posts; SELECT count(*) FROM users; SELECT u FROM likes"),
            "0\n2\n2\n");
}

TEST_F(UndoInSqlite, IsRefusedForAnotherFile) {
  import_kept(kShop, "INSERT INTO users VALUES(1,'a','Ann');", "");
  shell("other.db", kShop);
  const support::Run run = support::run_program(
      {PROGRAM_DIR "/db-import", "--undo", "undo.json", "--url", "sqlite:other.db"}, {.folder = folder.path()});
  EXPECT_EQ(run.status, 7);
  EXPECT_THAT(run.err, HasSubstr("belongs to another target"));
  EXPECT_EQ(db_import({"undo.json"}).status, 2);
}

}  // namespace
}  // namespace cli
