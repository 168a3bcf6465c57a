// Imports into SQLite are taken back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/folder.h"
#include "support/program.h"

namespace cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class UndoInSqlite : public testing::Test {
 protected:
  std::string shell(const std::string& database, const std::string& sql) const {
    const support::Run run = support::run_program({"sqlite3", "-bail", folder.file(database)}, {.input = sql});
    EXPECT_EQ(run.status, 0) << run.err;
    return run.out;
  }
  support::Run db_import(std::vector<std::string> options) const {
    options.insert(options.begin(), PROGRAM_DIR "/db-import");
    options.insert(options.end(), {"--url", "sqlite:prod.db"});
    return support::run_program(options, {.folder = folder.path()});
  }
  std::string rows() const { return shell("prod.db", ".dump"); }
  void import_kept(const std::string& schema, const std::string& source, const std::string& target) {
    shell("dev.db", schema + source);
    shell("prod.db", schema + target);
    const support::Run exported = support::run_program({PROGRAM_DIR "/db-export", "out.json", "--url", "sqlite:dev.db"},
                                                       {.folder = folder.path()});
    ASSERT_EQ(exported.status, 0) << exported.err;
    before = sorted(rows());
    const support::Run run = db_import({"out.json", "--save-undo", "undo.json"});
    ASSERT_EQ(run.status, 0) << run.out << run.err;
  }
  static std::vector<std::string> sorted(const std::string& dump) {
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < dump.size();) {
      const std::size_t end = dump.find('\n', at);
      const std::string line = dump.substr(at, end - at);
      if (line.find("sqlite_sequence") == std::string::npos) lines.push_back(line);
      at = end + 1;
    }
    std::sort(lines.begin(), lines.end());
    return lines;
  }
  void expect_taken_back() {
    const std::vector<std::string> imported = sorted(rows());
    EXPECT_NE(imported, before);
    const support::Run run = db_import({"--undo", "undo.json", "--save-undo", "redo.json"});
    EXPECT_EQ(run.status, 0) << run.out << run.err;
    EXPECT_EQ(sorted(rows()), before);
    const support::Run again = db_import({"--undo", "undo.json"});
    EXPECT_EQ(again.status, 0) << again.err;
    EXPECT_THAT(again.out, HasSubstr("Nothing is left to take back"));
    EXPECT_EQ(db_import({"--undo", "redo.json"}).status, 0);
    EXPECT_EQ(sorted(rows()), imported);
  }

  const support::TemporaryFolder folder;
  std::vector<std::string> before;
};

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
