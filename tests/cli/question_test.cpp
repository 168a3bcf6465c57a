// Who imports at a terminal into a database that is not here, or that is called production, is asked: behind the table
// of a transaction that has ended, and "yes" does exactly that.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>

#include "support/folder.h"
#include "support/own_server.h"
#include "support/program.h"
#include "support/server.h"
#include "support/terminal_run.h"

namespace cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kAddress = "127.0.0.3";

// The target is reached over TCP, under a name of another machine.
class Question : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    port_ = support::free_port(kAddress);
    server_ = std::make_unique<support::OwnServer>(
        std::vector<std::string>{std::string("listen_addresses=") + kAddress, "port=" + port_});
  }
  static void TearDownTestSuite() { server_.reset(); }

  void SetUp() override {
    source_.run("CREATE TABLE users (id int PRIMARY KEY, name text); INSERT INTO users VALUES (1, 'Ann'), (2, 'Bob')");
    target_.run("CREATE TABLE users (id int PRIMARY KEY, name text); INSERT INTO users VALUES (1, 'Old')");
    ASSERT_EQ(support::run_program({PROGRAM_DIR "/db-export", folder_.file("app.json"), "--url", source_.url()}).status,
              0);
  }

  std::string url(const std::string& host = "db.example") const {
    return "postgresql://postgres@" + host + ":" + port_ + "/" + target_.name() + "?hostaddr=" + kAddress;
  }
  std::vector<std::string> words(std::vector<std::string> more) const {
    more.insert(more.begin(), {PROGRAM_DIR "/db-import", "app.json"});
    return more;
  }
  // Where temporary files go: nothing may stay there.
  support::RunOptions options(std::vector<std::string> environment = {}) const {
    std::filesystem::create_directory(folder_.file("tmp"));
    environment.push_back("TMPDIR=" + folder_.file("tmp"));
    return {.environment = std::move(environment), .folder = folder_.path()};
  }
  support::Run answered(const std::vector<std::string>& more, const std::string& question, const std::string& answer) {
    support::TerminalRun run(words(more), options());
    EXPECT_TRUE(run.sees(question));
    run.types(answer);
    return run.finish();
  }
  // At a terminal where nobody types anything.
  support::Run unasked(const std::vector<std::string>& more) {
    return support::TerminalRun(words(more), options()).finish();
  }
  support::Run without_terminal(const std::vector<std::string>& more, std::vector<std::string> environment = {}) {
    return support::run_program(words(more), options(std::move(environment)));
  }
  // "1 Ann, 2 Bob"
  std::string rows() { return target_.value("SELECT string_agg(id || ' ' || name, ', ' ORDER BY id) FROM users"); }
  void call_production(const std::string& variable_content) {
    folder_.write(
        "db-transfer.json",
        R"({"targets": {"production": {"url_env": "PRODUCTION_URL", "env_file": ".env.production", "production": true}}})");
    folder_.write(".env.production", "PRODUCTION_URL=" + variable_content + "\n");
  }
  void TearDown() override { EXPECT_TRUE(std::filesystem::is_empty(folder_.file("tmp"))); }

  static std::string port_;
  static std::unique_ptr<support::OwnServer> server_;
  support::Database source_;
  support::Database target_ = support::Database::on(server_->connection());
  const support::TemporaryFolder folder_;
};

std::string Question::port_;
std::unique_ptr<support::OwnServer> Question::server_;

TEST_F(Question, ShowsWhatWouldHappenAndYesDoesIt) {
  const support::Run run = answered({"--url", url()}, "? yes, no or report: ", "yes\n");

  EXPECT_EQ(run.status, 0) << run.out;
  EXPECT_THAT(run.out, AllOf(HasSubstr("Dry run: 1 row would be inserted"), HasSubstr("on db.example port"),
                             HasSubstr("Imported: 1 row inserted, 1 updated")));
  EXPECT_EQ(rows(), "1 Ann, 2 Bob");
}

TEST_F(Question, HasNoTransactionOpenWhileItWaits) {
  support::TerminalRun run(words({"--url", url()}), options());
  ASSERT_TRUE(run.sees("? yes, no or report: "));

  const std::string open = target_.value(
      "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND xact_start IS NOT NULL AND pid <> "
      "pg_backend_pid()");
  run.types("no\n");

  EXPECT_EQ(open, "0");
  EXPECT_EQ(run.finish().status, 130);
}

TEST_F(Question, AnythingButYesWritesNothing) {
  for (const std::string answer : {"no\n", "\n", "ja\n", "yes please\n", "Y\n", "\x04"}) {
    const support::Run run = answered({"--url", url()}, "? yes, no or report: ", answer);
    EXPECT_EQ(run.status, 130) << run.out;
    EXPECT_THAT(run.out, HasSubstr("nothing was written: the answer was not yes"));
  }
  const support::Run interrupted = answered({"--url", url()}, "? yes, no or report: ", "\x03");
  EXPECT_EQ(interrupted.status, 130) << interrupted.out;
  EXPECT_EQ(rows(), "1 Old");
}

TEST_F(Question, YesIsNoLongerYesWhenSomebodyChangedARowMeanwhile) {
  support::TerminalRun run(words({"--url", url()}), options());
  ASSERT_TRUE(run.sees("? yes, no or report: "));
  target_.run("UPDATE users SET name = 'Meanwhile' WHERE id = 1");
  run.types("yes\n");

  const support::Run ended = run.finish();

  EXPECT_EQ(ended.status, 7) << ended.out;
  EXPECT_THAT(ended.out, AllOf(HasSubstr("the plan no longer holds"), HasSubstr("Meanwhile")));
  EXPECT_EQ(rows(), "1 Meanwhile");
}

TEST_F(Question, ReportWritesThePageAndAPlanInstead) {
  const support::Run run = answered({"--url", url()}, "? yes, no or report: ", "report\n");

  EXPECT_EQ(run.status, 130) << run.out;
  EXPECT_THAT(run.out, AllOf(HasSubstr("app.audit.html"), HasSubstr("--apply app.audit.json")));
  EXPECT_EQ(rows(), "1 Old");
  const support::Run applied = without_terminal({"--url", url(), "--apply", "app.audit.json"});
  EXPECT_EQ(applied.status, 0) << applied.err;
  EXPECT_EQ(rows(), "1 Ann, 2 Bob");
}

TEST_F(Question, IsAboutTriggersToo) {
  target_.run(
      "CREATE FUNCTION shout() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.name = upper(NEW.name); RETURN NEW; "
      "END $$;"
      "CREATE TRIGGER shouts BEFORE INSERT OR UPDATE ON users FOR EACH ROW EXECUTE FUNCTION shout()");

  const support::Run run = answered({"--url", url()}, "? yes, no or report: ", "yes\n");

  EXPECT_EQ(run.status, 0) << run.out;
  EXPECT_EQ(rows(), "1 ANN, 2 BOB");
}

TEST_F(Question, IsNotAskedWhereThereIsNothingToWriteOrNothingWouldBeWritten) {
  const support::Run limited = unasked({"--url", url(), "--limit", "users=1"});
  ASSERT_EQ(unasked({"--url", url(), "--yes"}).status, 0);

  const support::Run again = unasked({"--url", url()});

  EXPECT_EQ(limited.status, 4) << limited.out;
  EXPECT_THAT(limited.out, HasSubstr("Rolled back"));
  EXPECT_EQ(again.status, 0) << again.out;
  EXPECT_EQ(rows(), "1 Ann, 2 Bob");
}

TEST_F(Question, IsNotAskedOfThisMachineNorOfADryRunNorWithYes) {
  const support::Run dry_run = unasked({"--url", url(), "-n"});
  const support::Run socket = unasked({"--url", target_.url()});
  target_.run("TRUNCATE users");
  const support::Run loopback = unasked({"--url", url("127.0.0.3")});
  target_.run("TRUNCATE users");
  const support::Run yes = unasked({"--url", url(), "--yes"});
  target_.run("TRUNCATE users");
  const support::Run nobody = without_terminal({"--url", url()});

  for (const support::Run& run : {dry_run, socket, loopback, yes, nobody}) {
    EXPECT_EQ(run.status, 0) << run.out << run.err;
    EXPECT_THAT(run.out, Not(HasSubstr("yes, no or report")));
  }
  EXPECT_EQ(rows(), "1 Ann, 2 Bob");
}

TEST_F(Question, IsAskedAtTheTerminalWhereThePipeIsTheFile) {
  const std::string pipe = "cat app.json | " PROGRAM_DIR "/db-import - --url '" + url() + "'";
  support::TerminalRun run({"/bin/sh", "-c", pipe}, options());
  ASSERT_TRUE(run.sees("? yes, no or report: "));
  run.types("yes\n");

  const support::Run ended = run.finish();

  EXPECT_EQ(ended.status, 0) << ended.out;
  EXPECT_EQ(rows(), "1 Ann, 2 Bob");
}

TEST_F(Question, OfProductionIsItsName) {
  call_production(target_.url());

  const support::Run yes =
      answered({"--to", "production"}, "type its name (" + target_.name() + "), or report: ", "yes\n");
  const support::Run name = answered({"--to", "production"}, "or report: ", target_.name() + "\n");

  EXPECT_EQ(yes.status, 130);
  EXPECT_THAT(yes.out, HasSubstr("the answer was not the name of the database"));
  EXPECT_EQ(name.status, 0) << name.out;
  EXPECT_EQ(rows(), "1 Ann, 2 Bob");
}

TEST_F(Question, OfProductionIsAskedWhateverNamesTheDatabase) {
  call_production(url("DB.example."));

  const support::Run no = answered({"--url", url()}, "or report: ", "no\n");
  const support::Run with_yes = answered({"--url", url(), "--yes"}, "type its name", "no\n");
  const support::Run same_name_elsewhere = answered({"--url", url("other.example")}, "? yes, no or report: ", "no\n");

  for (const support::Run& run : {no, with_yes, same_name_elsewhere}) EXPECT_EQ(run.status, 130) << run.out;
  EXPECT_EQ(rows(), "1 Old");
}

// libpq takes the user's name for the database's where the URL has none.
TEST_F(Question, KnowsProductionByAUrlThatLeavesTheDatabaseToTheUser) {
  target_.run("DO $$BEGIN CREATE ROLE keeper SUPERUSER LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END$$");
  target_.run("CREATE DATABASE keeper");
  const std::string server = "keeper@db.example:" + port_;
  const std::string target = "postgresql://" + server + "/keeper?hostaddr=" + kAddress;
  for (const std::string& named : {"postgresql://" + server + "/?hostaddr=" + kAddress,
                                   "postgresql://" + server + "?hostaddr=" + kAddress, target}) {
    call_production(named);
    const support::Run run = without_terminal({"--url", target});
    EXPECT_EQ(run.status, 2) << named;
    EXPECT_THAT(run.err, HasSubstr("is called production")) << named;
  }
}

// libpq goes where hostaddr says, whatever the name before it.
TEST_F(Question, KnowsProductionByTheAddressThatIsReached) {
  for (const std::string& production :
       {url(kAddress), url("localhost"), target_.url(), url("0x7f000001"), url("0.0.0.0")}) {
    call_production(production);
    const support::Run run = without_terminal({"--url", url("elsewhere.example"), "--yes"});
    EXPECT_EQ(run.status, 2) << production << run.err;
    EXPECT_THAT(run.err, HasSubstr("is called production")) << production;
  }
}

TEST_F(Question, IsNotAskedButSaidWhereAProductionCannotBeCompared) {
  call_production(url());
  std::filesystem::remove(folder_.file(".env.production"));
  const support::Run dry_run = without_terminal({"--url", url(), "-n"});
  const support::Run here = without_terminal({"--url", url("localhost")});
  const support::Run elsewhere = without_terminal({"--url", url(), "--yes"});
  EXPECT_EQ(elsewhere.status, 0) << elsewhere.err;
  EXPECT_THAT(elsewhere.err, HasSubstr("its URL (PRODUCTION_URL) is not to be had here"));
  for (const support::Run& run : {dry_run, here}) EXPECT_THAT(run.err, Not(HasSubstr("PRODUCTION_URL"))) << run.err;
}

TEST_F(Question, OfProductionNeedsConfirmWithoutATerminal) {
  call_production(target_.url());

  const support::Run bare = without_terminal({"--to", "production", "--yes"});
  const support::Run wrong = without_terminal({"--to", "production", "--confirm", "other"});
  const support::Run dry_run = without_terminal({"--to", "production", "-n"});
  EXPECT_EQ(rows(), "1 Old");
  const support::Run confirmed = without_terminal({"--to", "production", "--confirm", target_.name()});

  EXPECT_EQ(bare.status, 2);
  EXPECT_THAT(bare.err,
              AllOf(HasSubstr("is called production by db-transfer.json"), HasSubstr("--confirm " + target_.name())));
  EXPECT_EQ(wrong.status, 2);
  EXPECT_THAT(wrong.err, HasSubstr("--confirm names other, and the target is " + target_.name()));
  EXPECT_EQ(dry_run.status, 0) << dry_run.err;
  EXPECT_EQ(confirmed.status, 0) << confirmed.err;
  EXPECT_EQ(rows(), "1 Ann, 2 Bob");
}

TEST_F(Question, OfProductionHoldsForApprovedPlansToo) {
  call_production(target_.url());
  ASSERT_EQ(without_terminal({"--to", "production", "-n", "--report", "audit.json"}).status, 0);

  const support::Run bare = without_terminal({"--to", "production", "--apply", "audit.json"});
  const support::Run named =
      answered({"--to", "production", "--apply", "audit.json"}, "type its name", target_.name() + "\n");

  EXPECT_EQ(bare.status, 2);
  EXPECT_EQ(named.status, 0) << named.out;
  EXPECT_THAT(named.out, HasSubstr("By plan"));
}

TEST_F(Question, OfAProductionFileIsItsName) {
  const auto sqlite = [&](const std::string& file, const std::string& sql) {
    ASSERT_EQ(support::run_program({"sqlite3", "-bail", folder_.file(file), sql}).status, 0);
  };
  sqlite("production.db", "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT)");
  call_production("sqlite:production.db");

  const support::Run bare = without_terminal({"--url", "sqlite:./production.db"});
  const support::Run confirmed = without_terminal({"--url", "sqlite:./production.db", "--confirm", "production.db"});

  EXPECT_EQ(bare.status, 2) << bare.err;
  EXPECT_EQ(confirmed.status, 0) << confirmed.err;
}

TEST_F(Question, ConfirmedNameIsHeldToEveryTarget) {
  const support::Run run = without_terminal({"--url", url(), "--confirm", "app_production"});

  EXPECT_EQ(run.status, 2);
  EXPECT_THAT(run.err, HasSubstr("--confirm names app_production"));
}

}  // namespace
}  // namespace cli
