// PgBouncer between the programs and the server: in transaction mode everything works and leaves the pooled sessions as
// they were; in statement mode, where there are no transactions, nothing does, and it says so.
#include <gmock/gmock.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <thread>

#include "support/dump.h"
#include "support/folder.h"
#include "support/own_server.h"
#include "support/program.h"
#include "support/server.h"

namespace live {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

constexpr const char* kExport = PROGRAM_DIR "/db-export";
constexpr const char* kImport = PROGRAM_DIR "/db-import";

bool pooler_is_installed() { return std::filesystem::exists("/usr/sbin/pgbouncer"); }

class BehindPgBouncer : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    server_ = std::make_unique<support::OwnServer>(std::vector<std::string>{"fsync=off"});
  }
  static void TearDownTestSuite() { server_.reset(); }

  void SetUp() override {
    if (!pooler_is_installed()) GTEST_SKIP() << "needs Debian's package pgbouncer (tools/setup installs it)";
    for (support::Database* database : {&source_, &target_})
      database->run(
          "CREATE TABLE accounts (id serial PRIMARY KEY, name text NOT NULL); CREATE TABLE notes (id int PRIMARY KEY, "
          "account int NOT NULL REFERENCES accounts, note text)");
    source_.run(
        "INSERT INTO accounts SELECT n, 'name ' || n FROM generate_series(1, 40000) n; INSERT INTO notes SELECT n, n, "
        "repeat('note ', 60) FROM generate_series(1, 40000) n; SELECT setval('accounts_id_seq', 40000)");
    target_.run("INSERT INTO accounts SELECT n, 'old ' || n FROM generate_series(1, 100) n");
  }

  void TearDown() override {
    pooler_.reset();  // it holds sessions of the databases
  }

  // PgBouncer may not be root either; what it reads lies with the server.
  void start(const std::string& mode, const std::string& more = {}) {
    server_->write("pooler_users", "\"postgres\" \"\"\n");
    const std::string folder = server_->folder();
    server_->write("pooler.ini", "[databases]\n* = host=" + folder +
                                     " port=5432\n[pgbouncer]\nlisten_addr =\nlisten_port = 6432\nunix_socket_dir = " +
                                     folder + "\nauth_type = trust\nauth_file = " + folder +
                                     "/data/pooler_users\npool_mode = " + mode + "\n" + more);
    std::filesystem::remove(folder + "/.s.PGSQL.6432");  // of one before, which was killed
    pooler_.emplace(support::as_server_user({"/usr/sbin/pgbouncer", "-q", folder + "/data/pooler.ini"}));
    for (int tries = 0; tries < 500 && !std::filesystem::exists(folder + "/.s.PGSQL.6432"); ++tries)
      std::this_thread::sleep_for(10ms);
  }

  std::string pooled(const support::Database& database) const {
    return "postgresql://postgres@/" + database.name() + "?host=" + server_->folder() + "&port=6432&pgbouncer=true";
  }

  // A session that somebody else is handed afterwards.
  std::string session_settings(const support::Database& database) const {
    return support::run_program({support::postgres_program("psql"), "-XAt", "-d",
                                 "host=" + server_->folder() + " port=6432 user=postgres dbname=" + database.name(),
                                 "-c",
                                 "SELECT string_agg(name || '=' || setting, ' ' ORDER BY name) FROM pg_settings WHERE "
                                 "source = 'session' AND name NOT IN ('application_name', 'client_encoding')",
                                 "-c", "SELECT count(*) FROM pg_class WHERE relpersistence = 't'", "-c",
                                 "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"})
        .out;
  }

  static std::unique_ptr<support::OwnServer> server_;
  support::Database source_ = support::Database::on(server_->connection());
  support::Database target_ = support::Database::on(server_->connection());
  std::optional<support::Program> pooler_;
  const support::TemporaryFolder folder_;
  const std::string file_ = folder_.file("export.json");
};

std::unique_ptr<support::OwnServer> BehindPgBouncer::server_;

TEST_F(BehindPgBouncer, EverythingWorksInTransactionMode) {
  start("transaction");
  for (const char* jobs : {"1", "2"}) {
    const support::Run exported =
        support::run_program({kExport, file_, "--url", pooled(source_), "--force", "--jobs", jobs});
    ASSERT_EQ(exported.status, 0) << exported.err;
  }
  const std::string before = support::normalized_dump(target_.url());
  const support::Run dry = support::run_program({kImport, file_, "--url", pooled(target_), "--dry-run"});
  EXPECT_EQ(dry.status, 0) << dry.err;
  EXPECT_EQ(support::normalized_dump(target_.url()), before);
  const support::Run imported =
      support::run_program({kImport, file_, "--url", pooled(target_), "--report", folder_.file("report.json")});
  EXPECT_EQ(imported.status, 0) << imported.err;
  EXPECT_EQ(support::normalized_dump(target_.url()), support::normalized_dump(source_.url()));
  const support::Run again = support::run_program({kImport, file_, "--url", pooled(target_)});
  EXPECT_EQ(again.status, 0) << again.err;
  EXPECT_EQ(session_settings(target_), "\n0\n0\n");
}

TEST_F(BehindPgBouncer, WhoHoldsALockIsNamedByTheServersProcess) {
  start("transaction");
  ASSERT_EQ(support::run_program({kExport, file_, "--url", pooled(source_)}).status, 0);
  target_.run("BEGIN; LOCK TABLE notes IN EXCLUSIVE MODE");
  const std::string process = target_.value("SELECT pg_backend_pid()");
  const support::Run run = support::run_program({kImport, file_, "--url", pooled(target_), "--lock-timeout", "1s"});
  target_.run("ROLLBACK");
  EXPECT_EQ(run.status, 9) << run.err;
  EXPECT_THAT(run.err, HasSubstr("server process " + process));
}

// One session for all: an import needs no second one, an export with several readers says what it lacks.
TEST_F(BehindPgBouncer, AnImportNeedsOneSessionOfThePool) {
  start("transaction", "default_pool_size = 1\nquery_wait_timeout = 3\n");
  ASSERT_EQ(support::run_program({kExport, file_, "--url", pooled(source_)}).status, 0);
  EXPECT_EQ(support::run_program({kImport, file_, "--url", pooled(target_)}).status, 0);
  const support::Run two =
      support::run_program({kExport, folder_.file("two.json"), "--url", pooled(source_), "--jobs", "2"});
  EXPECT_EQ(two.status, 5) << two.err;
  EXPECT_THAT(two.err, HasSubstr("query_wait_timeout"));
  EXPECT_FALSE(std::filesystem::exists(folder_.file("two.json")));
}

TEST_F(BehindPgBouncer, StatementModeIsRefusedWithTheReason) {
  ASSERT_EQ(support::run_program({kExport, file_, "--url", source_.url()}).status, 0);
  start("statement");
  const std::string before = support::normalized_dump(target_.url());
  for (const std::vector<std::string>& words : {std::vector<std::string>{kImport, file_, "--url", pooled(target_)},
                                                {kImport, file_, "--url", pooled(target_), "--dry-run"},
                                                {kExport, folder_.file("no.json"), "--url", pooled(source_)}}) {
    const support::Run run = support::run_program(words);
    EXPECT_EQ(run.status, 5) << run.err;
    EXPECT_THAT(run.err, HasSubstr("statement pooling"));
    EXPECT_THAT(run.err, HasSubstr("pool_mode"));
  }
  EXPECT_EQ(support::normalized_dump(target_.url()), before);
  EXPECT_FALSE(std::filesystem::exists(folder_.file("no.json")));
}

}  // namespace
}  // namespace live
