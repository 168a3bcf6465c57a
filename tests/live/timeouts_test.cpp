// What a database or a role may have set against sessions that take long, and servers that end in the middle.
#include <gmock/gmock.h>

#include <chrono>
#include <memory>
#include <thread>

#include "support/dump.h"
#include "support/folder.h"
#include "support/own_server.h"
#include "support/program.h"
#include "support/server.h"

namespace live {
namespace {

using testing::AnyOf;
using testing::HasSubstr;
using namespace std::chrono_literals;

constexpr const char* kExport = PROGRAM_DIR "/db-export";
constexpr const char* kImport = PROGRAM_DIR "/db-import";
constexpr const char* kSchema =
    "CREATE TABLE accounts (id serial PRIMARY KEY, name text NOT NULL); CREATE TABLE notes (id int PRIMARY KEY, "
    "account "
    "int NOT NULL REFERENCES accounts, note text)";

void fill(support::Database& database, int rows) {
  const std::string n = std::to_string(rows);
  database.run("INSERT INTO accounts SELECT n, 'name ' || n FROM generate_series(1, " + n +
               ") n; INSERT INTO notes SELECT n, n, repeat('note ', 20) FROM generate_series(1, " + n + ") n");
}

// Every limit is a fraction of the time that the run takes: a slow trigger sees to that on the way in, a pipe that is
// read slowly on the way out.
TEST(LimitsOfTheServer, DoNotEndALongRun) {
  support::Database source;
  support::Database target;
  const support::TemporaryFolder folder;
  const std::string file = folder.file("export.json");
  for (support::Database* database : {&source, &target}) {
    database->run(kSchema);
    for (const char* limit : {"statement_timeout", "idle_in_transaction_session_timeout", "lock_timeout"})
      database->run("ALTER DATABASE " + database->name() + " SET " + limit + " = '200ms'");
    if (support::server_version() >= 14)
      database->run("ALTER DATABASE " + database->name() + " SET idle_session_timeout = '200ms'");
    if (support::server_version() >= 17)
      database->run("ALTER DATABASE " + database->name() + " SET transaction_timeout = '200ms'");
  }
  fill(source, 300);
  target.run(
      "CREATE FUNCTION linger() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.6); RETURN NULL; END'; "
      "CREATE TRIGGER linger AFTER INSERT ON accounts FOR EACH STATEMENT EXECUTE FUNCTION linger()");
  source.disconnect();
  target.disconnect();

  const support::Run exported = support::run_program({kExport, file, "--url", source.url()});
  ASSERT_EQ(exported.status, 0) << exported.err;
  const support::Run slow =
      support::run_program({"bash", "-c", "set -o pipefail; \"$1\" - --url \"$2\" | (sleep 0.6; cat) >\"$3\"", "bash",
                            kExport, source.url(), folder.file("slow.json")});
  EXPECT_EQ(slow.status, 0) << slow.err;
  const support::Run imported = support::run_program({kImport, file, "--url", target.url()});
  EXPECT_EQ(imported.status, 0) << imported.err;
  EXPECT_EQ(support::normalized_dump(target.url()), support::normalized_dump(source.url()));
}

// From SQLite the file is read once more while the connection is open but has nothing to do.
TEST(LimitsOfTheServer, DoNotEndAnImportFromAnotherEngineWhoseFileTakesLongToRead) {
  if (support::server_version() < 14) GTEST_SKIP() << "no idle_session_timeout";
  const support::TemporaryFolder folder;
  const std::string base = folder.file("notes.db");
  const support::Run made = support::run_program(
      {"sqlite3", base,
       "CREATE TABLE notes (id INTEGER PRIMARY KEY, note TEXT); INSERT INTO notes VALUES (1, 'note'); CREATE TABLE "
       "passed_over (id INTEGER PRIMARY KEY, note TEXT); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM "
       "n WHERE i < 600000) INSERT INTO passed_over SELECT i, 'note ' || i FROM n"});
  ASSERT_EQ(made.status, 0) << made.err;
  const support::Run exported = support::run_program({kExport, folder.file("export.json"), "--url", "sqlite:" + base});
  ASSERT_EQ(exported.status, 0) << exported.err;
  support::Database target;
  target.run("CREATE TABLE notes (id bigint PRIMARY KEY, note text)");
  target.run("ALTER DATABASE " + target.name() + " SET idle_session_timeout = '100ms'");
  const support::Run imported =
      support::run_program({kImport, folder.file("export.json"), "--url", target.url(), "-T", "passed_over"});
  EXPECT_EQ(imported.status, 0) << imported.err;
}

class StoppedServer : public testing::Test {
 protected:
  // What it has answered to COMMIT it must know after its start; that survives without fsync, the machine goes on.
  static void SetUpTestSuite() {
    server_ = std::make_unique<support::OwnServer>(std::vector<std::string>{"synchronous_commit=on"});
  }
  static void TearDownTestSuite() { server_.reset(); }

  void SetUp() override {
    source_.run(kSchema);
    fill(source_, 30000);
    const support::Run exported = support::run_program({kExport, file_, "--url", source_.url(), "-q"});
    ASSERT_EQ(exported.status, 0) << exported.err;
  }

  // The program's session is seen so; a moment that is over too soon for us ends the test, not the time for it.
  void wait_for(const std::string& moment, const support::Program& program) {
    while (target_.value("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'db-transfer' AND pid <> "
                         "pg_backend_pid() AND (" +
                         moment + ")") == "0")
      if (program.ended()) throw std::runtime_error("ended before " + moment);
  }

  // Also behind what travels with it.
  static constexpr const char* kCopies = R"(query ~ '\mCOPY\M')";
  static std::unique_ptr<support::OwnServer> server_;
  support::Database source_;
  support::Database target_ = support::Database::on(server_->connection());
  const support::TemporaryFolder folder_;
  const std::string file_ = folder_.file("export.json");
};

std::unique_ptr<support::OwnServer> StoppedServer::server_;

// Without warning, at moments all over an import: the target is one of two states, and running again completes it.
TEST_F(StoppedServer, LeavesTheOldStateOrTheCompleteOne) {
  target_.run(kSchema);
  target_.run("INSERT INTO accounts SELECT n, 'old ' || n FROM generate_series(1, 5000) n");
  target_.run(
      "CREATE FUNCTION linger() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(2); RETURN NULL; END'; "
      "CREATE TRIGGER linger AFTER INSERT ON notes FOR EACH STATEMENT EXECUTE FUNCTION linger()");
  const std::string before = support::normalized_dump(target_.url());
  const std::string after = support::normalized_dump(source_.url());
  int lost = 0;
  for (const char* moment : {kCopies, "wait_event = 'PgSleep'"}) {
    support::Program importer({kImport, file_, "--url", target_.url()});
    wait_for(moment, importer);
    server_->stop_at_once();
    target_.disconnect();
    const support::Run run = importer.finish();
    server_->start_again();
    ASSERT_THAT(run.status, AnyOf(0, 5, 11)) << run.err;
    if (run.status == 5) {
      ++lost;
      EXPECT_THAT(run.err, AnyOf(HasSubstr("nothing was committed"), HasSubstr("cannot connect"))) << moment;
    }
    const std::string now = support::normalized_dump(target_.url());
    if (run.status == 0) {
      ASSERT_EQ(now, after);
    } else {
      ASSERT_TRUE(now == before || (run.status == 11 && now == after)) << moment << "\n" << run.err;
    }
  }
  EXPECT_EQ(lost, 2);
  const support::Run again = support::run_program({kImport, file_, "--url", target_.url()});
  EXPECT_EQ(again.status, 0) << again.err;
  EXPECT_EQ(support::normalized_dump(target_.url()), after);
}

TEST_F(StoppedServer, LeavesNoExport) {
  target_.run(kSchema);
  fill(target_, 2000);
  const std::string out = folder_.file("other.json");
  support::Program exporter({kExport, out, "--url", target_.url(), "--where", "notes=pg_sleep(0.1) IS NOT NULL"});
  wait_for(kCopies, exporter);
  server_->stop_at_once();
  target_.disconnect();
  const support::Run run = exporter.finish();
  server_->start_again();
  EXPECT_EQ(run.status, 5) << run.err;
  EXPECT_THROW(support::read_file(out), std::runtime_error);
}

}  // namespace
}  // namespace live
