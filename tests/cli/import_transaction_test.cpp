// One transaction: whatever happens to the importer, the target is as it was or completely imported.
#include <signal.h>

#include <chrono>
#include <thread>

#include "cli/transfer_fixture.h"

namespace cli {
namespace {

class ImportTransaction : public Transfer {
 protected:
  void SetUp() override {
    schema(
        "CREATE TABLE parents (id int PRIMARY KEY, name text); CREATE TABLE children (id int PRIMARY KEY, parent int "
        "REFERENCES parents, name text)");
    source.run(
        "INSERT INTO parents SELECT n, 'new ' || n FROM generate_series(1, 20000) n; INSERT INTO children SELECT n, n, "
        "repeat('x', 100) FROM generate_series(1, 20000) n");
    target.run("INSERT INTO parents SELECT n, 'old ' || n FROM generate_series(1, 10000) n");
    ASSERT_EQ(run_export().status, 0);
  }

  bool importer_is_connected() {
    return target.value(
               "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = "
               "'db-transfer'") != "0";
  }
};

// At many moments of an import: after each the target is one of two states, and running again completes it. It is the
// new one where the server had the COMMIT already.
TEST_F(ImportTransaction, KilledAtAnyMomentLeavesOneOfTwoStates) {
  const std::string before = support::normalized_dump(target.url());
  const std::string after = support::normalized_dump(source.url());
  int killed = 0;
  for (int milliseconds = 5; milliseconds < 2000; milliseconds = milliseconds * 3 / 2) {
    support::Program importer({PROGRAM_DIR "/db-import", file, "--url", target.url(), "-q"});
    std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
    importer.signal(SIGKILL);
    if (importer.finish().status == 0) break;
    ++killed;
    while (importer_is_connected()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    const std::string now = support::normalized_dump(target.url());
    if (now == after) break;
    ASSERT_EQ(now, before) << "killed after " << milliseconds << " ms";
  }
  EXPECT_GT(killed, 0);
  EXPECT_EQ(run_import().status, 0);
  EXPECT_EQ(support::normalized_dump(target.url()), after);
}

TEST_F(ImportTransaction, InterruptedSaysThatNothingWasWritten) {
  const std::string before = support::normalized_dump(target.url());
  target.run("BEGIN; LOCK TABLE children IN EXCLUSIVE MODE");  // the import waits in its merge
  support::Program importer({PROGRAM_DIR "/db-import", file, "--url", target.url(), "--lock-timeout", "60s"});
  wait_until_somebody_waits();
  importer.signal(SIGINT);
  const support::Run run = importer.finish();
  target.run("ROLLBACK");
  EXPECT_EQ(run.status, 130);
  EXPECT_NE(run.err.find("nothing was written"), std::string::npos) << run.err;
  EXPECT_EQ(support::normalized_dump(target.url()), before);
}

TEST_F(ImportTransaction, GivesUpWhenALockIsNotToBeHad) {
  const std::string before = support::normalized_dump(target.url());
  target.run("BEGIN; LOCK TABLE children IN EXCLUSIVE MODE");
  const support::Run run = run_import({"--lock-timeout", "300ms"});
  target.run("ROLLBACK");
  EXPECT_EQ(run.status, 9) << run.err;
  EXPECT_EQ(support::normalized_dump(target.url()), before);
}

TEST_F(ImportTransaction, RefusesToRunBesideAnotherImport) {
  target.run("BEGIN; UPDATE parents SET name = name WHERE id = 5");
  support::Program first({PROGRAM_DIR "/db-import", file, "--url", target.url(), "--lock-timeout", "60s"});
  wait_until_somebody_waits();
  const support::Run second = run_import({"--lock-timeout", "1s"});
  target.run("ROLLBACK");
  EXPECT_EQ(second.status, 9);
  EXPECT_NE(second.err.find("another import"), std::string::npos) << second.err;
  EXPECT_EQ(first.finish().status, 0);
}

// The application updates a row after our snapshot: the server answers 40001, and the import starts over by itself.
TEST_F(ImportTransaction, TriesAgainWhenTheApplicationChangedARowMeanwhile) {
  target.run("BEGIN; UPDATE parents SET name = 'by the application' WHERE id = 5");
  support::Program importer({PROGRAM_DIR "/db-import", file, "--url", target.url(), "--lock-timeout", "60s"});
  wait_until_somebody_waits();
  target.run("COMMIT");
  const support::Run run = importer.finish();
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_EQ(support::normalized_dump(target.url()), support::normalized_dump(source.url()));
}

}  // namespace
}  // namespace cli
