// Imports beside an application that works on the same rows: who waits for whom, for how long, and what becomes of it.
#include <gmock/gmock.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>

#include "cli/transfer_fixture.h"

namespace live {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

// Updates the rows of the import without a pause, and counts what the server took.
class BusyApplication {
 public:
  explicit BusyApplication(const std::string& url)
      : thread_([this, url] {
          const std::unique_ptr<PGconn, decltype(&PQfinish)> session(PQconnectdb(url.c_str()), PQfinish);
          PQclear(PQexec(session.get(), "SET session_replication_role = replica"));
          while (!done_) {
            PGresult* result =
                PQexec(session.get(), "UPDATE accounts SET hits = hits + 1 WHERE id = 1 + floor(random() * 2000)::int");
            if (PQresultStatus(result) == PGRES_COMMAND_OK) updates_ += std::stoi(PQcmdTuples(result));
            PQclear(result);
          }
        }) {}
  ~BusyApplication() { stop(); }
  BusyApplication(const BusyApplication&) = delete;
  BusyApplication& operator=(const BusyApplication&) = delete;

  void wait_for_more() const {
    const int before = updates_;
    while (updates_ < before + 10) std::this_thread::yield();
  }
  int stop() {
    done_ = true;
    if (thread_.joinable()) thread_.join();
    return updates_;
  }

 private:
  std::atomic<bool> done_{false};
  std::atomic<int> updates_{0};
  std::thread thread_;
};

class BesideAnApplication : public cli::Transfer {
 protected:
  void SetUp() override {
    schema(
        "CREATE TABLE accounts (id int PRIMARY KEY, name text, balance int NOT NULL); CREATE TABLE notes (id int "
        "PRIMARY KEY, account int REFERENCES accounts, note text)");
    source.run(
        "INSERT INTO accounts SELECT n, 'new ' || n, 100 FROM generate_series(1, 2000) n; INSERT INTO notes SELECT n, "
        "n, 'note ' || n FROM generate_series(1, 2000) n");
    target.run("INSERT INTO accounts SELECT n, 'old ' || n, 100 FROM generate_series(1, 2000) n");
    ASSERT_EQ(run_export().status, 0);
  }

  static std::string process_of(support::Database& database) { return database.value("SELECT pg_backend_pid()"); }
};

TEST_F(BesideAnApplication, AnImportThatWaitsInVainForATableNamesWhoHoldsIt) {
  target.run("BEGIN; LOCK TABLE notes IN EXCLUSIVE MODE /* nightly job */");
  const std::string process = process_of(target);
  const support::Run run = run_import({"--lock-timeout", "1s"});
  target.run("ROLLBACK");
  EXPECT_EQ(run.status, 9) << run.err;
  EXPECT_THAT(run.err, HasSubstr("server process " + process));
  EXPECT_THAT(run.err, HasSubstr("role postgres"));
  EXPECT_THAT(run.err, HasSubstr("SELECT pg_backend_pid()")) << "the last statement of the other session";
  EXPECT_EQ(target.value("SELECT count(*) FROM accounts WHERE name LIKE 'new %'"), "0");
}

TEST_F(BesideAnApplication, AnImportThatWaitsInVainForARowNamesWhoHoldsIt) {
  target.run("BEGIN; UPDATE accounts SET name = 'mine' WHERE id = 1000");
  const std::string process = process_of(target);
  const support::Run run = run_import({"--lock-timeout", "1s"});
  target.run("ROLLBACK");
  EXPECT_EQ(run.status, 9) << run.err;
  EXPECT_THAT(run.err, HasSubstr("server process " + process));
}

// The catalog and the rows are read through another path than they are written through.
TEST_F(BesideAnApplication, ARunThatWaitsInVainToReadNamesWhoKeepsItOut) {
  target.run("BEGIN; LOCK TABLE accounts IN ACCESS EXCLUSIVE MODE");
  source.run("BEGIN; LOCK TABLE accounts IN ACCESS EXCLUSIVE MODE");
  const std::string in_target = process_of(target);
  const std::string in_source = process_of(source);
  const support::Run dry = run_import({"--dry-run", "--lock-timeout", "1s"});
  const support::Run exported = run_export({"--lock-timeout", "1s"});
  target.run("ROLLBACK");
  source.run("ROLLBACK");
  EXPECT_EQ(dry.status, 9) << dry.err;
  EXPECT_THAT(dry.err, HasSubstr("server process " + in_target));
  EXPECT_EQ(exported.status, 9) << exported.err;
  EXPECT_THAT(exported.err, HasSubstr("server process " + in_source));
}

TEST_F(BesideAnApplication, ASecondImportIsToldWhoIsAtWork) {
  target.run("BEGIN; UPDATE accounts SET name = 'mine' WHERE id = 1000");
  support::Program first({PROGRAM_DIR "/db-import", file, "--url", target.url(), "--lock-timeout", "60s"});
  wait_until_somebody_waits();
  const std::string process = source.value(
      "SELECT pid FROM pg_locks WHERE NOT granted AND pid IN (SELECT pid FROM pg_stat_activity WHERE datname = '" +
      target.name() + "')");
  const support::Run second = run_import({"--lock-timeout", "1s"});
  target.run("ROLLBACK");
  EXPECT_EQ(second.status, 9);
  EXPECT_THAT(second.err, HasSubstr("another import into"));
  EXPECT_THAT(second.err, HasSubstr("server process " + process + " (db-transfer), role postgres, in a transaction "));
  EXPECT_EQ(first.finish().status, 0);
}

// What another session has in its statement is not for a terminal as it is.
TEST_F(BesideAnApplication, TheStatementOfTheOtherIsPrintedInert) {
  target.run("BEGIN; LOCK TABLE notes IN EXCLUSIVE MODE");
  target.run("SELECT '\x1b[2J\u202E' /* secret\nsecond line */");
  const support::Run run = run_import({"--lock-timeout", "1s"});
  target.run("ROLLBACK");
  EXPECT_EQ(run.status, 9) << run.err;
  EXPECT_THAT(run.err, HasSubstr("server process "));
  EXPECT_EQ(run.err.find('\x1b'), std::string::npos);
  EXPECT_EQ(run.err.find("\u202E"), std::string::npos);
}

// The import has updated all accounts when it wants to write the notes; the application has written a note, and asks
// for an account then: one of both is sent back. Whoever it is, the import is done in the end.
TEST_F(BesideAnApplication, ADeadlockIsTriedAgainAsAWhole) {
  target.run("INSERT INTO notes VALUES (9, 9, 'old')");
  target.run("SET deadlock_timeout = '60s'; BEGIN; UPDATE notes SET note = 'mine'");  // the import is to detect it
  target.run("SET lock_timeout = '20s'");
  support::Program importer({PROGRAM_DIR "/db-import", file, "--url", target.url(), "--lock-timeout", "30s"});
  wait_until_somebody_waits();
  target.run("UPDATE accounts SET balance = balance + 1 WHERE id = 7; COMMIT");
  const support::Run run = importer.finish();
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_THAT(run.err, HasSubstr("trying again"));
  EXPECT_EQ(support::normalized_dump(target.url()), support::normalized_dump(source.url()));
}

// Each attempt meets a row that was changed behind its back, by a trigger's slowness made sure of: the third one keeps
// the application out, whose every update is there in the end.
TEST_F(BesideAnApplication, ChangedAgainAtEachAttemptItGetsThroughWithALock) {
  target.run(
      "ALTER TABLE accounts ADD hits int NOT NULL DEFAULT 0; CREATE FUNCTION linger() RETURNS trigger LANGUAGE plpgsql "
      "AS 'BEGIN PERFORM pg_sleep(0.3); RETURN NULL; END'; CREATE TRIGGER linger BEFORE UPDATE ON accounts FOR EACH "
      "STATEMENT EXECUTE FUNCTION linger()");
  BusyApplication application(target.url());
  application.wait_for_more();
  const support::Run run = run_import({"--lock-timeout", "30s"});
  const int updates = application.stop();
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_THAT(run.err, HasSubstr("keeps other writers away from its tables until it ends, in about "));
  EXPECT_EQ(target.value("SELECT count(*) FROM accounts WHERE name LIKE 'new %'"), "2000");
  EXPECT_EQ(target.value("SELECT sum(hits) FROM accounts"), std::to_string(updates));
}

TEST_F(BesideAnApplication, LockedFromTheBeginningItNeedsOneAttempt) {
  target.run("ALTER TABLE accounts ADD hits int NOT NULL DEFAULT 0");
  BusyApplication application(target.url());
  for (int n = 0; n < 5; ++n) {
    target.run("UPDATE accounts SET name = 'old'");
    application.wait_for_more();
    const support::Run run = run_import({"--lock-tables", "--lock-timeout", "30s"});
    EXPECT_EQ(run.status, 0) << run.err;
    EXPECT_EQ(run.err.find("trying again"), std::string::npos) << run.err;
  }
  const int updates = application.stop();
  EXPECT_EQ(target.value("SELECT sum(hits) FROM accounts"), std::to_string(updates));
}

// Whoever writes what follows by a foreign key would make every attempt fail.
TEST_F(BesideAnApplication, LockedAreAlsoTablesThatFollowOneOfTheImport) {
  target.run(
      "CREATE TABLE follows (account int REFERENCES accounts ON DELETE CASCADE); CREATE TABLE stays (account int "
      "REFERENCES accounts)");
  target.run("BEGIN; INSERT INTO stays VALUES (1)");
  EXPECT_EQ(run_import({"--lock-tables", "--lock-timeout", "1s"}).status, 0);
  target.run("ROLLBACK; UPDATE accounts SET name = 'old'; BEGIN; INSERT INTO follows VALUES (1)");

  const support::Run waits = run_import({"--lock-tables", "--lock-timeout", "1s"});
  const support::Run without = run_import();
  target.run("ROLLBACK; UPDATE accounts SET name = 'old'");

  EXPECT_EQ(waits.status, 9) << waits.err;
  EXPECT_THAT(waits.err, HasSubstr("waited for server process"));
  EXPECT_EQ(without.status, 0) << without.err;
  EXPECT_EQ(run_import({"--lock-tables"}).status, 0);
}

TEST_F(BesideAnApplication, ADryRunTakesNoSuchLock) { EXPECT_EQ(run_import({"--dry-run", "--lock-tables"}).status, 2); }

// Transfers between two accounts at a time go on while others are imported; each waits at most for its own time limit.
TEST_F(BesideAnApplication, AnApplicationOnOtherRowsNeverWaits) {
  target.run("INSERT INTO accounts SELECT n, 'app', 100 FROM generate_series(10001, 10100) n");
  std::atomic<bool> done{false};
  std::atomic<int> statements{0};
  std::string refused;
  std::thread application([&, url = target.url()] {
    const std::unique_ptr<PGconn, decltype(&PQfinish)> session(PQconnectdb(url.c_str()), PQfinish);
    PQclear(PQexec(session.get(), "SET lock_timeout = '2s'; SET statement_timeout = '5s'"));
    for (int n = 0; !done && refused.empty(); ++n, ++statements) {
      const std::string from = std::to_string(10001 + n % 100);
      const std::string to = std::to_string(10001 + (n * 7 + 1) % 100);
      PGresult* result = PQexec(session.get(), ("BEGIN; UPDATE accounts SET balance = balance - 1 WHERE id = " + from +
                                                "; UPDATE accounts SET balance = balance + 1 WHERE id = " + to +
                                                "; SELECT count(*) FROM notes; COMMIT")
                                                   .c_str());
      if (PQresultStatus(result) != PGRES_COMMAND_OK) refused = PQresultErrorMessage(result);
      PQclear(result);
    }
  });
  while (statements == 0) std::this_thread::sleep_for(1ms);
  const support::Run run = run_import();
  const int meanwhile = statements;
  done = true;
  application.join();
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_EQ(refused, "");
  EXPECT_GT(meanwhile, 1);
  EXPECT_EQ(target.value("SELECT sum(balance) FROM accounts WHERE id > 10000"), "10000");
}

}  // namespace
}  // namespace live
