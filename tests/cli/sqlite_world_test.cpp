// SQLite files as they are met: odd paths and names, JSON in checks, orphans, blobs that are text, virtual tables.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/folder.h"
#include "support/program.h"

namespace cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class SqliteWorld : public testing::Test {
 protected:
  std::string shell(const std::string& database, const std::string& sql) const {
    const support::Run run = support::run_program({"sqlite3", "-bail", folder.file(database)}, {.input = sql});
    EXPECT_EQ(run.status, 0) << run.err;
    return run.out;
  }
  support::Run run(const std::string& program, std::vector<std::string> options) const {
    options.insert(options.begin(), PROGRAM_DIR "/" + program);
    return support::run_program(options, {.folder = folder.path()});
  }
  support::Run export_from(const std::string& database, std::vector<std::string> options = {}) const {
    options.insert(options.begin(), {"out.json", "--force", "--url", "sqlite:" + database});
    return run("db-export", options);
  }
  support::Run import_into(const std::string& database, std::vector<std::string> options = {}) const {
    options.insert(options.begin(), {"out.json", "--url", "sqlite:" + database});
    return run("db-import", options);
  }

  const support::TemporaryFolder folder;
};

constexpr const char* kDjango =
    "CREATE TABLE app_item (id integer PRIMARY KEY, data text NOT NULL CHECK (JSON_VALID(data) OR data IS NULL));";

TEST_F(SqliteWorld, TakesAPathAsItStands) {
  for (const std::string name : {"we ird#?%20.db", "100%.db", "a?b=c&d.db", "x y.db"}) {
    shell(name, std::string(kDjango) + "INSERT INTO app_item VALUES(1, '{}');");
    const support::Run exported = export_from(name);
    EXPECT_EQ(exported.status, 0) << exported.err;
    shell("to " + name, kDjango);
    EXPECT_EQ(import_into("to " + name, {"-n"}).status, 0);
    EXPECT_EQ(import_into("to " + name).status, 0);
    EXPECT_EQ(shell("to " + name, "SELECT data FROM app_item;"), "{}\n");
  }
}

TEST_F(SqliteWorld, MatchesNamesThatDifferInCaseAndSaysSo) {
  shell("from.db",
        "CREATE TABLE Users(Id INTEGER PRIMARY KEY, \"Lock\" INT, eMail TEXT UNIQUE); INSERT INTO Users VALUES(1, 2, "
        "'a');");
  shell(
      "to.db",
      "CREATE TABLE users(id INTEGER PRIMARY KEY, lock INT, email TEXT UNIQUE); INSERT INTO users VALUES(1, 0, 'a');");
  EXPECT_EQ(export_from("from.db").status, 0);

  const support::Run imported = import_into("to.db");

  EXPECT_EQ(imported.status, 0) << imported.err;
  EXPECT_THAT(imported.out, AllOf(HasSubstr("Users is users in the target: the names differ in case only"),
                                  HasSubstr("Users.Lock is lock in the target")));
  EXPECT_EQ(shell("to.db", "SELECT * FROM users;"), "1|2|a\n");
  EXPECT_THAT(import_into("to.db").out, HasSubstr("1 unchanged"));
}

TEST_F(SqliteWorld, TakesOrphansAlongWhereTheyAreWanted) {
  const std::string schema =
      "CREATE TABLE p(id INTEGER PRIMARY KEY); CREATE TABLE c(id INTEGER PRIMARY KEY, p INT REFERENCES p(id));";
  shell("from.db", schema + "INSERT INTO p VALUES(1); INSERT INTO c VALUES(1,1),(2,77),(3,78);");
  shell("to.db", schema);
  EXPECT_EQ(export_from("from.db").status, 0);

  EXPECT_EQ(import_into("to.db", {"-n"}).status, 4);
  const support::Run announced = import_into("to.db", {"-n", "--keep-orphans"});
  const support::Run imported = import_into("to.db", {"--keep-orphans"});

  EXPECT_EQ(announced.status, 0);
  EXPECT_EQ(imported.status, 0) << imported.err;
  for (const support::Run& told : {announced, imported})
    EXPECT_THAT(told.out,
                HasSubstr("c: 2 rows without the parent in p (c_p_fkey), as the source holds them: taken along"));
  EXPECT_EQ(shell("to.db", "SELECT p FROM c;"), "1\n77\n78\n");
  EXPECT_THAT(import_into("to.db", {"--keep-orphans"}).out, HasSubstr("4 unchanged"));
}

TEST_F(SqliteWorld, TakesBlobsAsTextWhereTheTransferFileSaysSo) {
  const std::string schema = "CREATE TABLE t(id INTEGER PRIMARY KEY, c TEXT, d TEXT);";
  shell("from.db", schema + "INSERT INTO t VALUES(1, x'c3a9', x'c3a9'),(2, x'ff', 'x'),(3, x'00', NULL);");
  shell("to.db", schema);
  folder.write("transfer.json", R"({"blob_as": {"t.c": "text"}})");
  EXPECT_EQ(export_from("from.db").status, 0);

  const support::Run imported = import_into("to.db", {"--config", "transfer.json"});

  EXPECT_EQ(imported.status, 0) << imported.err;
  EXPECT_THAT(imported.out, HasSubstr("t.c: blobs taken as text where they are UTF-8"));
  EXPECT_EQ(shell("to.db", "SELECT typeof(c), typeof(d), hex(c) FROM t;"),
            "text|blob|C3A9\nblob|text|FF\nblob|null|00\n");
  folder.write("transfer.json", R"({"blob_as": {"t.nothing": "text"}})");
  EXPECT_EQ(import_into("to.db", {"--config", "transfer.json"}).status, 2);
}

TEST_F(SqliteWorld, CarriesTheNumbersOfRowsThatAreGone) {
  const std::string schema =
      "CREATE TABLE a(id INTEGER PRIMARY KEY AUTOINCREMENT); CREATE TABLE b(id INTEGER PRIMARY KEY AUTOINCREMENT);";
  shell("from.db",
        schema + "INSERT INTO a VALUES(50),(3); DELETE FROM a WHERE id = 50; INSERT INTO b VALUES(9); DELETE FROM b;");
  shell("to.db", schema);
  EXPECT_EQ(export_from("from.db").status, 0);

  const support::Run imported = import_into("to.db");

  EXPECT_EQ(imported.status, 0) << imported.err;
  EXPECT_THAT(imported.out,
              AllOf(HasSubstr("sequence of a raised from 0 to 50"), HasSubstr("sequence of b raised from 0 to 9")));
  EXPECT_EQ(shell("to.db", "SELECT name, seq FROM sqlite_sequence ORDER BY name;"), "a|50\nb|9\n");
  EXPECT_THAT(import_into("to.db").out, Not(HasSubstr("raised")));
}

TEST_F(SqliteWorld, MentionsThatAWalIsMissing) {
  shell("from.db", "PRAGMA journal_mode = WAL; CREATE TABLE t(id INTEGER PRIMARY KEY);");
  shell("plain.db", "CREATE TABLE t(id INTEGER PRIMARY KEY);");

  EXPECT_THAT(export_from("from.db").err, HasSubstr("is in WAL mode and no -wal lies beside it"));
  EXPECT_THAT(export_from("plain.db").err, Not(HasSubstr("WAL")));
}

TEST_F(SqliteWorld, NamesAVirtualTableThatCannotTravel) {
  shell("from.db", "CREATE TABLE t(id INTEGER PRIMARY KEY); CREATE VIRTUAL TABLE hidden USING fts5(a, content='');");

  const support::Run refused = export_from("from.db");

  EXPECT_EQ(refused.status, 7);
  EXPECT_THAT(refused.err, AllOf(HasSubstr("the virtual table hidden (fts5) cannot be exported"), HasSubstr("-T"),
                                 Not(HasSubstr("recover"))));
  EXPECT_EQ(export_from("from.db", {"-T", "hidden"}).status, 0);
}

}  // namespace
}  // namespace cli
