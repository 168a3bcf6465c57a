// Conflicts of a merge into SQLite: written, settled, imported, as in PostgreSQL; and from one engine into the other.
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "cli/base_sqlite_fixture.h"
#include "support/server.h"

namespace cli {
namespace {

using testing::HasSubstr;
using Json = nlohmann::ordered_json;

class SettlingInSqlite : public BaseInSqlite {
 protected:
  Json record(const std::string& table, std::size_t place = 0) const {
    return Json::parse(text_of("r.json"))["data"][table][place];
  }
  void settle(const std::string& table, const std::string& column, const Json& value) {
    Json all = Json::parse(text_of("r.json"));
    all["data"][table][0][column] = value;
    std::ofstream(folder.file("r.json")) << all.dump(1);
  }
  support::Run import_settled(std::vector<std::string> options = {}) {
    options.insert(options.begin(), {"r.json", "--unsealed", "--rejects", "again.json", "--force"});
    support::Run run = db_import(std::move(options));
    if (run.status == 4) std::filesystem::rename(folder.file("again.json"), folder.file("r.json"));
    return run;
  }
};

constexpr const char* kUsers =
    "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, age, updated_at DATETIME);"
    "INSERT INTO users VALUES (1, 'Ann', 30, '2026-01-01'), (2, 'Bob', 40, '2026-01-01');";

TEST_F(SettlingInSqlite, FindsWhatBothSidesHoldAndPutsTheSettledRecordIn) {
  common(kUsers);
  leave_out(
      "UPDATE users SET name = 'Anna' WHERE id = 1; UPDATE users SET name = 'Bobby' WHERE id = 2;"
      "INSERT INTO users VALUES (3, 'Cid', 1, NULL)",
      "UPDATE users SET name = 'Anne', age = x'00ff' WHERE id = 1; DELETE FROM users WHERE id = 2;"
      "INSERT INTO users VALUES (3, 'Cyd', 1, NULL)");
  EXPECT_EQ(record("users", 0)["$conflict"].dump(),
            R"({"base":{"id":1,"name":"Ann","age":30,"updated_at":"2026-01-01"},)"
            R"("target":{"id":1,"name":"Anne","age":{"$bytes":"AP8="},"updated_at":"2026-01-01"}})");
  EXPECT_TRUE(record("users", 1)["$conflict"]["target"].is_null());
  EXPECT_TRUE(record("users", 2)["$conflict"]["base"].is_null());
  settle("users", "age", {{"$bytes", "AP8="}});
  const support::Run run = import_settled();
  EXPECT_EQ(run.status, 0) << run.out << run.err;
  EXPECT_EQ(shell("prod.db", "SELECT id, name, hex(age) FROM users"), "1|Anna|00FF\n2|Bobby|3430\n3|Cid|31\n");
}

TEST_F(SettlingInSqlite, LeavesTablesAloneWhoseRecordsCarryNothing) {
  common(std::string(kUsers) + "CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT)");
  shell("prod.db", "CREATE TRIGGER no BEFORE INSERT ON notes BEGIN SELECT RAISE(ABORT, 'closed'); END");
  leave_out("UPDATE users SET name = 'Anna' WHERE id = 1; INSERT INTO notes VALUES (1, 'new')",
            "UPDATE users SET name = 'Anne' WHERE id = 1");
  shell("prod.db", "DROP TRIGGER no");
  const support::Run run = import_settled();
  EXPECT_EQ(run.status, 0) << run.out << run.err;
  EXPECT_EQ(shell("prod.db", "SELECT name FROM users WHERE id = 1; SELECT body FROM notes"), "Anna\nnew\n");
}

TEST_F(SettlingInSqlite, IsAConflictAgainWhereTheTargetMovedMeanwhile) {
  common(kUsers);
  leave_out("UPDATE users SET name = 'Anna' WHERE id = 1; UPDATE users SET name = 'Bobby' WHERE id = 2",
            "UPDATE users SET name = 'Anne' WHERE id = 1; DELETE FROM users WHERE id = 2");
  shell("prod.db", "UPDATE users SET name = 'Antonia' WHERE id = 1; INSERT INTO users VALUES (2, 'Bert', 1, NULL)");
  EXPECT_EQ(import_settled().status, 4);
  EXPECT_THAT(text_of("r.json"), HasSubstr("the target holds others by now than the record was settled by: name"));
  EXPECT_THAT(text_of("r.json"), HasSubstr("the target has such a row by now, and the record was settled by none"));
  EXPECT_EQ(record("users")["$conflict"]["base"]["name"], "Anne");
  EXPECT_EQ(record("users")["$conflict"]["target"]["name"], "Antonia");
  shell("prod.db", "DELETE FROM users WHERE id = 1");
  EXPECT_EQ(import_settled().status, 4);
  EXPECT_THAT(text_of("r.json"), HasSubstr("gone from the target since the record was left out: name"));
  const support::Run run = import_settled();
  EXPECT_EQ(run.status, 0) << run.out << run.err;
  EXPECT_EQ(shell("prod.db", "SELECT id, name FROM users"), "1|Anna\n2|Bobby\n");
}

TEST_F(SettlingInSqlite, TakesOtherRecordsAsAnyImportOrByTheBase) {
  common(std::string(kUsers) + "CREATE UNIQUE INDEX by_age ON users (age);");
  const std::string source =
      "UPDATE users SET name = 'Anna' WHERE id = 1; UPDATE users SET age = 99, updated_at = '2026-02-02' WHERE id = 2";
  const std::string target =
      "UPDATE users SET name = 'Anne' WHERE id = 1; INSERT INTO users VALUES (9, 'Zed', 99, NULL)";
  const std::string meanwhile =
      "DELETE FROM users WHERE id = 9; UPDATE users SET name = 'Bert', updated_at = '2026-03-03' WHERE id = 2";
  leave_out(source, target);
  EXPECT_FALSE(record("users", 1).contains("$conflict"));
  shell("prod.db", meanwhile);
  std::filesystem::copy_file(folder.file("prod.db"), folder.file("kept.db"));
  EXPECT_EQ(import_settled().status, 0);
  EXPECT_EQ(shell("prod.db", "SELECT id, name, age, updated_at FROM users"),
            "1|Anna|30|2026-01-01\n2|Bob|99|2026-02-02\n");
  std::filesystem::rename(folder.file("kept.db"), folder.file("prod.db"));
  EXPECT_EQ(import_settled({"--base", "last.json"}).status, 0);
  EXPECT_EQ(shell("prod.db", "SELECT id, name, age, updated_at FROM users"),
            "1|Anna|30|2026-01-01\n2|Bert|99|2026-03-03\n");
}

TEST_F(SettlingInSqlite, LeavesRowsWithoutAKeyAlone) {
  common("CREATE TABLE tags (label TEXT COLLATE NOCASE PRIMARY KEY, color); INSERT INTO tags VALUES ('red', 1);");
  leave_out("UPDATE tags SET color = 2; INSERT INTO tags VALUES (NULL, 'n')",
            "UPDATE tags SET color = 3, label = 'RED'");
  EXPECT_EQ(record("tags")["$conflict"]["target"].dump(), R"({"label":"RED","color":3})");
  Json all = Json::parse(text_of("r.json"));
  all["data"]["tags"].push_back({{"label", nullptr}, {"color", "n"}});
  all["data"]["tags"].push_back({{"label", nullptr}, {"color", "new"}});
  std::ofstream(folder.file("r.json")) << all.dump();
  EXPECT_EQ(import_settled().status, 0);
  EXPECT_EQ(shell("prod.db", "SELECT group_concat(color, ' ') FROM (SELECT color FROM tags ORDER BY color)"),
            "2 n new\n");
}

TEST_F(SettlingInSqlite, RefusesWhatNoImportWrites) {
  common(kUsers);
  leave_out("UPDATE users SET name = 'Anna' WHERE id = 1", "UPDATE users SET name = 'Anne' WHERE id = 1");
  settle("users", "$conflict", 7);
  const support::Run run = import_settled();
  EXPECT_EQ(run.status, 6) << run.out;
  EXPECT_THAT(run.err, HasSubstr("table users, record 1: \"$conflict\" is no object"));
}

TEST_F(SettlingInSqlite, SettlesWhatGoesIntoPostgres) {
  support::Database target;
  target.run(
      "CREATE TABLE t (id int PRIMARY KEY, name text, active boolean, at timestamp, doc jsonb);"
      R"(INSERT INTO t VALUES (1, 'Anne', false, '2026-05-05', '"text"'))");
  common(
      "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, active INTEGER, at TEXT, doc TEXT);"
      R"(INSERT INTO t VALUES (1, 'Ann', 0, '2026-05-05T00:00:00', '"text"'))");
  shell("dev.db", "UPDATE t SET name = 'Anna', active = 1");
  exported("out.json");
  const auto import = [&](std::vector<std::string> words) {
    words.insert(words.begin(), PROGRAM_DIR "/db-import");
    words.insert(words.end(), {"--url", target.url()});
    return support::run_program(words, {.folder = folder.path()});
  };
  EXPECT_EQ(import({"out.json", "--base", "last.json", "--rejects", "r.json"}).status, 4);
  EXPECT_EQ(record("t")["$conflict"]["target"].dump(),
            R"({"id":1,"name":"Anne","active":false,"at":"2026-05-05T00:00:00"})");
  const support::Run run = import({"r.json", "--unsealed"});
  EXPECT_EQ(run.status, 0) << run.out << run.err;
  EXPECT_EQ(target.value("SELECT concat_ws(' ', name, active, doc) FROM t"), "Anna t \"text\"");
}

}  // namespace
}  // namespace cli
