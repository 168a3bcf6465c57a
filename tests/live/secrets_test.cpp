// The password of a database is in nothing that a run prints, writes or shows to others while it runs.
#include <gmock/gmock.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <thread>

#include "support/folder.h"
#include "support/own_server.h"
#include "support/program.h"
#include "support/server.h"

namespace live {
namespace {

using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;

constexpr const char* kExport = PROGRAM_DIR "/db-export";
constexpr const char* kImport = PROGRAM_DIR "/db-import";

// Everything that a URL, a shell, SQL, JSON or HTML would spell in another way stands between two words that all of
// them leave alone: who looks for these finds the password in any disguise, and half of it.
constexpr const char* kPassword = "opensesame@/:?#&%'\"\\<b>$x é|lastword";
constexpr const char* kEncoded = "opensesame%40%2F%3A%3F%23%26%25%27%22%5C%3Cb%3E%24x%20%C3%A9%7Clastword";
constexpr const char* kInSql = "opensesame@/:?#&%''\"\\<b>$x é|lastword";

void expect_no_password(const std::string& text, const std::string& where) {
  for (const char* part : {"opensesame", "lastword"}) EXPECT_THAT(text, Not(HasSubstr(part))) << where;
}

class Secrets : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    server_ = std::make_unique<support::OwnServer>(std::vector<std::string>{"fsync=off"});
    support::Database admin = support::Database::on(server_->connection());
    admin.run(std::string("SET password_encryption = 'scram-sha-256'; CREATE ROLE ada LOGIN SUPERUSER PASSWORD '") +
              kInSql + "'");
    server_->write("pg_hba.conf", "local all ada scram-sha-256\nlocal all all trust\n");
    admin.run("SELECT pg_reload_conf()");
    // The server reads it when it comes to it.
    while (opens("host=" + server_->folder() + " port=5432 dbname=postgres user=ada"))
      std::this_thread::sleep_for(10ms);
  }
  static void TearDownTestSuite() { server_.reset(); }

  void SetUp() override {
    source_.run(
        "CREATE TABLE users (id int PRIMARY KEY, email text UNIQUE, password text); INSERT INTO users SELECT n, 'user' "
        "|| n, 'hash' FROM generate_series(1, 50) n");
    target_.run(
        "CREATE TABLE users (id int PRIMARY KEY, email text UNIQUE, password text); INSERT INTO users VALUES (1, "
        "'other', 'hash'), (99, 'user3', 'hash')");
    // Nothing is found by chance: the server does ask for the password.
    ASSERT_EQ(run({kExport, file("no.json"), "--url", without_password(source_)}).status, 5);
  }

  std::string url(const support::Database& database, const std::string& password = kEncoded) const {
    return "postgresql://ada:" + password + "@/" + database.name() + "?host=" + server_->folder() + "&port=5432";
  }
  std::string without_password(const support::Database& database) const {
    return "postgresql://ada@/" + database.name() + "?host=" + server_->folder() + "&port=5432";
  }
  std::string file(const std::string& name) const { return folder_.file(name); }

  // In the test's folder, so that whatever it writes by itself is found as well.
  support::Run run(const std::vector<std::string>& words, std::vector<std::string> environment = {}) {
    support::Run run = support::run_program(words, {.environment = std::move(environment), .folder = folder_.path()});
    expect_no_password(run.out, "standard output");
    expect_no_password(run.err, "standard error");
    return run;
  }

  void expect_no_password_in_files(const std::string& but = {}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_.path())) {
      if (entry.is_regular_file() && entry.path().filename() != but)
        expect_no_password(support::read_file(entry.path()), entry.path());
    }
  }

  static bool opens(const std::string& parameters) {
    const std::unique_ptr<PGconn, decltype(&PQfinish)> session(PQconnectdb(parameters.c_str()), PQfinish);
    return PQstatus(session.get()) == CONNECTION_OK;
  }

  static std::unique_ptr<support::OwnServer> server_;
  support::Database source_ = support::Database::on(server_->connection());
  support::Database target_ = support::Database::on(server_->connection());
  const support::TemporaryFolder folder_;
};

std::unique_ptr<support::OwnServer> Secrets::server_;

TEST_F(Secrets, OfAUrlAreInNoOutputAndNoFile) {
  ASSERT_EQ(run({kExport, "a.json", "--url", url(source_), "-v"}).status, 0);
  EXPECT_EQ(run({kExport, "b.json", "--url", url(source_), "--json", "-v"}).status, 0);
  EXPECT_EQ(run({kExport, "--list", "--url", url(source_), "-v"}).status, 0);
  EXPECT_EQ(run({kImport, "a.json", "--url", url(target_), "--dry-run", "-v", "--json"}).status, 4);
  EXPECT_EQ(run({kImport, "a.json", "--url", url(target_), "-v", "--report", "r.html", "--report", "r.json", "--report",
                 "r.md", "--report", "r.txt", "--rejects", "rejects.json", "--show-masked"})
                .status,
            4);
  for (const char* name : {"r.html", "r.json", "r.md", "r.txt", "rejects.json"})
    EXPECT_TRUE(std::filesystem::exists(file(name))) << name;
  expect_no_password_in_files();
}

TEST_F(Secrets, OfTheEnvironmentAndOfEnvFilesAreInNoOutputAndNoFile) {
  folder_.write(".env", "DATABASE_URL=\"" + url(source_) + "\"\n");
  ASSERT_EQ(run({kExport, "a.json", "-v"}).status, 0);
  EXPECT_EQ(run({kExport, "b.json", "-v"}, {"DATABASE_URL=" + url(source_)}).status, 0);
  EXPECT_EQ(
      run({kImport, "a.json", "--url", without_password(target_), "-v", "--report", "r.html", "--report", "r.json"},
          {std::string("PGPASSWORD=") + kPassword})
          .status,
      4);
  folder_.write("pass", "*:*:*:ada:opensesame@/\\:?#&%'\"\\\\<b>$x é|lastword\n");
  std::filesystem::permissions(file("pass"), std::filesystem::perms::owner_read);
  EXPECT_EQ(run({kImport, "a.json", "--url", without_password(target_), "-v"}, {"PGPASSFILE=" + file("pass")}).status,
            4);
  std::filesystem::remove(file("pass"));
  expect_no_password_in_files(".env");
}

TEST_F(Secrets, ThatAreWrongAreNotRepeated) {
  ASSERT_EQ(run({kExport, "a.json", "--url", url(source_)}).status, 0);
  const std::string wrong = url(target_, std::string(kEncoded) + "%21");
  const support::Run imported = run({kImport, "a.json", "--url", wrong, "-v", "--json"});
  EXPECT_EQ(imported.status, 5);
  EXPECT_THAT(imported.err, HasSubstr("password authentication failed"));
  EXPECT_EQ(run({kExport, "c.json", "--url", wrong, "-v"}).status, 5);
  EXPECT_EQ(run({kExport, "c.json"}, {"DATABASE_URL=" + wrong}).status, 5);
  // Not encoded, the URL means something else: then no part of it is trusted to be harmless.
  EXPECT_NE(run({kExport, "c.json", "--url", url(source_, kPassword)}).status, 0);
  expect_no_password_in_files();
}

TEST_F(Secrets, AreNotShownToOthersWhileItRuns) {
  ASSERT_EQ(run({kExport, "a.json", "--url", url(source_)}).status, 0);
  target_.run("BEGIN; LOCK TABLE users IN ACCESS EXCLUSIVE MODE");
  support::Program importer({kImport, file("a.json"), "--url", url(target_), "--lock-timeout", "60s"});
  support::Program exporter({kExport, file("c.json"), "--url=" + url(target_), "--lock-timeout", "60s"});
  while (target_.value("SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted") != "2")
    std::this_thread::sleep_for(5ms);
  std::string arguments;
  for (const pid_t process : {importer.process(), exporter.process()})
    arguments += support::read_file("/proc/" + std::to_string(process) + "/cmdline");
  const std::string activity = target_.value(
      "SELECT string_agg(concat_ws(' ', application_name, query, usename), ' ') FROM pg_stat_activity WHERE pid <> "
      "pg_backend_pid()");
  target_.run("ROLLBACK");
  EXPECT_EQ(importer.finish().status, 4);
  EXPECT_EQ(exporter.finish().status, 0);
  expect_no_password(arguments, "the command line, which everybody on the machine sees");
  EXPECT_THAT(arguments, HasSubstr("a.json"));
  expect_no_password(activity, "pg_stat_activity");
  EXPECT_THAT(activity, HasSubstr("db-transfer"));
}

}  // namespace
}  // namespace live
