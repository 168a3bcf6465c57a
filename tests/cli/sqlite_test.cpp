// SQLite through the real programs: one file to another, the dry run, exit statuses, the embedded default.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <thread>

#include "support/folder.h"
#include "support/program.h"

namespace cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::string real_database(const std::string& name) {
  const char* given = std::getenv("DB_TRANSFER_SHARED");
  return std::string(given != nullptr ? given : SOURCE_DIR "/../shared") + "/databases/" + name;
}

constexpr const char* kSchema =
    "CREATE TABLE users(id INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT NOT NULL UNIQUE, photo BLOB);"
    "CREATE TABLE posts(id TEXT PRIMARY KEY, author INTEGER REFERENCES users(id), title TEXT);"
    "CREATE TABLE audit_logs(at TEXT, what TEXT);";
constexpr const char* kRows =
    "INSERT INTO users VALUES(1,'a@x',x'00ff'),(2,'b@x',NULL); INSERT INTO posts VALUES('p1',1,'one'),('p2',2,'two');"
    "INSERT INTO audit_logs VALUES('now','x'),('now','x');";

void wait_for(const support::Program& program, const std::string& words) {
  while (program.out_so_far().find(words) == std::string::npos)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
}

class Sqlite : public testing::Test {
 protected:
  std::string shell(const std::string& database, const std::string& sql) const {
    const support::Run run = support::run_program({"sqlite3", "-bail", folder.file(database)}, {.input = sql});
    EXPECT_EQ(run.status, 0) << run.err;
    return run.out;
  }
  support::Run db_export(std::vector<std::string> options, const std::vector<std::string>& environment = {}) const {
    options.insert(options.begin(), PROGRAM_DIR "/db-export");
    return support::run_program(options, {.environment = environment, .folder = folder.path()});
  }
  support::Run db_import(std::vector<std::string> options) const {
    options.insert(options.begin(), PROGRAM_DIR "/db-import");
    return support::run_program(options, {.folder = folder.path()});
  }
  void make_both() const {
    shell("dev.db", std::string(kSchema) + kRows);
    shell("prod.db", kSchema);
    EXPECT_EQ(db_export({"out.json", "--url", "file:./dev.db"}).status, 0);
  }
  static std::string without_origin(std::string document) {
    return document.substr(document.find("\"tables\""), document.find("\"bytes\": ") - document.find("\"tables\""));
  }

  const support::TemporaryFolder folder;
};

TEST_F(Sqlite, KnowsNoConstraintThatIsNotValid) {
  make_both();
  const support::Run refused = db_import({"out.json", "--url", "sqlite:prod.db", "--as-restored"});
  EXPECT_EQ(refused.status, 2);
  EXPECT_THAT(refused.err, HasSubstr("--as-restored is for PostgreSQL"));
}

TEST_F(Sqlite, GoesFromOneFileIntoAnother) {
  make_both();

  const support::Run imported = db_import({"out.json", "--url", "sqlite:prod.db"});

  EXPECT_EQ(imported.status, 0) << imported.err;
  EXPECT_THAT(imported.err, HasSubstr("db-import: into SQLite file prod.db (--url)"));
  EXPECT_THAT(imported.out, HasSubstr("Imported: 6 rows inserted, 0 updated, 0 unchanged; 0 rows were left out."));
  EXPECT_EQ(shell("prod.db", ".dump"), shell("dev.db", ".dump"));
  EXPECT_EQ(db_export({"again.json", "--url", "sqlite:prod.db"}).status, 0);
  EXPECT_EQ(without_origin(support::read_file(folder.file("again.json"))),
            without_origin(support::read_file(folder.file("out.json"))));
}

TEST_F(Sqlite, WritesNothingTheSecondTime) {
  make_both();
  db_import({"out.json", "--url", "sqlite:prod.db"});
  const std::string before = support::read_file(folder.file("prod.db"));

  const support::Run imported = db_import({"out.json", "--url", "sqlite:prod.db", "--json"});

  EXPECT_EQ(imported.status, 0);
  EXPECT_EQ(nlohmann::json::parse(imported.out)["total"]["unchanged"], 6);
  EXPECT_EQ(support::read_file(folder.file("prod.db")), before);
}

TEST_F(Sqlite, LeavesTheFileUntouchedInADryRun) {
  make_both();
  const std::string path = folder.file("prod.db");
  const std::string before = support::read_file(path);
  const auto written = std::filesystem::last_write_time(path);

  const support::Run plain = db_import({"out.json", "--url", "sqlite:prod.db", "--dry-run"});
  const support::Run told = db_import({"out.json", "--url", "sqlite:prod.db", "-n", "--exit-code"});

  EXPECT_EQ(plain.status, 0);
  EXPECT_THAT(plain.out, HasSubstr("Dry run: 6 rows would be inserted"));
  EXPECT_EQ(told.status, 3);
  EXPECT_EQ(support::read_file(path), before);
  EXPECT_EQ(std::filesystem::last_write_time(path), written);
  EXPECT_FALSE(std::filesystem::exists(path + "-journal"));
}

TEST_F(Sqlite, TellsRowsThatAreLeftOutByStatusFour) {
  make_both();
  shell("prod.db", "INSERT INTO users VALUES(9, 'a@x', NULL);");

  const support::Run rolled_back = db_import({"out.json", "--url", "sqlite:prod.db", "--atomic"});
  EXPECT_EQ(rolled_back.status, 4);
  EXPECT_EQ(shell("prod.db", "SELECT count(*) FROM posts;"), "0\n");
  const support::Run imported = db_import({"out.json", "--url", "sqlite:prod.db"});

  EXPECT_EQ(imported.status, 4);
  EXPECT_THAT(imported.out, AllOf(HasSubstr("UNIQUE (email): the target holds email=a@x as id=9"),
                                  HasSubstr("the parent users id=1 is neither in the target nor among")));
  EXPECT_EQ(shell("prod.db", "SELECT id FROM posts;"), "p2\n");
}

TEST_F(Sqlite, IsTheDefaultWhereNothingNamesADatabase) {
  make_both();

  const support::Run listed = db_export({"--list"});

  EXPECT_EQ(listed.status, 0) << listed.err;
  EXPECT_THAT(listed.err, HasSubstr("from SQLite file dev.db (the default, because nothing names a database)"));
  EXPECT_THAT(listed.out, AllOf(HasSubstr("users"), HasSubstr("posts")));
  folder.write(".env", "DATABASE_URL=\"file:./prod.db\"\n");
  EXPECT_THAT(db_export({"--list"}).err, HasSubstr("from SQLite file ./prod.db (DATABASE_URL of .env)"));
}

TEST_F(Sqlite, SkipsSortsAndFiltersAsAnyEngine) {
  make_both();

  EXPECT_EQ(db_export({"some.json", "--sorted", "--skip-audit", "--where", "users=email LIKE 'b%'", "--where",
                       "posts=author = 2"})
                .status,
            0);

  const auto document = nlohmann::json::parse(support::read_file(folder.file("some.json")));
  EXPECT_EQ(document["data"].dump(),
            R"({"posts":[{"author":2,"id":"p2","title":"two"}],"users":[{"email":"b@x","id":2,"photo":null}]})");
  EXPECT_EQ(document["source"]["engine"], "sqlite");
  EXPECT_EQ(db_export({"no.json", "--where", "users=nonsense"}).status, 2);
  EXPECT_EQ(db_export({"no.json", "--schema", "public"}).status, 2);
}

TEST_F(Sqlite, EndsWithTheStatusOfWhatWentWrong) {
  make_both();
  folder.write("text.db", std::string(5000, 'x'));
  const auto status = [&](const std::string& url) { return db_import({"out.json", "--url", url}).status; };

  EXPECT_EQ(status("sqlite:none.db"), 5);
  EXPECT_FALSE(std::filesystem::exists(folder.file("none.db")));
  EXPECT_EQ(status("sqlite:text.db"), 5);
  EXPECT_EQ(status("sqlite::memory:"), 5);
  shell("other.db", "CREATE TABLE users(id INTEGER PRIMARY KEY);");
  EXPECT_EQ(status("sqlite:other.db"), 7);
}

TEST_F(Sqlite, WaitsForALockAndGivesUp) {
  make_both();
  support::Program holder({"sqlite3", folder.file("prod.db")},
                          {.input = "BEGIN EXCLUSIVE;\n.print locked\n.shell while [ ! -e " + folder.file("done") +
                                    " ]; do sleep 0.05; done\nROLLBACK;\n"});
  wait_for(holder, "locked");

  const support::Run imported = db_import({"out.json", "--url", "sqlite:prod.db", "--lock-timeout", "100ms"});

  EXPECT_EQ(imported.status, 9);
  EXPECT_THAT(imported.err, AllOf(HasSubstr("database is locked for 100 ms"), HasSubstr("--lock-timeout")));
  folder.write("done", "");
  EXPECT_EQ(holder.finish().status, 0);
  EXPECT_EQ(db_import({"out.json", "--url", "sqlite:prod.db"}).status, 0);
}

TEST_F(Sqlite, SaysThatTheFileMayNotBeWritten) {
  make_both();
  // Nobody may be kept from a file as root.
  std::filesystem::permissions(folder.path(), std::filesystem::perms(0755));
  std::filesystem::permissions(folder.file("out.json"), std::filesystem::perms(0444));
  const auto allow = [&](unsigned file, unsigned in_folder) {
    std::filesystem::permissions(folder.file("prod.db"), std::filesystem::perms(file));
    std::filesystem::permissions(folder.path(), std::filesystem::perms(in_folder));
  };
  allow(0444, 0777);
  const auto as_nobody = [&](std::vector<std::string> options) {
    std::vector<std::string> words = {"setpriv",        "--reuid=65534",          "--regid=65534",
                                      "--clear-groups", PROGRAM_DIR "/db-import", "out.json",
                                      "--url",          "sqlite:prod.db"};
    if (::geteuid() != 0) words.erase(words.begin(), words.begin() + 4);
    words.insert(words.end(), options.begin(), options.end());
    return support::run_program(words, {.folder = folder.path()});
  };

  const support::Run imported = as_nobody({});
  if (imported.status == 127 || imported.status == 126) GTEST_SKIP() << "another user cannot run the programs here";
  EXPECT_EQ(imported.status, 8) << imported.err;
  EXPECT_THAT(imported.err, HasSubstr("SQLite file prod.db may not be written"));
  EXPECT_EQ(as_nobody({"-n"}).status, 0);
  allow(0666, 0555);  // no room for the journal
  EXPECT_EQ(as_nobody({}).status, 8);
  EXPECT_EQ(as_nobody({"-n"}).status, 0);
  allow(0666, 0777);
  EXPECT_EQ(as_nobody({}).status, 0);
}

TEST_F(Sqlite, ReadsAWalDatabaseInAFolderThatMayNotBeWritten) {
  make_both();
  shell("wal.db", std::string("PRAGMA journal_mode = WAL;") + kSchema + kRows);
  ASSERT_FALSE(std::filesystem::exists(folder.file("wal.db-wal")));
  std::filesystem::permissions(folder.file("wal.db"), std::filesystem::perms(0444));
  std::filesystem::permissions(folder.path(), std::filesystem::perms(0555));
  std::vector<std::string> words = {"setpriv",        "--reuid=65534",          "--regid=65534",
                                    "--clear-groups", PROGRAM_DIR "/db-export", "-",
                                    "--url",          "sqlite:wal.db"};
  if (::geteuid() != 0) words.erase(words.begin(), words.begin() + 4);

  const support::Run exported = support::run_program(words, {.folder = folder.path()});

  std::filesystem::permissions(folder.path(), std::filesystem::perms(0755));
  if (exported.status == 127 || exported.status == 126) GTEST_SKIP() << "another user cannot run the programs here";
  EXPECT_EQ(exported.status, 0) << exported.err;
  EXPECT_THAT(exported.out, HasSubstr("a@x"));
}

TEST_F(Sqlite, SeesWhatOnlyTheWalHolds) {
  make_both();
  support::Program writer(
      {"sqlite3", folder.file("wal.db")},
      {.input = std::string("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0;") + kSchema + kRows +
                "\n.print ready\n.shell while [ ! -e " + folder.file("done") + " ]; do sleep 0.05; done\n"});
  wait_for(writer, "ready");

  const support::Run exported = db_export({"-", "--url", "sqlite:wal.db"});

  EXPECT_THAT(exported.out, HasSubstr("a@x"));
  folder.write("done", "");
  EXPECT_EQ(writer.finish().status, 0);
}

class RealSqlite : public Sqlite, public testing::WithParamInterface<const char*> {};

TEST_P(RealSqlite, ComesBackWhole) {
  const std::string original = real_database(GetParam());
  if (!std::filesystem::exists(original)) GTEST_SKIP() << original << " is not here";
  const support::Run schema = support::run_program({"sqlite3", "-readonly", original, ".schema --nosys"});
  shell("copy.db", schema.out);

  EXPECT_EQ(db_export({"real.json", "--url", "sqlite:" + original}).status, 0);
  const support::Run imported = db_import({"real.json", "--url", "sqlite:copy.db"});

  EXPECT_EQ(imported.status, 0) << imported.out << imported.err;
  const auto rows = [&](const std::string& path) {
    // Every table's rows; sqlite_sequence remembers in which order its tables were first written.
    const std::string dump = support::run_program({"sqlite3", "-readonly", path, ".dump"}).out;
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < dump.size();) {
      const std::size_t end = std::min(dump.find('\n', at), dump.size());
      const std::string line = dump.substr(at, end - at);
      if (line.starts_with("INSERT INTO")) lines.push_back(line);
      at = end + 1;
    }
    std::sort(lines.begin(), lines.end());
    return lines;
  };
  EXPECT_EQ(rows(folder.file("copy.db")), rows(original));
  EXPECT_EQ(db_export({"copy.json", "--url", "sqlite:copy.db"}).status, 0);
  EXPECT_EQ(without_origin(support::read_file(folder.file("copy.json"))),
            without_origin(support::read_file(folder.file("real.json"))));
}

INSTANTIATE_TEST_SUITE_P(Shops, RealSqlite, testing::Values("chinook.sqlite", "northwind.sqlite"),
                         [](const auto& name) {
                           const std::string file = name.param;
                           return file.substr(0, file.find('.'));
                         });

// Columns may have all the names of a row's number.
TEST_F(Sqlite, TablesWithEveryNameOfTheRowNumberComeBackAsTheyWere) {
  const std::string schema =
      "CREATE TABLE t (rowid TEXT PRIMARY KEY, \"OID\" INT UNIQUE, _rowid_); CREATE TABLE u (rowid, oid, _rowid_); "
      "CREATE "
      "TABLE w (oid INT, _rowid_ TEXT, rowid, PRIMARY KEY (oid, _rowid_)) WITHOUT ROWID;";
  shell("dev.db", schema +
                      "INSERT INTO t VALUES ('a', 1, x'41'), ('b', 2, NULL); INSERT INTO u VALUES (1, 2, 3), (1, 2, "
                      "3), (NULL, 1, 'x'); INSERT INTO w VALUES (1, 'k', 5)");
  shell("prod.db", schema + "INSERT INTO t VALUES ('a', 2, 'old'), ('c', 3, 3); INSERT INTO u VALUES (1, 2, 3)");
  ASSERT_EQ(db_export({"out.json", "--url", "sqlite:dev.db"}).status, 0);

  const support::Run dry = db_import({"out.json", "--dry-run", "--url", "sqlite:prod.db"});
  const support::Run kept = db_import({"out.json", "--url", "sqlite:prod.db", "--save-undo", "undo.json"});
  const support::Run imported = db_import({"out.json", "--url", "sqlite:prod.db"});
  const support::Run again = db_import({"out.json", "--url", "sqlite:prod.db"});

  EXPECT_EQ(dry.status, 0) << dry.err;
  EXPECT_EQ(kept.status, 7) << kept.err;
  EXPECT_THAT(kept.err, HasSubstr("u has columns called rowid, _rowid_ and oid"));
  EXPECT_EQ(imported.status, 0) << imported.err;
  EXPECT_EQ(again.status, 0) << again.err;
  EXPECT_EQ(shell("prod.db", "SELECT * FROM t ORDER BY 1; SELECT * FROM u ORDER BY 1; SELECT * FROM w;"),
            "a|1|A\nb|2|\nc|3|3\n|1|x\n1|2|3\n1|2|3\n1|k|5\n");
}

// Which rows follow a foreign key, not only how many; also those behind them.
TEST_F(Sqlite, APlanTellsTheRowsThatFollowApart) {
  const std::string teams = "CREATE TABLE teams (id INTEGER PRIMARY KEY, code TEXT UNIQUE);";
  shell("dev.db", teams + "INSERT INTO teams VALUES (1, 'b')");
  shell("prod.db", teams +
                       "CREATE TABLE players (id INTEGER PRIMARY KEY, code TEXT UNIQUE REFERENCES teams (code) ON "
                       "UPDATE CASCADE, note); CREATE TABLE fans (name TEXT, of TEXT REFERENCES players (code) ON "
                       "UPDATE CASCADE); INSERT INTO teams VALUES (1, 'a'), (5, 'z'); INSERT INTO players VALUES (1, "
                       "'a', 1), (2, 'z', 1); INSERT INTO fans VALUES ('Al', 'a'), ('Bo', 'a')");
  ASSERT_EQ(db_export({"out.json", "--url", "sqlite:dev.db"}).status, 0);
  ASSERT_EQ(db_import({"out.json", "--dry-run", "--report", "plan.json", "--url", "sqlite:prod.db"}).status, 0);
  const std::vector<std::string> apply = {"out.json", "--apply", "plan.json", "--url", "sqlite:prod.db"};

  const std::string swap = "UPDATE players SET id = -id; UPDATE players SET id = 3 + id;";
  shell("prod.db", swap);
  const support::Run others = db_import(apply);
  shell("prod.db", swap + "UPDATE fans SET name = 'Cy' WHERE name = 'Bo'");
  const support::Run behind = db_import(apply);
  shell("prod.db", "UPDATE fans SET name = 'Bo' WHERE name = 'Cy'; UPDATE players SET note = 2");
  const support::Run applied = db_import(apply);

  EXPECT_EQ(others.status, 7);
  EXPECT_THAT(others.err, AllOf(HasSubstr("rows of players by "), HasSubstr("as many as were approved, but others")));
  EXPECT_EQ(behind.status, 7);
  EXPECT_THAT(behind.err, HasSubstr("rows of fans by "));
  EXPECT_EQ(applied.status, 0) << applied.err;
  EXPECT_EQ(shell("prod.db", "SELECT group_concat(of) FROM fans"), "b,b\n");
}

// VACUUM, and what applications run when they close; a change of the schema is told by its object.
TEST_F(Sqlite, APlanHoldsWhereTheFileWasOnlyTidied) {
  const std::string users =
      "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT); CREATE INDEX by_name ON users (name);";
  shell("dev.db", users + "INSERT INTO users VALUES (1, 'a')");
  shell("prod.db", users + "INSERT INTO users VALUES (5, 'z')");
  ASSERT_EQ(db_export({"out.json", "--url", "sqlite:dev.db"}).status, 0);
  ASSERT_EQ(db_import({"out.json", "--dry-run", "--report", "plan.json", "--url", "sqlite:prod.db"}).status, 0);
  const std::vector<std::string> apply = {"out.json", "--apply", "plan.json", "--url", "sqlite:prod.db"};

  shell("prod.db", "VACUUM; ANALYZE; PRAGMA optimize; REINDEX;");
  shell("prod.db", "CREATE INDEX more ON users (name, id);");
  const support::Run changed = db_import(apply);
  shell("prod.db", "DROP INDEX more;");
  const support::Run tidied = db_import(apply);

  EXPECT_EQ(changed.status, 7);
  EXPECT_THAT(changed.err, HasSubstr("the target's catalog was changed: the index more is new"));
  EXPECT_EQ(tidied.status, 0) << tidied.err;
}

}  // namespace
}  // namespace cli
