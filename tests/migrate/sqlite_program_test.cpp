// db-migrate as a user runs it, on SQLite files. The sqlite3 shell is the oracle: it shares no code of ours.
#include <gmock/gmock.h>

#include <csignal>
#include <filesystem>
#include <thread>

#include "migrate/sqlite_fixture.h"

namespace migrate {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TEST_F(MigrateSqlite, UpMakesTheFileAppliesEachMigrationOnceAndWritesItDown) {
  folder.write("001_a.sql", "CREATE TABLE a (id INTEGER PRIMARY KEY); INSERT INTO a VALUES (1);");
  folder.write("002_b.sql", "CREATE TABLE b (a REFERENCES a);");
  EXPECT_EQ(states({"up"}), "001_a.sql applied now, 002_b.sql applied now");
  EXPECT_EQ(states({"up"}), "001_a.sql applied, 002_b.sql applied");
  folder.write("003_c.sql", "INSERT INTO a VALUES (2);");
  EXPECT_EQ(states({"up"}), "001_a.sql applied, 002_b.sql applied, 003_c.sql applied now");
  EXPECT_EQ(value("SELECT id FROM a"), "1 2");
  EXPECT_EQ(value("SELECT count(*) FROM migrations WHERE duration > 0 AND duration < 60 AND length(checksum) = 64 AND "
                  "applied_at BETWEEN strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-1 hour') AND "
                  "strftime('%Y-%m-%dT%H:%M:%SZ', 'now')"),
            "3");
}

TEST_F(MigrateSqlite, AFailureInTheMiddleLeavesNeitherTheHalfFileNorItsRow) {
  folder.write("001_a.sql", "CREATE TABLE a (id)");
  folder.write("002_b.sql", "CREATE TABLE b (id);\n\nALTER TABLE missing ADD x int;\nCREATE TABLE c (id);");
  folder.write("003_d.sql", "CREATE TABLE d (id)");
  const auto done = run({"up"});
  EXPECT_EQ(done.status, 7);
  EXPECT_THAT(done.err, AllOf(HasSubstr("002_b.sql, line 3: "), HasSubstr("no such table: missing"),
                              HasSubstr("ALTER TABLE missing ADD x int"), HasSubstr("nothing of 002_b.sql is left")));
  EXPECT_EQ(tables(), "a migrations");
  EXPECT_EQ(ledger(), "001_a.sql");
  folder.write("002_b.sql", "CREATE TABLE b (id);");
  EXPECT_EQ(states({"up"}), "001_a.sql applied, 002_b.sql applied now, 003_d.sql applied now");
}

TEST_F(MigrateSqlite, AFailureInTheFirstFileLeavesNotEvenTheLedger) {
  folder.write("001_a.sql", "CREATE TABLE a (id NOT NULL); INSERT INTO a VALUES (NULL);");
  EXPECT_EQ(run({"up"}).status, 7);
  EXPECT_EQ(tables(), "");
}

TEST_F(MigrateSqlite, RefusesAFileThatWasChangedAfterItWasApplied) {
  folder.write("001_a.sql", "CREATE TABLE a (id)");
  run({"up"});
  folder.write("001_a.sql", "CREATE TABLE a (id, x)");
  folder.write("002_b.sql", "CREATE TABLE b (id)");
  for (const char* command : {"up", "verify", "status"}) {
    const auto done = run({command});
    EXPECT_EQ(done.status, 7) << command;
    EXPECT_THAT(done.err, HasSubstr("001_a.sql was changed after it was applied")) << command;
  }
  EXPECT_EQ(tables(), "a migrations");
}

TEST_F(MigrateSqlite, OnlyUpMakesAFileThatIsMissing) {
  folder.write("001_a.sql", "CREATE TABLE a (id)");
  for (const auto& command : std::vector<std::vector<std::string>>{{"status"}, {"verify"}, {"baseline", "001"}}) {
    const auto done = run(command);
    EXPECT_EQ(done.status, 5) << command[0];
    EXPECT_THAT(done.err, AllOf(HasSubstr("there is no SQLite file"), HasSubstr("db-migrate up makes"))) << command[0];
  }
  EXPECT_EQ(states({"up", "--dry-run"}), "001_a.sql would be applied");
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(MigrateSqlite, StatusTellsWhatIsPendingAndChangesNothing) {
  shell("CREATE TABLE old (id);");
  const std::string before = support::read_file(path);
  folder.write("001_a.sql", "CREATE TABLE a (id)");
  EXPECT_EQ(states({"status"}), "001_a.sql pending");
  EXPECT_EQ(run({"status"}).status, 0);
  EXPECT_EQ(run({"status", "--exit-code"}).status, 3);
  EXPECT_EQ(support::read_file(path), before);
  run({"up"});
  EXPECT_EQ(run({"status", "--exit-code"}).status, 0);
}

TEST_F(MigrateSqlite, ADryRunTriesEverythingAndChangesNothing) {
  folder.write("001_a.sql", "CREATE TABLE a (id); INSERT INTO a VALUES (1)");
  run({"up"});
  folder.write("002_b.sql", "ALTER TABLE a ADD b int; CREATE INDEX i ON a (b);");
  folder.write("003_c.sql", "-- no-transaction\nPRAGMA journal_mode = WAL;\nVACUUM;\nCREATE TABLE c (id);");
  const std::string before = support::read_file(path);
  EXPECT_EQ(states({"up", "--dry-run"}), "001_a.sql applied, 002_b.sql would be applied, 003_c.sql would be applied");
  EXPECT_EQ(run({"up", "--dry-run", "--exit-code"}).status, 3);
  folder.write("003_c.sql", "SELECT * FROM nothing");
  EXPECT_EQ(run({"up", "--dry-run"}).status, 7);
  EXPECT_EQ(support::read_file(path), before);
}

TEST_F(MigrateSqlite, RunsWhatNeedsItOutsideATransaction) {
  folder.write("001_a.sql", "CREATE TABLE a (id)");
  folder.write("002_b.sql", "-- no-transaction\nPRAGMA journal_mode = WAL;\nVACUUM; -- ; done\n");
  folder.write("003_c.sql", "ALTER TABLE a ADD x int");
  folder.write("004_d.sql",
               "-- no-transaction\nVACUUM;\nPRAGMA page_size = 8192;\nPRAGMA journal_mode = DELETE;\nVACUUM");
  const auto done = run({"up"});
  EXPECT_EQ(done.status, 0) << done.err;
  EXPECT_EQ(ledger(), "001_a.sql 002_b.sql 003_c.sql 004_d.sql");
  EXPECT_EQ(value("PRAGMA journal_mode"), "delete");
  EXPECT_EQ(value("PRAGMA page_size"), "8192");
  EXPECT_EQ(run({"verify"}).status, 0);
  folder.write("005_e.sql", "VACUUM");
  const auto refused = run({"up"});
  EXPECT_EQ(refused.status, 7);
  EXPECT_THAT(refused.err, HasSubstr("write \"-- no-transaction\" on the file's first line"));
}

TEST_F(MigrateSqlite, SaysWhatAFailureOutsideATransactionLeaves) {
  folder.write("001_a.sql", "-- no-transaction\nCREATE TABLE a (id);\nCREATE TABLE a (id);\nCREATE TABLE b (id);");
  const auto done = run({"up"});
  EXPECT_EQ(done.status, 7);
  EXPECT_THAT(done.err, AllOf(HasSubstr("001_a.sql, line 3: "), HasSubstr("table a already exists"),
                              HasSubstr("the 1 statement before this one stay done")));
  EXPECT_EQ(tables(), "a");
  folder.write("001_a.sql", "-- no-transaction\nBEGIN;\nCREATE TABLE b (id);");
  EXPECT_THAT(run({"up"}).err, HasSubstr("001_a.sql leaves a transaction open"));
  EXPECT_EQ(tables(), "a");
}

TEST_F(MigrateSqlite, RunsTriggersAndEveryWayOfQuotingNames) {
  folder.write("001_a.sql",
               "CREATE TABLE [a;b] (`it's` TEXT, \"x;\" INT); /* no /* nesting; */\n"
               "CREATE TRIGGER t AFTER INSERT ON [a;b] BEGIN UPDATE [a;b] SET \"x;\" = CASE WHEN 1 THEN 2 ELSE 3 END; "
               "SELECT 1; END;\nINSERT INTO [a;b] (`it's`) VALUES ('$$;');");
  const auto done = run({"up"});
  EXPECT_EQ(done.status, 0) << done.err;
  EXPECT_EQ(value("SELECT * FROM [a;b]"), "$$;|2");
}

TEST_F(MigrateSqlite, MakesATableAnewWithoutLosingItsChildren) {
  folder.write("001_a.sql",
               "CREATE TABLE a (id INTEGER PRIMARY KEY, old); CREATE TABLE b (a REFERENCES a ON DELETE CASCADE);"
               "INSERT INTO a VALUES (1, 'x'); INSERT INTO b VALUES (1);");
  folder.write("002_b.sql",
               "CREATE TABLE new_a (id INTEGER PRIMARY KEY, new NOT NULL); INSERT INTO new_a SELECT id, old FROM a;"
               "DROP TABLE a; ALTER TABLE new_a RENAME TO a;");
  const auto done = run({"up"});
  EXPECT_EQ(done.status, 0) << done.err;
  EXPECT_EQ(value("SELECT new FROM a JOIN b ON b.a = a.id"), "x");
}

TEST_F(MigrateSqlite, RefusesAFileThatLeavesRowsWithoutParent) {
  folder.write(
      "001_a.sql",
      "CREATE TABLE a (id INTEGER PRIMARY KEY); CREATE TABLE b (a REFERENCES a); INSERT INTO a VALUES (1), (2);"
      "INSERT INTO b VALUES (1), (2);");
  run({"up"});
  folder.write("002_b.sql", "DELETE FROM a");
  for (const auto& command : std::vector<std::vector<std::string>>{{"up"}, {"up", "--dry-run"}}) {
    const auto done = run(command);
    EXPECT_EQ(done.status, 7);
    EXPECT_THAT(done.err, HasSubstr("002_b.sql breaks a foreign key: b without parent in a (2 rows)"));
  }
  EXPECT_EQ(value("SELECT count(*) FROM a"), "2");
  shell("DELETE FROM a WHERE id = 2;");  // an orphan that no file is to blame for
  folder.write("002_b.sql", "CREATE TABLE c (id)");
  EXPECT_EQ(run({"up"}).status, 0);
}

TEST_F(MigrateSqlite, ABaselineWritesDownWithoutRunning) {
  folder.write("001_a.sql", "CREATE TABLE a (id)");
  folder.write("002_b.sql", "CREATE TABLE b (id)");
  folder.write("003_c.sql", "CREATE TABLE c (id)");
  shell("CREATE TABLE a (id); CREATE TABLE b (id);");
  EXPECT_EQ(states({"baseline", "002"}), "001_a.sql baseline now, 002_b.sql baseline now, 003_c.sql pending");
  EXPECT_EQ(states({"up"}), "001_a.sql baseline, 002_b.sql baseline, 003_c.sql applied now");
  EXPECT_EQ(run({"verify"}).status, 0);
}

TEST_F(MigrateSqlite, VerifyFindsWhatIsGoneOrDifferentAndChangesNothing) {
  folder.write("001_a.sql",
               "CREATE TABLE a (id INTEGER PRIMARY KEY, n VARCHAR(10) NOT NULL DEFAULT 'x' COLLATE NOCASE,\n"
               "  twice INT GENERATED ALWAYS AS (id * 2) STORED, UNIQUE (n), CONSTRAINT short CHECK (n <> ''));\n"
               "CREATE INDEX a_n ON a (n, lower(n) DESC) WHERE n > 'a';\n"
               "CREATE TABLE b (a INT REFERENCES a ON DELETE CASCADE) STRICT;\n"
               "CREATE VIEW v AS SELECT a.n FROM a JOIN b ON b.a = a.id;\n"
               "CREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM b; END;\n"
               "CREATE VIRTUAL TABLE f USING fts5(words);");
  EXPECT_EQ(run({"up"}).status, 0);
  shell("INSERT INTO a (n) VALUES ('x'); CREATE INDEX more ON b (a);");  // rows, and what is there beyond
  const std::string sound = support::read_file(path);
  const auto verified = run({"verify"});
  EXPECT_EQ(verified.status, 0) << verified.err << verified.out;
  EXPECT_EQ(support::read_file(path), sound);
  const std::string remake = "PRAGMA legacy_alter_table = ON; ALTER TABLE a RENAME TO x; DROP TABLE x; ";
  for (const auto& [damage, finding] : std::vector<std::pair<std::string, std::string>>{
           {"DROP INDEX a_n", "index   a_n    missing"},
           {"DROP INDEX a_n; CREATE INDEX a_n ON a (n)", "found: (n COLLATE NOCASE)"},
           {"DROP VIEW v", "view   v      missing"},
           {"DROP VIEW v; CREATE VIEW v AS SELECT 1", "found: CREATE VIEW v AS SELECT 1"},
           {"DROP TRIGGER t", "trigger   t      missing"},
           {"DROP TRIGGER t; CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; END", "expected: CREATE TRIGGER t"},
           {"DROP TABLE f", "virtual table   f      missing"},
           {"DROP VIEW v; DROP TABLE b; CREATE TABLE b (a INT REFERENCES a); CREATE VIEW v AS SELECT a.n FROM a JOIN b "
            "ON b.a = a.id",
            "expected: ON UPDATE NO ACTION ON DELETE CASCADE"},
           {"DROP VIEW v; DROP TABLE b; CREATE TABLE b (a INT REFERENCES a ON DELETE CASCADE)", "expected: STRICT"},
           {remake + "CREATE TABLE a (id INTEGER PRIMARY KEY, n TEXT)",
            "expected: VARCHAR(10) NOT NULL COLLATE NOCASE "
            "DEFAULT 'x'"},
           {remake + "CREATE TABLE a (id INTEGER PRIMARY KEY, n TEXT)", "unique key   a (n COLLATE NOCASE)   missing"},
           {remake + "CREATE TABLE a (id INTEGER PRIMARY KEY, n TEXT)", "check        a.short                missing"},
           {remake + "CREATE TABLE a (id INTEGER PRIMARY KEY, twice INT AS (id * 3) STORED)",
            "expected: INT GENERATED ALWAYS AS (id * 2) STORED"}}) {
    std::filesystem::remove(path);
    run({"up"});
    shell(damage + ";");
    const auto done = run({"verify"});
    EXPECT_EQ(done.status, 7) << damage;
    EXPECT_THAT(done.out, HasSubstr(finding)) << damage;
  }
}

TEST_F(MigrateSqlite, VerifyMindsNoDifferenceInLayout) {
  folder.write("001_a.sql",
               "CREATE TABLE a (id INTEGER PRIMARY KEY, n VARCHAR(9));\nCREATE INDEX i ON a (n) WHERE n > 1;"
               "CREATE VIEW v AS SELECT n FROM a;");
  shell(
      "create table \"a\" (\n  n varchar(9) /* name */,\n  id integer, primary key (id)\n); create index i on \"a\" "
      "(\"n\")\n where n  >  1; CREATE VIEW v AS\n SELECT n -- all\n FROM a;");
  run({"baseline", "001"});
  const auto done = run({"verify"});
  EXPECT_EQ(done.status, 0) << done.out;
  EXPECT_THAT(done.out, HasSubstr("5 objects of the applied migrations: all there"));
}

TEST_F(MigrateSqlite, VerifySaysPlainlyWhatItCannotCheck) {
  shell("CREATE TABLE old (id);");
  folder.write("001_a.sql", "ALTER TABLE old ADD x");
  run({"up"});
  const auto done = run({"verify"});
  EXPECT_EQ(done.status, 7);
  EXPECT_THAT(done.err, AllOf(HasSubstr("cannot be verified: 001_a.sql"), HasSubstr("no such table: old")));
}

TEST_F(MigrateSqlite, TwoRunsAtOnceShareTheWorkAndDoNothingTwice) {
  for (int i = 1; i <= 4; ++i)
    folder.write("00" + std::to_string(i) + "_a.sql", "CREATE TABLE a" + std::to_string(i) + " (id)");
  folder.write("005_i.sql", "-- no-transaction\nVACUUM;\nCREATE TABLE i (id)");
  support::Program first(words({"up", "--json", "--lock-timeout", "60s"}));
  support::Program second(words({"up", "--json", "--lock-timeout", "60s"}));
  const auto one = first.finish();
  const auto other = second.finish();
  EXPECT_EQ(one.status, 0) << one.err;
  EXPECT_EQ(other.status, 0) << other.err;
  EXPECT_EQ(ledger(), "001_a.sql 002_a.sql 003_a.sql 004_a.sql 005_i.sql");
}

// Another program that holds a lock for as long as this object is there.
class HeldDatabase {
 public:
  HeldDatabase(const std::string& path, const std::string& begin)
      : shell_({"python3", "-c",
                "import sqlite3, sys, time\nd = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
                "d.execute(sys.argv[2])\nprint('held', flush=True)\ntime.sleep(600)",
                path, begin}) {
    while (shell_.out_so_far().find("held") == std::string::npos) std::this_thread::yield();
  }

 private:
  support::Program shell_;
};

TEST_F(MigrateSqlite, GivesUpWhenAnotherRunKeepsTheLock) {
  shell("CREATE TABLE a (id);");
  folder.write("001_b.sql", "CREATE TABLE b (id)");
  const HeldDatabase held(path, "BEGIN IMMEDIATE");
  const auto done = run({"up", "--lock-timeout", "100ms"});
  EXPECT_EQ(done.status, 9);
  EXPECT_THAT(done.err, AllOf(HasSubstr("database is locked for 100 ms"), HasSubstr("another db-migrate")));
  EXPECT_EQ(states({"status"}), "001_b.sql pending");
}

TEST_F(MigrateSqlite, KeepsEverybodyOutWhileItRunsOutsideATransaction) {
  for (const char* mode : {"DELETE", "WAL"}) {
    shell(std::string("PRAGMA journal_mode = ") + mode + "; CREATE TABLE IF NOT EXISTS a (id);");
    folder.write("001_b.sql",
                 "-- no-transaction\nPRAGMA user_version = 1;\nWITH RECURSIVE n(i) AS (SELECT 1 UNION ALL "
                 "SELECT i + 1 FROM n) SELECT count(*) FROM n;");
    support::Program first(words({"up"}));
    while (support::run_program({"sqlite3", path}, {.input = "SELECT count(*) FROM a;"}).status == 0)
      std::this_thread::yield();
    const auto second = run({"up", "--lock-timeout", "100ms"});
    EXPECT_EQ(second.status, 9) << mode << second.err;
    first.signal(SIGINT);
    EXPECT_EQ(first.finish().status, 130);
  }
}

TEST_F(MigrateSqlite, AnInterruptionRollsTheFileBackAndSoDoesAKill) {
  folder.write("001_a.sql", "CREATE TABLE a (id)");
  folder.write(
      "002_b.sql",
      "CREATE TABLE b (id); INSERT INTO a VALUES (1);\nWITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 "
      "FROM n) SELECT count(*) FROM n;");
  for (const auto& [signal, status] : {std::pair{SIGINT, 130}, std::pair{SIGKILL, 128 + SIGKILL}}) {
    support::Program program(words({"up", "-v"}));
    while (program.err_so_far().find("applying 002_b.sql") == std::string::npos) std::this_thread::yield();
    program.signal(signal);
    EXPECT_EQ(program.finish().status, status);
    EXPECT_EQ(tables(), "a migrations");
    EXPECT_EQ(ledger(), "001_a.sql");
    EXPECT_EQ(value("SELECT count(*) FROM a"), "0");
  }
}

TEST_F(MigrateSqlite, KeepsTheSettingsOfOneFileFromTheNext) {
  folder.write("001_a.sql", "CREATE TABLE a (n CHECK (n > 0)); CREATE TEMP TABLE t (id)");
  folder.write("002_b.sql", "PRAGMA ignore_check_constraints = ON; INSERT INTO a VALUES (-1)");
  folder.write("003_c.sql",
               "CREATE TABLE c AS SELECT count(*) AS n FROM pragma_table_list WHERE schema = 'temp' AND name "
               "NOT LIKE 'sqlite%'");
  folder.write("004_d.sql", "INSERT INTO a VALUES (-2)");
  const auto done = run({"up"});
  EXPECT_EQ(done.status, 7);
  EXPECT_THAT(done.err, HasSubstr("004_d.sql, line 1: CHECK constraint failed"));
  EXPECT_EQ(value("SELECT n FROM c"), "0");
  EXPECT_EQ(value("SELECT n FROM a"), "-1");
}

TEST_F(MigrateSqlite, RefusesALedgerThatIsAnotherProgramsTable) {
  shell("CREATE TABLE migrations (id, filename);");
  folder.write("001_a.sql", "CREATE TABLE a (id)");
  const auto done = run({"up"});
  EXPECT_EQ(done.status, 7);
  EXPECT_THAT(done.err, AllOf(HasSubstr("is not a ledger of db-migrate: it has the columns id, filename"),
                              HasSubstr("RENAME TO")));
}

TEST_F(MigrateSqlite, RefusesAStatementThatEndsTheTransactionBehindItsBack) {
  folder.write("001_a.sql",
               "CREATE TABLE a (id UNIQUE);\nINSERT INTO a VALUES (1);\nINSERT OR ROLLBACK INTO a VALUES (1);");
  const auto done = run({"up"});
  EXPECT_EQ(done.status, 7);
  EXPECT_THAT(done.err, HasSubstr("001_a.sql, line 3: UNIQUE constraint failed"));
  EXPECT_EQ(tables(), "");
}

TEST_F(MigrateSqlite, HasNoSchemas) {
  folder.write("001_a.sql", "CREATE TABLE a (id)");
  const auto done = run({"up", "--schema", "main"});
  EXPECT_EQ(done.status, 2);
  EXPECT_THAT(done.err, HasSubstr("an SQLite database has no schemas"));
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(MigrateSqlite, WorksOnTheDatabaseThatTheEnvironmentNamesAndOnTheEmbeddedDefault) {
  folder.write("001_a.sql", "CREATE TABLE a (id)");
  const auto migrate = [&](const std::string& command, const std::vector<std::string>& environment) {
    return support::run_program({PROGRAM_DIR "/db-migrate", command, folder.path()},
                                {.environment = environment, .folder = place.path()});
  };
  const auto named = migrate("up", {"DATABASE_URL=file:./dev.db"});
  EXPECT_EQ(named.status, 0) << named.err;
  EXPECT_THAT(named.err, HasSubstr("on SQLite file ./dev.db (DATABASE_URL of the environment)"));
  const auto found = migrate("status", {});
  EXPECT_THAT(found.err, HasSubstr("SQLite file dev.db (the default, because nothing names a database)"));
  EXPECT_THAT(found.out, HasSubstr("1 applied, 0 pending"));
}

TEST_F(MigrateSqlite, ItsLedgerIsNoDataAndNamesTheLastMigrationByItsNumber) {
  folder.write("999_a.sql", "CREATE TABLE a (id INTEGER PRIMARY KEY)");
  folder.write("1000_b.sql", "INSERT INTO a VALUES (1)");
  run({"up"});
  const auto exported = support::run_program({PROGRAM_DIR "/db-export", "-", "-q", "--url", "sqlite:" + path});
  ASSERT_EQ(exported.status, 0) << exported.err;
  const auto document = nlohmann::json::parse(exported.out);
  EXPECT_EQ(document["data"].size(), 1U);
  EXPECT_EQ(document["source"]["migrations"]["last"], "1000_b.sql") << exported.out;
}

TEST_F(MigrateSqlite, AnImportTellsThatTheTargetsLastMigrationIsAnother) {
  folder.write("001_a.sql", "CREATE TABLE a (id INTEGER PRIMARY KEY)");
  run({"up"});
  const std::string file = place.file("a.json");
  ASSERT_EQ(support::run_program({PROGRAM_DIR "/db-export", file, "-q", "--url", "sqlite:" + path}).status, 0);
  folder.write("002_b.sql", "CREATE INDEX i ON a (id)");
  run({"up"});
  const auto compared =
      support::run_program({PROGRAM_DIR "/db-import", file, "--dry-run", "--allow-same", "--url", "sqlite:" + path});
  EXPECT_EQ(compared.status, 0) << compared.err;
  EXPECT_THAT(compared.out,
              HasSubstr("the last migration of the source is 001_a.sql, that of the target is 002_b.sql"));
}

}  // namespace
}  // namespace migrate
