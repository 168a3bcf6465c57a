// Imports into SQLite are taken back where the schema has changed since, and whatever names it has.
#include "cli/undo_sqlite_fixture.h"

namespace cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class UndoInChangedSqlite : public UndoInSqlite {};

TEST_F(UndoInChangedSqlite, LeavesRowsThatSomebodyGaveAValueOfANewColumn) {
  import_kept("CREATE TABLE a(id INTEGER PRIMARY KEY, v TEXT); CREATE TABLE b(v TEXT);",
              "INSERT INTO a VALUES(1,'x'),(2,'y'),(3,'z'),(4,'q'); INSERT INTO b VALUES('m'),('n');",
              "INSERT INTO a VALUES(1,'o');");
  shell(
      "prod.db",
      "ALTER TABLE a ADD w TEXT COLLATE NOCASE DEFAULT 'd''q'; UPDATE a SET w='mine' WHERE id=2; UPDATE a SET w='D''Q' "
      "WHERE id=3; ALTER TABLE b ADD n INT DEFAULT '5'; UPDATE b SET n=6 WHERE v='n';");
  EXPECT_EQ(db_import({"--undo", "undo.json", "--dry-run"}).status, 4);
  const support::Run run = db_import({"--undo", "undo.json"});
  EXPECT_EQ(run.status, 4) << run.err;
  EXPECT_THAT(run.out, AllOf(HasSubstr("id=2: conflict: changed since the import inserted it: w=mine\n"),
                             HasSubstr("id=3: conflict: changed since the import inserted it: w=D'Q\n"),
                             HasSubstr("a.w was added since the import")));
  EXPECT_EQ(shell("prod.db", "SELECT id||v FROM a; SELECT v FROM b"), "1o\n2y\n3z\nn\n");
}

TEST_F(UndoInChangedSqlite, FindsRowsOfATableWithoutAKeyAsTheImportDid) {
  const std::string schema = "CREATE TABLE a(\"Id\" INT, k TEXT, v TEXT); CREATE TABLE b(id INT UNIQUE, v TEXT);";
  shell("dev.db", schema + "INSERT INTO a VALUES(1,'k','x'),(3,'k','z'); INSERT INTO b VALUES(1,'x'),(3,'z');");
  shell("prod.db", schema + "INSERT INTO a VALUES(1,'k','o'); INSERT INTO b VALUES(1,'o');");
  ASSERT_EQ(
      support::run_program({PROGRAM_DIR "/db-export", "out.json", "--url", "sqlite:dev.db"}, {.folder = folder.path()})
          .status,
      0);
  before = sorted(rows());
  ASSERT_EQ(db_import({"out.json", "--save-undo", "undo.json", "--match", "a=Id,k", "--match", "b=id"}).status, 0);
  expect_taken_back();
}

TEST_F(UndoInChangedSqlite, RefusesATableOfAnotherKey) {
  import_kept("CREATE TABLE a(id INTEGER PRIMARY KEY, v TEXT);", "INSERT INTO a VALUES(1,'x'),(3,'z');",
              "INSERT INTO a VALUES(1,'o');");
  shell("prod.db",
        "CREATE TABLE b(id INT, v TEXT PRIMARY KEY); INSERT INTO b SELECT * FROM a; DROP TABLE a; ALTER TABLE b RENAME "
        "TO a");
  const support::Run run = db_import({"--undo", "undo.json"});
  EXPECT_EQ(run.status, 7);
  EXPECT_THAT(run.err, HasSubstr("a has another key than at the import: that was (id), it is (v) now"));
  EXPECT_EQ(shell("prod.db", "SELECT id||v FROM a"), "1x\n3z\n");
}

TEST_F(UndoInChangedSqlite, TakesColumnsThatAreCalledAsOurOwn) {
  const std::string names =
      "\"db-transfer n\", \"DB-transfer rows\", \"db-transfer image\" INT, \"db-transfer mark\" TEXT, record, image, "
      "n)";
  import_kept(
      "CREATE TABLE a(id INTEGER PRIMARY KEY," + names + "; CREATE TABLE b(id," + names +
          "; CREATE TABLE c(id TEXT PRIMARY KEY," + names + " WITHOUT ROWID;",
      "INSERT INTO a VALUES(1,2,3,4,'u',6,7,8),(2,2,3,4,'d',6,7,8); INSERT INTO b SELECT * FROM a UNION ALL SELECT "
      "* FROM a; INSERT INTO c SELECT * FROM a;",
      "INSERT INTO a VALUES(1,1,1,1,'d',1,1,1); INSERT INTO b SELECT 1,2,3,4,'u',6,7,8; INSERT INTO c SELECT * FROM "
      "a;");
  expect_taken_back();
}

TEST_F(UndoInChangedSqlite, NamesInADryRunWhatMayRefuseADelete) {
  import_kept("CREATE TABLE a(id INTEGER PRIMARY KEY, v TEXT);", "INSERT INTO a VALUES(1,'x'),(3,'z');",
              "INSERT INTO a VALUES(1,'o');");
  shell("prod.db", "CREATE TRIGGER keeps BEFORE DELETE ON a BEGIN SELECT RAISE(IGNORE); END;");
  const support::Run dry = db_import({"--undo", "undo.json", "--dry-run"});
  EXPECT_EQ(dry.status, 0);
  EXPECT_THAT(dry.out,
              AllOf(HasSubstr("trigger keeps may change or refuse rows"), Not(HasSubstr("every row is foretold"))));
  EXPECT_EQ(db_import({"--undo", "undo.json"}).status, 4);
}

TEST_F(UndoInChangedSqlite, LeavesAsTheyAreTheRowsThatTriggersWriteAnewOrPutInAgain) {
  import_kept("CREATE TABLE a(id INTEGER PRIMARY KEY, v TEXT, at TEXT); CREATE TABLE b(k TEXT PRIMARY KEY, v TEXT);",
              "INSERT INTO a VALUES(1,'x','1'),(2,'y','1'),(3,'z','1'); INSERT INTO b VALUES('m','1'),('n','1');",
              "INSERT INTO a VALUES(1,'o','0'),(2,'o','0');");
  shell("prod.db",
        "CREATE TRIGGER stamp AFTER UPDATE ON a WHEN new.id=2 AND new.at<>'now' BEGIN UPDATE a SET at='now' WHERE "
        "id=new.id; END; CREATE TRIGGER again AFTER DELETE ON b WHEN old.k='m' BEGIN INSERT INTO b "
        "VALUES(old.k,'again'); "
        "END;");
  const support::Run run = db_import({"--undo", "undo.json", "--rejects", "left.json"});
  EXPECT_EQ(run.status, 4) << run.err;
  EXPECT_THAT(run.out,
              AllOf(HasSubstr("id=2: invalid: not as it was before the import: trigger stamp writes something"),
                    HasSubstr("k=m: invalid: not deleted: trigger again puts the row in again"),
                    Not(HasSubstr("The next import of the file"))));
  EXPECT_EQ(shell("prod.db", "SELECT id||v||at FROM a; SELECT k||v FROM b"), "1o0\n2y1\nm1\n");
  shell("prod.db", "DROP TRIGGER stamp; DROP TRIGGER again;");
  EXPECT_EQ(db_import({"--undo", "left.json"}).status, 0);
  EXPECT_EQ(shell("prod.db", "SELECT id||v||at FROM a; SELECT k||v FROM b"), "1o0\n2o0\n");
}

}  // namespace
}  // namespace cli
