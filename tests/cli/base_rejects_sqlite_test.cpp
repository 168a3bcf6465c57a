// What the import of the base left out is no part of it: in SQLite, and from SQLite into PostgreSQL.
#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/base_sqlite_fixture.h"
#include "support/server.h"

namespace cli {
namespace {

using Json = nlohmann::json;

class WithRejectsInSqlite : public BaseInSqlite {
 protected:
  // Its file is the next base.
  void promote(const std::string& source, const std::string& target) {
    leave_out(source, target);
    std::filesystem::rename(folder.file("out.json"), folder.file("last.json"));
  }
  // The counts of a table.
  Json merged(const std::string& table, std::vector<std::string> options = {"--base-rejects", "r.json"}) {
    exported("out.json");
    options.insert(options.begin(),
                   {"out.json", "--base", "last.json", "--json", "--rejects", "again.json", "--force"});
    std::vector<std::string> dry = options;
    dry.emplace_back("--dry-run");
    const Json foretold = Json::parse(db_import(dry).out);
    const support::Run run = db_import(options);
    status = run.status;
    const Json result = Json::parse(run.out);
    EXPECT_EQ(foretold["total"], result["total"]);
    for (const Json& one : result["tables"]) {
      if (one["name"] == table) return one["counts"];
    }
    return {};
  }

  int status = 0;
};

constexpr const char* kUsers =
    "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, age);"
    "INSERT INTO users VALUES (1, 'Ann', 30), (2, 'Bob', 40), (3, 'Cid', 50);";

TEST_F(WithRejectsInSqlite, ARowThatWasLeftOutIsAConflictAgainAndNotKept) {
  common(kUsers);
  promote("UPDATE users SET name = 'Anna' WHERE id = 1", "UPDATE users SET name = 'Anne', age = 31 WHERE id = 1");
  const Json without = merged("users", {"--dry-run"});
  EXPECT_EQ(without["kept"], 1);
  EXPECT_EQ(without["conflict"], 0);
  const Json with = merged("users");
  EXPECT_EQ(status, 4);
  EXPECT_EQ(with["conflict"], 1);
  EXPECT_FALSE(with.contains("kept"));
}

TEST_F(WithRejectsInSqlite, EachCellIsJudgedByTheBaseThatTheRecordCarries) {
  common(kUsers);
  promote("UPDATE users SET name = 'Anna', age = 29 WHERE id = 1", "UPDATE users SET name = 'Anne' WHERE id = 1");
  shell("dev.db", "UPDATE users SET name = 'Ann' WHERE id = 1");
  EXPECT_EQ(merged("users")["update"], 1);
  EXPECT_EQ(shell("prod.db", "SELECT name, age FROM users WHERE id = 1"), "Anne|29\n");
}

TEST_F(WithRejectsInSqlite, ARowThatWasInvalidIsNewOnBothSides) {
  shell("dev.db", kUsers);
  shell("prod.db",
        "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, age CHECK (age < 100));"
        "INSERT INTO users VALUES (1, 'Ann', 30), (2, 'Bob', 40), (3, 'Cid', 50);");
  exported("last.json");
  promote("UPDATE users SET age = 200 WHERE id = 2; INSERT INTO users VALUES (4, 'Dan', 300)", "");
  shell("dev.db", "UPDATE users SET age = 90 WHERE id IN (2, 4)");
  const Json counts = merged("users");
  EXPECT_EQ(counts["conflict"], 1);
  EXPECT_EQ(counts["insert"], 1);
  EXPECT_EQ(shell("prod.db", "SELECT id, age FROM users"), "1|30\n2|40\n3|50\n4|90\n");
}

TEST_F(WithRejectsInSqlite, ARowIsDeletedOnlyWhereTheTargetHasItAsTheBaseBeforeDid) {
  common(kUsers);
  promote("UPDATE users SET name = 'F' || id", "UPDATE users SET name = 'T' || id");
  shell("dev.db", "DELETE FROM users WHERE id < 3");
  shell("prod.db", "UPDATE users SET name = 'Ann' WHERE id = 1; UPDATE users SET name = 'F2' WHERE id = 2");
  merged("users", {"--base-rejects", "r.json", "--delete-missing", "users", "--limit", "delete=9"});
  EXPECT_EQ(status, 4);
  EXPECT_EQ(shell("prod.db", "SELECT id, name FROM users"), "2|F2\n3|T3\n");
}

TEST_F(WithRejectsInSqlite, RowsWithoutAKeyAreCountedOff) {
  const std::string rows =
      "INSERT INTO logs VALUES ('a', 1), ('a', 1), ('b', 1); INSERT INTO tags VALUES ('k', 1), (NULL, 1);";
  shell("dev.db", "CREATE TABLE logs (line, n); CREATE TABLE tags (label TEXT PRIMARY KEY, n);" + rows);
  shell(
      "prod.db",
      "CREATE TABLE logs (line, n CHECK (n < 9)); CREATE TABLE tags (label TEXT PRIMARY KEY, n CHECK (n < 9));" + rows);
  exported("last.json");
  promote(
      "INSERT INTO logs VALUES ('a', 1), ('c', 9), ('c', 9); INSERT INTO tags VALUES (NULL, 9); "
      "UPDATE tags SET n = 9 WHERE label = 'k'",
      "");
  shell("prod.db",
        "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, ' CHECK (n < 9)', '');"
        "PRAGMA writable_schema = RESET; DELETE FROM logs WHERE line = 'b'");
  EXPECT_EQ(merged("logs")["gone"], 1);
  EXPECT_EQ(status, 4);
  EXPECT_EQ(shell("prod.db", "SELECT group_concat(line, '') FROM (SELECT line FROM logs ORDER BY line)"), "aaacc\n");
  EXPECT_EQ(shell("prod.db", "SELECT label, n FROM tags ORDER BY label, n"), "|1\n|9\nk|1\n");
}

TEST_F(WithRejectsInSqlite, AreJudgedInPostgresToo) {
  support::Database target;
  target.run("CREATE TABLE t (id int PRIMARY KEY, name text, age int); INSERT INTO t VALUES (1, 'Anne', 31)");
  shell("dev.db",
        "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, age INTEGER); INSERT INTO t VALUES (1, 'Ann', 30)");
  exported("last.json");
  shell("dev.db", "UPDATE t SET name = 'Anna'");
  exported("out.json");
  const auto import = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {PROGRAM_DIR "/db-import", "out.json", "--json", "--force"});
    words.insert(words.end(), {"--url", target.url()});
    return support::run_program(words, {.folder = folder.path()});
  };
  EXPECT_EQ(import({"--base", "last.json", "--rejects", "r.json"}).status, 4);
  std::filesystem::rename(folder.file("out.json"), folder.file("last.json"));
  exported("out.json");
  const support::Run without = import({"--base", "last.json", "--dry-run"});
  EXPECT_EQ(Json::parse(without.out)["total"]["kept"], 1) << without.err;
  const support::Run again = import({"--base", "last.json", "--base-rejects", "r.json"});
  EXPECT_EQ(again.status, 4) << again.out << again.err;
  shell("dev.db", "UPDATE t SET name = 'Anne'");
  exported("out.json");
  const support::Run run = import({"--base", "last.json", "--base-rejects", "r.json"});
  EXPECT_EQ(run.status, 0) << run.out << run.err;
  EXPECT_EQ(target.value("SELECT concat_ws(' ', name, age) FROM t"), "Anne 31");
}

}  // namespace
}  // namespace cli
