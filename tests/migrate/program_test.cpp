// db-migrate as a user runs it, on a real server.
#include <gmock/gmock.h>

#include <csignal>
#include <thread>

#include "migrate/program_fixture.h"

namespace migrate {
namespace {

using testing::AllOf;
using testing::AnyOf;
using testing::HasSubstr;
using testing::Not;

TEST_F(Migrate, UpAppliesEachFileOnceAndWritesItDown) {
  folder.write("001_a.sql", "CREATE TABLE a (id int PRIMARY KEY); INSERT INTO a VALUES (1);");
  folder.write("002_b.sql", "CREATE TABLE b (a int REFERENCES a);");
  EXPECT_EQ(states({"up"}), "001_a.sql applied now, 002_b.sql applied now");
  EXPECT_EQ(states({"up"}), "001_a.sql applied, 002_b.sql applied");
  folder.write("003_c.sql", "INSERT INTO a VALUES (2);");
  EXPECT_EQ(states({"up"}), "001_a.sql applied, 002_b.sql applied, 003_c.sql applied now");
  EXPECT_EQ(database.value("SELECT string_agg(id::text, ' ') FROM a"), "1 2");
  EXPECT_EQ(database.value("SELECT count(*) FROM migrations WHERE duration > '0' AND applied_at <= now() AND "
                           "checksum ~ '^[0-9a-f]{64}$'"),
            "3");
}

TEST_F(Migrate, UpPrintsATableAndASum) {
  folder.write("001_a.sql", "CREATE TABLE a ()");
  const auto done = run({"up"});
  EXPECT_EQ(done.status, 0) << done.err;
  EXPECT_THAT(done.out, AllOf(HasSubstr("migration   state"), HasSubstr("001_a.sql   applied now   20"),
                              HasSubstr("1 migration applied\n")));
  EXPECT_EQ(run({"up", "-q"}).out, "");
}

TEST_F(Migrate, AFailureInTheMiddleLeavesNeitherTheHalfFileNorItsRow) {
  folder.write("001_a.sql", "CREATE TABLE a ()");
  folder.write("002_b.sql", "CREATE TABLE b ();\n\nALTER TABLE nothing ADD x int;\nCREATE TABLE c ();");
  folder.write("003_d.sql", "CREATE TABLE d ()");
  const auto done = run({"up"});
  EXPECT_EQ(done.status, 7);
  EXPECT_THAT(done.err, AllOf(HasSubstr("002_b.sql, line 3: relation \"nothing\" does not exist"),
                              HasSubstr("ALTER TABLE nothing ADD x int"), HasSubstr("nothing of 002_b.sql is left")));
  EXPECT_EQ(tables(), "a migrations");
  EXPECT_EQ(ledger(), "001_a.sql");
  folder.write("002_b.sql", "CREATE TABLE b ();");
  EXPECT_EQ(states({"up"}), "001_a.sql applied, 002_b.sql applied now, 003_d.sql applied now");
}

TEST_F(Migrate, AFailureInTheFirstFileLeavesNotEvenTheLedger) {
  folder.write("001_a.sql", "CREATE TABLE a (); SELECT 1 / 0;");
  const std::string before = schema();
  EXPECT_EQ(run({"up"}).status, 7);
  EXPECT_EQ(schema(), before);
}

TEST_F(Migrate, AConstraintThatFailsAtTheCommitNamesItsFile) {
  folder.write("001_a.sql",
               "CREATE TABLE a (id int PRIMARY KEY, b int REFERENCES a DEFERRABLE INITIALLY DEFERRED);"
               "INSERT INTO a VALUES (1, 2)");
  const auto done = run({"up"});
  EXPECT_EQ(done.status, 7);
  EXPECT_THAT(done.err, HasSubstr("001_a.sql: insert or update on table \"a\" violates foreign key"));
  EXPECT_EQ(tables(), "");
}

TEST_F(Migrate, RefusesAFileThatWasChangedAfterItWasApplied) {
  folder.write("001_a.sql", "CREATE TABLE a ()");
  run({"up"});
  folder.write("001_a.sql", "CREATE TABLE a (x int)");
  folder.write("002_b.sql", "CREATE TABLE b ()");
  for (const char* command : {"up", "verify", "status"}) {
    const auto done = run({command});
    EXPECT_EQ(done.status, 7) << command;
    EXPECT_THAT(done.err, HasSubstr("001_a.sql was changed after it was applied")) << command;
  }
  EXPECT_EQ(tables(), "a migrations");
}

TEST_F(Migrate, StatusTellsWhatIsPendingAndChangesNothing) {
  folder.write("001_a.sql", "CREATE TABLE a ()");
  const std::string before = schema();
  EXPECT_EQ(states({"status"}), "001_a.sql pending");
  EXPECT_EQ(run({"status"}).status, 0);
  EXPECT_EQ(run({"status", "--exit-code"}).status, 3);
  EXPECT_EQ(schema(), before);
  run({"up"});
  EXPECT_EQ(run({"status", "--exit-code"}).status, 0);
  EXPECT_THAT(run({"status"}).out, HasSubstr("1 applied, 0 pending"));
}

TEST_F(Migrate, ADryRunTriesEverythingAndChangesNothing) {
  folder.write("001_a.sql", "CREATE TABLE a (id int); INSERT INTO a VALUES (1)");
  run({"up"});
  folder.write("002_b.sql", "ALTER TABLE a ADD b int; CREATE TYPE t AS ENUM ('x');");
  folder.write("003_c.sql", "-- no-transaction\nCREATE INDEX CONCURRENTLY i ON a (b);\nVACUUM a;");
  const std::string before = schema();
  EXPECT_EQ(states({"up", "--dry-run"}), "001_a.sql applied, 002_b.sql would be applied, 003_c.sql would be applied");
  EXPECT_EQ(run({"up", "--dry-run", "--exit-code"}).status, 3);
  EXPECT_EQ(schema(), before);
  EXPECT_EQ(ledger(), "001_a.sql");
  folder.write("003_c.sql", "SELECT * FROM nothing");
  EXPECT_EQ(run({"up", "--dry-run"}).status, 7);
  EXPECT_EQ(schema(), before);
}

TEST_F(Migrate, RunsWhatNeedsItOutsideATransaction) {
  folder.write("001_a.sql", "CREATE TABLE a (id int)");
  folder.write("002_b.sql", "-- no-transaction\nCREATE INDEX CONCURRENTLY i ON a (id);\nVACUUM a; -- ; done\n");
  folder.write("003_c.sql", "ALTER TABLE a ADD x int");
  const auto done = run({"up"});
  EXPECT_EQ(done.status, 0) << done.err;
  EXPECT_EQ(ledger(), "001_a.sql 002_b.sql 003_c.sql");
  EXPECT_EQ(database.value("SELECT indisvalid FROM pg_index WHERE indexrelid = 'i'::regclass"), "t");
  EXPECT_EQ(run({"verify"}).status, 0);
}

TEST_F(Migrate, SaysWhatAFailureOutsideATransactionLeaves) {
  folder.write("001_a.sql", "CREATE TABLE a (id int); INSERT INTO a VALUES (1), (1)");
  folder.write(
      "002_b.sql",
      "-- no-transaction\nCREATE TABLE b ();\nCREATE UNIQUE INDEX CONCURRENTLY i ON a (id);\nCREATE TABLE c ();");
  const auto done = run({"up"});
  EXPECT_EQ(done.status, 7);
  EXPECT_THAT(done.err, AllOf(HasSubstr("002_b.sql, line 3: could not create unique index"),
                              HasSubstr("the 1 statement before this one stay done"),
                              HasSubstr("the index public.i is not valid: DROP INDEX CONCURRENTLY public.i")));
  EXPECT_EQ(tables(), "a b migrations");
  EXPECT_EQ(ledger(), "001_a.sql");
}

TEST_F(Migrate, RefusesAFileThatLeavesATransactionOpen) {
  folder.write("001_a.sql", "-- no-transaction\nCREATE TABLE a ();\nBEGIN;\nCREATE TABLE b ();");
  const auto done = run({"up"});
  EXPECT_EQ(done.status, 7);
  EXPECT_THAT(done.err, HasSubstr("001_a.sql leaves a transaction open"));
  EXPECT_EQ(tables(), "a");
}

TEST_F(Migrate, ABaselineWritesDownWithoutRunning) {
  folder.write("001_a.sql", "CREATE TABLE a ()");
  folder.write("002_b.sql", "CREATE TABLE b ()");
  folder.write("003_c.sql", "CREATE TABLE c ()");
  database.run("CREATE TABLE a (); CREATE TABLE b ()");
  EXPECT_EQ(states({"baseline", "002"}), "001_a.sql baseline now, 002_b.sql baseline now, 003_c.sql pending");
  EXPECT_EQ(states({"up"}), "001_a.sql baseline, 002_b.sql baseline, 003_c.sql applied now");
  EXPECT_EQ(run({"verify"}).status, 0);
}

TEST_F(Migrate, ABaselineThatIsWrongIsFoundByVerify) {
  folder.write("001_a.sql", "CREATE TABLE a ()");
  run({"baseline", "1"});
  const auto done = run({"verify"});
  EXPECT_EQ(done.status, 7);
  EXPECT_THAT(done.out, AllOf(HasSubstr("table   a      missing"), HasSubstr("1 object of 1 missing or different")));
  const auto unknown = run({"baseline", "7"});
  EXPECT_EQ(unknown.status, 2);
  EXPECT_THAT(unknown.err, HasSubstr("no migration with the number 7"));
}

TEST_F(Migrate, VerifyFindsWhatIsGoneOrDifferentAndChangesNothing) {
  folder.write(
      "001_a.sql",
      "CREATE TYPE mood AS ENUM ('ok', 'sad');\nCREATE TABLE a (id serial PRIMARY KEY, m mood NOT NULL DEFAULT "
      "'ok', n varchar(10), CHECK (n <> ''));\nCREATE INDEX a_n ON a (n) WHERE m = 'ok';\nCREATE TABLE b (a int "
      "REFERENCES a ON DELETE CASCADE);\nCREATE VIEW v AS SELECT a.n FROM a JOIN b ON b.a = a.id;\nCREATE FUNCTION "
      "f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;\nCREATE TRIGGER t BEFORE INSERT ON a "
      "FOR EACH ROW EXECUTE FUNCTION f();");
  run({"up"});
  const auto sound = run({"verify"});
  EXPECT_EQ(sound.status, 0) << sound.err << sound.out;
  database.run("INSERT INTO a (n) VALUES ('x'); CREATE INDEX more ON b (a)");  // rows, and what is there beyond
  EXPECT_EQ(run({"verify"}).status, 0);
  for (const auto& [damage, finding] : std::vector<std::pair<std::string, std::string>>{
           {"DROP INDEX a_n", "index   a_n    missing"},
           {"DROP INDEX a_n; CREATE INDEX a_n ON a (n)", "found: CREATE INDEX a_n ON a USING btree (n)"},
           {"ALTER TYPE mood ADD VALUE 'new'", "expected: 'ok', 'sad'"},
           {"DROP VIEW v", "view   v      missing"},
           {"ALTER TABLE a ALTER n TYPE text", "expected: character varying(10)"},
           {"ALTER TABLE a ALTER m DROP DEFAULT", "found: mood NOT NULL"},
           {"ALTER TABLE a DROP CONSTRAINT a_n_check", "constraint   a.a_n_check   missing"},
           {"ALTER TABLE a DISABLE TRIGGER t; DROP TRIGGER t ON a", "trigger   a.t    missing"},
           {"CREATE OR REPLACE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'", "function"},
           {"DROP TABLE b CASCADE", "2 objects of 15 missing"},
           // The table, the view, and the foreign key that b has to it; nothing of what was part of a.
           {"DROP TABLE a CASCADE", "3 objects of 15 missing"}}) {
    database.disconnect();
    support::Database copy(database.name());
    if (damage.find("n TYPE text") != std::string::npos) copy.run("DROP VIEW v");
    copy.run(damage);
    const auto done = run({"verify", "--url", copy.url()});
    EXPECT_EQ(done.status, 7) << damage;
    EXPECT_THAT(done.out, HasSubstr(finding)) << damage;
  }
}

TEST_F(Migrate, VerifySaysPlainlyWhatItCannotCheck) {
  folder.write("001_a.sql", "CREATE TABLE public.a (id int)");
  run({"up"});
  const std::string before = schema();
  const auto done = run({"verify"});
  EXPECT_EQ(done.status, 7);
  EXPECT_THAT(done.err, AllOf(HasSubstr("cannot be verified: 001_a.sql"), HasSubstr("already exists")));
  EXPECT_EQ(schema(), before);
}

TEST_F(Migrate, VerifyWorksWhereExtensionsAndTheirTypesAre) {
  folder.write("001_a.sql", "CREATE EXTENSION IF NOT EXISTS citext; CREATE TABLE a (name citext UNIQUE)");
  run({"up"});
  const auto done = run({"verify"});
  EXPECT_EQ(done.status, 0) << done.err << done.out;
}

TEST_F(Migrate, VerifyTouchesNoTableOfTheSchemaItself) {
  database.run("CREATE EXTENSION citext; CREATE TABLE old (id int)");  // so that public is in verify's search_path
  folder.write("001_a.sql", "ALTER TABLE old ADD x int");
  run({"up"});
  const auto done = run({"verify"});
  EXPECT_EQ(done.status, 7);
  EXPECT_THAT(done.err, HasSubstr("cannot be verified"));
}

TEST_F(Migrate, TwoRunsAtOnceShareTheWorkAndDoNothingTwice) {
  for (int i = 1; i <= 4; ++i)
    folder.write("00" + std::to_string(i) + "_a.sql",
                 "CREATE TABLE a" + std::to_string(i) + " (); SELECT pg_sleep(0.1)");
  folder.write("005_i.sql", "-- no-transaction\nCREATE TABLE i (id int);\nCREATE INDEX CONCURRENTLY x ON i (id)");
  support::Program first(words({"up", "--json", "--lock-timeout", "60s"}));
  support::Program second(words({"up", "--json", "--lock-timeout", "60s"}));
  const auto one = first.finish();
  const auto other = second.finish();
  EXPECT_EQ(one.status, 0) << one.err;
  EXPECT_EQ(other.status, 0) << other.err;
  EXPECT_EQ(ledger(), "001_a.sql 002_a.sql 003_a.sql 004_a.sql 005_i.sql");
}

TEST_F(Migrate, GivesUpWhenAnotherRunKeepsTheLock) {
  folder.write("001_a.sql", "CREATE TABLE a ()");
  database.run("SELECT pg_advisory_lock(hashtext('db-migrate'), hashtext('public'))");
  const auto done = run({"up", "--lock-timeout", "100ms"});
  EXPECT_EQ(done.status, 9);
  EXPECT_THAT(done.err, HasSubstr("another db-migrate works on the schema public"));
  EXPECT_EQ(run({"status"}).status, 0);
}

TEST_F(Migrate, GivesUpWhenATableStaysLocked) {
  database.run("CREATE TABLE a ()");
  folder.write("001_a.sql", "ALTER TABLE a ADD x int");
  database.run("BEGIN; SELECT * FROM a");
  const auto done = run({"up", "--lock-timeout", "100ms"});
  EXPECT_EQ(done.status, 9);
  EXPECT_THAT(done.err, HasSubstr("001_a.sql, line 1"));
}

TEST_F(Migrate, AnInterruptionRollsTheFileBack) {
  folder.write("001_a.sql", "CREATE TABLE a ()");
  folder.write("002_b.sql", "CREATE TABLE b ();\nSELECT pg_sleep(60);");
  support::Program program(words({"up"}));
  while (database.value("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE "
                        "'SELECT pg_sleep%' AND state = 'active'") == "0")
    std::this_thread::yield();
  program.signal(SIGINT);
  const auto done = program.finish();
  EXPECT_EQ(done.status, 130);
  EXPECT_THAT(done.err, HasSubstr("interrupted"));
  EXPECT_EQ(tables(), "a migrations");
}

TEST_F(Migrate, NamesWhatARoleMayNot) {
  const std::string role = "role_" + database.name();
  database.run("CREATE ROLE " + role + " LOGIN; REVOKE CREATE ON SCHEMA public FROM PUBLIC");
  folder.write("001_a.sql", "CREATE TABLE a ()");
  std::string url = database.url();
  url.replace(url.find("postgres@"), 8, role);
  const auto done = run({"up", "--url", url});
  database.run("DROP ROLE " + role);
  EXPECT_EQ(done.status, 8);
  EXPECT_THAT(done.err,
              AllOf(HasSubstr("permission denied for schema public"), HasSubstr("GRANT USAGE, CREATE ON SCHEMA")));
}

TEST_F(Migrate, KeepsTheSettingsOfOneFileFromTheNext) {
  const std::string role = "role_" + database.name();
  database.run("CREATE SCHEMA other; CREATE ROLE " + role + "; GRANT ALL ON SCHEMA other, public TO " + role);
  folder.write("001_a.sql", "SET search_path = other; SET ROLE " + role + "; CREATE TABLE a ()");
  folder.write("002_b.sql", "CREATE TABLE b ()");
  EXPECT_EQ(states({"up"}), "001_a.sql applied now, 002_b.sql applied now");
  EXPECT_EQ(tables(), "b migrations");
  EXPECT_EQ(database.value("SELECT tableowner FROM pg_tables WHERE tablename = 'b'"), "postgres");
  database.run("DROP OWNED BY " + role + "; DROP ROLE " + role);
}

TEST_F(Migrate, PutsFilesAndLedgerIntoTheNamedSchema) {
  database.run("CREATE SCHEMA \"My App\"");
  folder.write("001_a.sql", "CREATE TYPE e AS ENUM ('x'); CREATE TABLE a (e e)");
  EXPECT_EQ(run({"up", "--schema", "My App"}).status, 0);
  EXPECT_EQ(run({"verify", "--schema", "My App"}).status, 0);
  EXPECT_EQ(
      database.value("SELECT string_agg(tablename, ' ' ORDER BY tablename) FROM pg_tables WHERE schemaname = 'My App'"),
      "a migrations");
  EXPECT_EQ(states({"status"}), "001_a.sql pending");
  const auto missing = run({"up", "--schema", "nowhere"});
  EXPECT_EQ(missing.status, 7);
  EXPECT_THAT(missing.err, HasSubstr("there is no schema nowhere"));
}

TEST_F(Migrate, RefusesALedgerThatIsAnotherProgramsTable) {
  database.run("CREATE TABLE migrations (id serial, filename text)");
  folder.write("001_a.sql", "CREATE TABLE a ()");
  const auto done = run({"up"});
  EXPECT_EQ(done.status, 7);
  EXPECT_THAT(done.err, AllOf(HasSubstr("is not a ledger of db-migrate: it has the columns id, filename"),
                              HasSubstr("RENAME TO")));
}

TEST_F(Migrate, RefusesAStatementThatEndsTheTransactionBehindItsBack) {
  folder.write("001_a.sql", "CREATE TABLE a (id int);\nCOPY a FROM STDIN;");
  const auto done = run({"up"});
  EXPECT_EQ(done.status, 7);
  EXPECT_THAT(done.err, AllOf(HasSubstr("001_a.sql, line 2"), HasSubstr("only psql sends")));
  EXPECT_EQ(tables(), "");
}

TEST_F(Migrate, PrintsNamesFromTheFileSafely) {
  folder.write("001_\x1b[31m.sql", "SELECT * FROM \"\x1b[2J\"");
  const auto done = run({"up"});
  EXPECT_EQ(done.status, 7);
  EXPECT_THAT(done.err, AllOf(Not(HasSubstr("\x1b")), HasSubstr("\\x1b[2J")));
  EXPECT_THAT(run({"status"}).out, AllOf(Not(HasSubstr("\x1b")), HasSubstr("001_\\x1b[31m.sql   pending")));
}

TEST_F(Migrate, TellsUsageErrorsAndUnreachableServersApart) {
  folder.write("001_a.sql", "SELECT 1");
  EXPECT_EQ(run({"upp"}).status, 2);
  EXPECT_THAT(run({"upp"}).err, HasSubstr("did you mean up?"));
  EXPECT_EQ(run({"baseline"}).status, 2);
  EXPECT_EQ(run({"baseline", "first"}).status, 2);
  EXPECT_EQ(run({"verify", "--dry-run"}).status, 2);
  EXPECT_EQ(run({"up", "--exit-code"}).status, 2);
  EXPECT_EQ(run({"up", "more"}).status, 2);
  EXPECT_EQ(run({"up", "--schema", "a", "--schema", "b"}).status, 2);
  EXPECT_EQ(run({"up", "--url", "postgresql://nobody@/x?host=/nowhere"}).status, 5);
  EXPECT_THAT(run({"--help"}).status, AnyOf(0));
}

TEST_F(Migrate, ItsLedgerIsNoDataAndNamesTheLastMigrationOfAnExport) {
  folder.write("001_a.sql", "CREATE TABLE a (id int PRIMARY KEY)");
  folder.write("002_b.sql", "INSERT INTO a VALUES (1)");
  run({"up"});
  const auto exported = support::run_program({PROGRAM_DIR "/db-export", "-", "-q", "--url", database.url()});
  ASSERT_EQ(exported.status, 0) << exported.err;
  const auto document = nlohmann::json::parse(exported.out);
  EXPECT_EQ(document["data"].size(), 1U);
  EXPECT_THAT(exported.out, HasSubstr("\"002_b.sql\""));
}

}  // namespace
}  // namespace migrate
