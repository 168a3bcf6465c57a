// The three-way merge in SQLite: as in PostgreSQL; and from SQLite into PostgreSQL.
#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/base_sqlite_fixture.h"
#include "support/server.h"

namespace cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr const char* kSchema =
    "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE, name TEXT, age INTEGER);"
    "CREATE TABLE posts (id INTEGER PRIMARY KEY, author INTEGER NOT NULL REFERENCES users(id) ON DELETE CASCADE, title "
    "TEXT);"
    "CREATE TABLE tags (label TEXT COLLATE NOCASE PRIMARY KEY, color);"
    "CREATE TABLE logs (line);";
constexpr const char* kRows =
    "INSERT INTO users VALUES (1, 'a@x', 'Ann', 30), (2, 'b@x', 'Bob', 40), (3, 'c@x', NULL, 50);"
    "INSERT INTO posts VALUES (10, 1, 'one'), (11, 2, 'two');"
    "INSERT INTO tags VALUES ('red', 1), ('blue', 2), (NULL, 'n'), (NULL, 'gone');"
    "INSERT INTO logs VALUES ('both'), ('both'), ('gone');";

class ThreeWayInSqlite : public BaseInSqlite {
 protected:
  void SetUp() override { common(std::string(kSchema) + kRows); }
  void edit(const std::string& source, const std::string& target) {
    shell("dev.db", source);
    shell("prod.db", "PRAGMA foreign_keys = ON; " + target);
    exported("out.json");
  }
  nlohmann::json merged(std::vector<std::string> options = {}) {
    options.insert(options.begin(), {"out.json", "--base", "last.json", "--json"});
    std::vector<std::string> dry = options;
    dry.emplace_back("--dry-run");
    const support::Run foretold = db_import(dry);
    const support::Run run = db_import(options);
    status = run.status;
    EXPECT_TRUE(nlohmann::json::accept(run.out)) << run.err;
    nlohmann::json result = nlohmann::json::parse(run.out, nullptr, false);
    EXPECT_EQ(nlohmann::json::parse(foretold.out, nullptr, false)["total"], result["total"]) << foretold.err;
    return result;
  }
  static nlohmann::json counts(const nlohmann::json& result, const std::string& name) {
    for (const auto& table : result["tables"])
      if (table["name"] == name) return table["counts"];
    return {};
  }

  int status = -1;
};

TEST_F(ThreeWayInSqlite, MergesCellByCell) {
  edit("UPDATE users SET name = 'Anna' WHERE id = 1; UPDATE posts SET title = 'deux' WHERE id = 11;",
       "UPDATE users SET age = 31 WHERE id = 1; UPDATE users SET name = 'Bobby' WHERE id = 2;");
  const auto result = merged();
  EXPECT_EQ(status, 0);
  EXPECT_EQ(shell("prod.db", "SELECT name, age FROM users ORDER BY id"), "Anna|31\nBobby|40\n|50\n");
  EXPECT_EQ(counts(result, "users")["kept"], 1);
  EXPECT_EQ(counts(result, "users")["update"], 1);
  EXPECT_EQ(shell("prod.db", "SELECT title FROM posts WHERE id = 11"), "deux\n");
}

TEST_F(ThreeWayInSqlite, LeavesOutWhatBothChangedAndNamesTheColumnsWithAllValues) {
  edit("UPDATE users SET name = 'Anna', email = 'anna@x' WHERE id = 1; UPDATE users SET name = 'B' WHERE id = 2",
       "UPDATE users SET name = 'Anne', age = 31 WHERE id = 1; DELETE FROM users WHERE id = 2");
  const support::Run run = db_import({"out.json", "--base", "last.json", "--report", "audit.json"});
  EXPECT_EQ(run.status, 4) << run.err;
  EXPECT_EQ(shell("prod.db", "SELECT * FROM users"), "1|a@x|Anne|31\n3|c@x||50\n");
  const auto decisions = nlohmann::json::parse(text_of("audit.json"))["decisions"];
  EXPECT_EQ(decisions[0]["reason"], "changed in the file and in the target since the base: name");
  EXPECT_EQ(decisions[0]["changes"],
            nlohmann::json::parse(
                R"([{"column":"email","before":{"form":"whole","text":"a@x"},"after":{"form":"whole","text":"anna@x"},)"
                R"("base":{"form":"whole","text":"a@x"}},{"column":"name","before":{"form":"whole","text":"Anne"},)"
                R"("after":{"form":"whole","text":"Anna"},"base":{"form":"whole","text":"Ann"}}])"));
  EXPECT_EQ(decisions[1]["reason"], "changed in the file since the base, and gone from the target: name");
  EXPECT_EQ(decisions[1]["changes"],
            nlohmann::json::parse(R"([{"column":"name","before":{"form":"null"},"after":{"form":"whole","text":"B"},)"
                                  R"("base":{"form":"whole","text":"Bob"}}])"));
}

TEST_F(ThreeWayInSqlite, LetsRowsStayAwayThatTheTargetDeletedAndNamesThem) {
  edit("INSERT INTO posts VALUES (12, 2, 'new');", "DELETE FROM users WHERE id = 2;");
  const support::Run run = db_import({"out.json", "--base", "last.json"});
  EXPECT_EQ(run.status, 4) << run.err;
  EXPECT_THAT(run.out, AllOf(HasSubstr("Kept away: users record 2 id=2: as in the base, and not in the target"),
                             HasSubstr("Kept away: posts record 2 id=11"), HasSubstr("the parent users id=2")));
  EXPECT_EQ(shell("prod.db", "SELECT count(*) FROM users"), "2\n");
}

TEST_F(ThreeWayInSqlite, TakesRowsThatAreNewOnBothSidesOnlyWhereTheyAreTheSame) {
  edit("INSERT INTO tags VALUES ('GREEN', 3), ('pink', 4);", "INSERT INTO tags VALUES ('green', 3), ('pink', 4);");
  const auto result = merged();
  EXPECT_EQ(status, 4);
  EXPECT_EQ(counts(result, "tags")["conflict"], 1);
  EXPECT_EQ(counts(result, "tags")["unchanged"], 5);
}

TEST_F(ThreeWayInSqlite, CountsEqualRowsWithoutAKey) {
  edit("INSERT INTO logs VALUES ('both'), ('new'); INSERT INTO tags VALUES (NULL, 'n'), (NULL, 'new')",
       "INSERT INTO logs VALUES ('both'); DELETE FROM logs WHERE line = 'gone'; DELETE FROM tags WHERE color = 'gone'");
  const auto result = merged();
  EXPECT_EQ(status, 0);
  EXPECT_EQ(shell("prod.db", "SELECT group_concat(line, ' ') FROM (SELECT line FROM logs ORDER BY line)"),
            "both both both new\n");
  EXPECT_EQ(shell("prod.db",
                  "SELECT group_concat(color, ' ') FROM (SELECT color FROM tags WHERE label IS NULL ORDER BY "
                  "color)"),
            "n n new\n");
  EXPECT_EQ(counts(result, "logs")["gone"], 1);
  EXPECT_EQ(counts(result, "tags")["gone"], 1);
}

TEST_F(ThreeWayInSqlite, TellsStorageClassesApart) {
  edit("UPDATE tags SET color = '1' WHERE label = 'red';", "UPDATE tags SET color = 2.0 WHERE label = 'blue';");
  merged();
  EXPECT_EQ(status, 0);
  EXPECT_EQ(shell("prod.db", "SELECT typeof(color) FROM tags WHERE label IS NOT NULL ORDER BY label"), "real\ntext\n");
}

TEST_F(ThreeWayInSqlite, OfWholeRowsLeavesOutWhatBothChangedInAnyColumn) {
  edit("UPDATE users SET name = 'Anna' WHERE id = 1;", "UPDATE users SET age = 31 WHERE id = 1;");
  const auto result = merged({"--base-unit", "row"});
  EXPECT_EQ(status, 4);
  EXPECT_EQ(counts(result, "users")["conflict"], 1);
  EXPECT_EQ(shell("prod.db", "SELECT name, age FROM users WHERE id = 1"), "Ann|31\n");
}

TEST_F(ThreeWayInSqlite, DeletesOnlyWhatTheBaseHadAndTheTargetLeftAsItWas) {
  edit("DELETE FROM posts; DELETE FROM users WHERE id > 1;",
       "INSERT INTO users VALUES (7, 'own@x', 'Own', 1); UPDATE users SET age = 2 WHERE id = 3;");
  const support::Run run = db_import({"out.json", "--base", "last.json", "--delete-missing", "users",
                                      "--delete-missing", "posts", "--limit", "delete=9"});
  EXPECT_EQ(run.status, 4) << run.err;
  EXPECT_EQ(shell("prod.db", "SELECT group_concat(id, ' ') FROM (SELECT id FROM users ORDER BY id)"), "1 3 7\n");
  EXPECT_EQ(shell("prod.db", "SELECT count(*) FROM posts"), "0\n");
  EXPECT_THAT(run.out, HasSubstr("id=3: conflict: gone from the file, but changed in the target since the base"));
}

TEST_F(ThreeWayInSqlite, IsAppliedOnlyWithTheBaseThatThePlanWasMadeWith) {
  edit("UPDATE users SET name = 'Anna' WHERE id = 1;",
       "UPDATE users SET age = 31 WHERE id = 1; DELETE FROM users WHERE id = 3");
  EXPECT_EQ(db_import({"out.json", "--base", "last.json", "--dry-run", "--report", "plan.json"}).status, 0);
  EXPECT_EQ(db_import({"out.json", "--apply", "plan.json"}).status, 2);
  EXPECT_EQ(db_import({"out.json", "--apply", "plan.json", "--base", "out.json"}).status, 7);
  const support::Run run = db_import({"out.json", "--apply", "plan.json", "--base", "last.json"});
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_EQ(shell("prod.db", "SELECT name, age FROM users WHERE id = 1"), "Anna|31\n");
}

TEST_F(ThreeWayInSqlite, MergesIntoPostgresAsWell) {
  support::Database target;
  target.run(
      "CREATE TABLE users (id int PRIMARY KEY, email text NOT NULL UNIQUE, name text, age int);"
      "INSERT INTO users VALUES (1, 'a@x', 'Ann', 31), (2, 'b@x', 'Bobby', 40), (3, 'c@x', NULL, 50)");
  edit("UPDATE users SET name = 'Anna' WHERE id = 1;", "");
  const support::Run run = support::run_program(
      {PROGRAM_DIR "/db-import", "out.json", "--base", "last.json", "-t", "users", "--json", "--url", target.url()},
      {.folder = folder.path()});
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_EQ(target.value("SELECT string_agg(concat(name, age), ' ' ORDER BY id) FROM users"), "Anna31 Bobby40 50");
}

TEST_F(ThreeWayInSqlite, LetsNoRowGoThatTheTargetChangedInAColumnThatTheFileLacks) {
  edit("PRAGMA foreign_keys = OFF; DELETE FROM posts; DELETE FROM users WHERE id > 1; ALTER TABLE users DROP age",
       "DELETE FROM posts; UPDATE users SET age = 99 WHERE id = 2");

  const auto result = merged({"--delete-missing", "users", "--limit", "delete=9"});

  EXPECT_EQ(status, 4);
  EXPECT_EQ(shell("prod.db", "SELECT group_concat(id, ' ') FROM users"), "1 2\n");
}

}  // namespace
}  // namespace cli
