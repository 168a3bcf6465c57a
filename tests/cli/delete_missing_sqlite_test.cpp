// Rows that the file lacks, in SQLite: as in PostgreSQL.
#include <nlohmann/json.hpp>

#include "cli/undo_sqlite_fixture.h"

namespace cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr const char* kSchema =
    "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE, name TEXT);"
    "CREATE TABLE posts (id INTEGER PRIMARY KEY, author INTEGER NOT NULL REFERENCES users(id) ON DELETE CASCADE, title "
    "TEXT);"
    "CREATE TABLE tags (label TEXT PRIMARY KEY, next TEXT REFERENCES tags(label)) WITHOUT ROWID;";
constexpr const char* kSource =
    "INSERT INTO users VALUES (1, 'a@x', 'Ann'), (2, 'b@x', 'Bob'); INSERT INTO posts VALUES (10, 1, 'one');"
    "INSERT INTO tags VALUES ('red', NULL);";
constexpr const char* kTarget =
    "INSERT INTO users VALUES (1, 'a@x', 'Anna'), (2, 'b@x', 'Bob'), (7, 'g@x', NULL), (9, 'i@x', 'Ida');"
    "INSERT INTO posts VALUES (10, 1, 'one'), (15, 9, 'uno');"
    "INSERT INTO tags VALUES ('red', NULL), ('blue', 'green'), ('green', 'blue');";

class DeleteMissingInSqlite : public UndoInSqlite {
 protected:
  void make(const std::string& source = {}, const std::string& target = {}, const std::string& schema = {}) {
    shell("dev.db", kSchema + schema + kSource + source);
    shell("prod.db", kSchema + schema + kTarget + target);
    const support::Run exported = support::run_program({PROGRAM_DIR "/db-export", "out.json", "--url", "sqlite:dev.db"},
                                                       {.folder = folder.path()});
    ASSERT_EQ(exported.status, 0) << exported.err;
  }
  support::Run delete_missing(std::vector<std::string> options = {}) {
    options.insert(options.begin(), {"out.json", "--delete-missing", "users", "--delete-missing", "posts"});
    return db_import(options);
  }
  std::string ids() {
    return shell("prod.db", "SELECT group_concat(id, ' ') FROM (SELECT id FROM users ORDER BY id)") +
           shell("prod.db", "SELECT group_concat(id, ' ') FROM (SELECT id FROM posts ORDER BY id)");
  }
};

TEST_F(DeleteMissingInSqlite, DeletesWhatTheFileLacksChildrenFirst) {
  make();
  const support::Run run = delete_missing();
  EXPECT_EQ(run.status, 0) << run.out << run.err;
  EXPECT_EQ(ids(), "1 2\n10\n");
}

TEST_F(DeleteMissingInSqlite, LeavesARowThatOthersReferTo) {
  make();
  const support::Run run = db_import({"out.json", "--delete-missing", "users"});
  EXPECT_EQ(run.status, 4) << run.err;
  EXPECT_THAT(run.out,
              AllOf(HasSubstr("users (not in the file) id=9: conflict"), HasSubstr("posts id=15 refers to it")));
  EXPECT_EQ(ids(), "1 2 9\n10 15\n");
}

TEST_F(DeleteMissingInSqlite, SeesWhoRefersFromTablesThatTheFileDoesNotHold) {
  make({},
       "CREATE TABLE likes (id INTEGER PRIMARY KEY, who REFERENCES users(id) ON DELETE SET NULL); INSERT INTO likes "
       "VALUES (5, 7);");
  const support::Run run = delete_missing();
  EXPECT_EQ(run.status, 4) << run.err;
  EXPECT_THAT(run.out, HasSubstr("likes id=5 refers to it"));
  EXPECT_EQ(ids(), "1 2 7\n10\n");
  EXPECT_EQ(shell("prod.db", "SELECT who FROM likes"), "7\n");
}

TEST_F(DeleteMissingInSqlite, LetsAUserBeMadeAgainUnderTheSameMailWithAllPosts) {
  make("INSERT INTO users VALUES (4, 'i@x', 'Ida again'); INSERT INTO posts VALUES (15, 4, 'uno');");
  const support::Run run = delete_missing();
  EXPECT_EQ(run.status, 0) << run.out << run.err;
  EXPECT_EQ(ids(), "1 2 4\n10 15\n");
  EXPECT_EQ(shell("prod.db", "PRAGMA foreign_key_check"), "");
}

TEST_F(DeleteMissingInSqlite, KeepsWhatAChildThatIsRefusedStillRefersTo) {
  make("INSERT INTO users VALUES (4, 'i@x', 'Ida again'); INSERT INTO posts VALUES (15, 4, 'uno');",
       "CREATE TRIGGER t BEFORE UPDATE ON posts WHEN NEW.id = 15 BEGIN SELECT RAISE(ABORT, 'not this one'); END;");
  const support::Run run = delete_missing();
  EXPECT_EQ(run.status, 4) << run.out << run.err;
  EXPECT_EQ(ids(), "1 2 9\n10 15\n");
  EXPECT_EQ(shell("prod.db", "SELECT author FROM posts WHERE id = 15; PRAGMA foreign_key_check"), "9\n");
}

TEST_F(DeleteMissingInSqlite, KeepsARowThatATriggerRefusesToDelete) {
  make({}, "CREATE TRIGGER t BEFORE DELETE ON users WHEN OLD.id = 7 BEGIN SELECT RAISE(ABORT, 'Gus stays'); END;");
  const support::Run run = delete_missing();
  EXPECT_EQ(run.status, 4) << run.out << run.err;
  EXPECT_THAT(run.out, HasSubstr("id=7"));
  EXPECT_EQ(ids(), "1 2 7\n10\n");
}

TEST_F(DeleteMissingInSqlite, DeletesCirclesWithoutRowNumbers) {
  make();
  const support::Run run = db_import({"out.json", "--delete-missing", "tags"});
  EXPECT_EQ(run.status, 0) << run.out << run.err;
  EXPECT_EQ(shell("prod.db", "SELECT label FROM tags"), "red\n");
}

TEST_F(DeleteMissingInSqlite, IsTakenBackByItsUndoFile) {
  make("INSERT INTO users VALUES (4, 'i@x', 'Ida again'); INSERT INTO posts VALUES (15, 4, 'uno');");
  before = sorted(rows());
  ASSERT_EQ(delete_missing({"--delete-missing", "tags", "--save-undo", "undo.json"}).status, 0);
  expect_taken_back();
}

TEST_F(DeleteMissingInSqlite, HoldsAPlanToTheRowsThatGo) {
  make();
  ASSERT_EQ(delete_missing({"-n", "--report", "audit.json"}).status, 0);
  const nlohmann::json report = nlohmann::json::parse(support::run_program({"cat", folder.file("audit.json")}).out);
  int missing = 0;
  for (const auto& decision : report["decisions"]) {
    if (!decision.value("missing", false)) continue;
    ++missing;
    EXPECT_FALSE(decision.value("digest", "").empty());
    if (decision["key"] == "id=9") {
      EXPECT_EQ(decision["values"][2]["value"]["text"], "Ida");
    }
    if (decision["key"] == "id=7") {
      EXPECT_EQ(decision["values"][2]["value"]["form"], "null");
    }
  }
  EXPECT_EQ(missing, 3);
  shell("prod.db", "UPDATE users SET name = 'Gustav' WHERE id = 7");
  const support::Run moved = db_import({"out.json", "--apply", "audit.json"});
  EXPECT_EQ(moved.status, 7) << moved.err;
  EXPECT_THAT(moved.err, HasSubstr("Gustav"));
  shell("prod.db", "UPDATE users SET name = NULL WHERE id = 7");
  const support::Run applied = db_import({"out.json", "--apply", "audit.json"});
  EXPECT_EQ(applied.status, 0) << applied.err;
  EXPECT_EQ(ids(), "1 2\n10\n");
}

TEST_F(DeleteMissingInSqlite, KeepsRowsWithoutAKeyAndRowsThatCouldNotBeRead) {
  shell("dev.db", "CREATE TABLE odd (k TEXT PRIMARY KEY, v); INSERT INTO odd VALUES ('a', 1)");
  shell("prod.db", "CREATE TABLE odd (k TEXT PRIMARY KEY, v); INSERT INTO odd VALUES ('a', 1), ('b', 2), (NULL, 3)");
  ASSERT_EQ(
      support::run_program({PROGRAM_DIR "/db-export", "out.json", "--url", "sqlite:dev.db"}, {.folder = folder.path()})
          .status,
      0);
  const support::Run run = db_import({"out.json", "--delete-missing", "odd"});
  EXPECT_EQ(run.status, 0) << run.out << run.err;
  EXPECT_EQ(shell("prod.db", "SELECT v FROM odd ORDER BY v"), "1\n3\n");
}

TEST_F(DeleteMissingInSqlite, EmptiesATableOnlyWhenAsked) {
  make("DELETE FROM posts;");
  const support::Run refused = db_import({"out.json", "--delete-missing", "posts"});
  EXPECT_EQ(refused.status, 4) << refused.err;
  EXPECT_EQ(ids(), "1 2 7 9\n10 15\n");
  EXPECT_EQ(db_import({"out.json", "--delete-missing", "posts", "--limit", "delete=5"}).status, 0);
  EXPECT_EQ(ids(), "1 2 7 9\n\n");
}

}  // namespace
}  // namespace cli
