// A dry run cannot write: the server refuses it, whatever the tool may try.
#include <gmock/gmock.h>

#include "cli/transfer_fixture.h"

namespace cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class DryRun : public Transfer {
 protected:
  void SetUp() override {
    schema("CREATE TABLE users (id text PRIMARY KEY, email text NOT NULL UNIQUE, seen timestamp(3))");
    source.run("INSERT INTO users VALUES ('a', 'a@x', now()), ('b', 'b@x', NULL), ('c', 'c@x', NULL)");
    target.run("INSERT INTO users VALUES ('a', 'a@x', NULL), ('b', 'b@x', NULL), ('z', 'c@x', NULL)");
  }
};

TEST_F(DryRun, TellsTheVerdictsAndWritesNothing) {
  const std::string before = support::normalized_dump(target.url());
  const std::string written = writes();
  const auto result = transfer({"--dry-run"});
  EXPECT_EQ(status, 4);
  EXPECT_EQ(result["ending"], "dry-run");
  EXPECT_THAT(verdicts(result, "users"), ElementsAre(0, 1, 1, 1, 0, 0));
  EXPECT_EQ(support::normalized_dump(target.url()), before);
  EXPECT_EQ(writes(), written);
}

TEST_F(DryRun, NeedsNoMoreThanSelectOnTheTablesAndTempOnTheDatabase) {
  const std::string role = "reviewer_of_" + target.name();
  target.run("CREATE ROLE " + role + " LOGIN; REVOKE ALL ON DATABASE " + target.name() +
             " FROM PUBLIC; GRANT CONNECT, TEMP ON DATABASE " + target.name() + " TO " + role +
             "; GRANT USAGE ON SCHEMA public TO " + role + "; GRANT SELECT ON users TO " + role);
  ASSERT_EQ(run_export().status, 0);
  const std::string written = writes();
  const support::Run dry = support::run_program(
      {PROGRAM_DIR "/db-import", file, "--dry-run", "--json", "--url", target.url() + "&user=" + role});
  EXPECT_EQ(dry.status, 4) << dry.err;
  EXPECT_THAT(verdicts(nlohmann::json::parse(dry.out), "users"), ElementsAre(0, 1, 1, 1, 0, 0));
  EXPECT_EQ(writes(), written);
  const support::Run real =
      support::run_program({PROGRAM_DIR "/db-import", file, "--url", target.url() + "&user=" + role});
  EXPECT_EQ(real.status, 8);
  EXPECT_THAT(real.err, HasSubstr("GRANT UPDATE ON public.users TO " + role));
  EXPECT_EQ(writes(), written);
  target.run("REASSIGN OWNED BY " + role + " TO postgres; DROP OWNED BY " + role + "; DROP ROLE " + role);
}

TEST_F(DryRun, LetsAnApplicationWriteMeanwhile) {
  ASSERT_EQ(run_export().status, 0);
  target.run("BEGIN; UPDATE users SET seen = now() WHERE id = 'a'");
  const auto result = import({"--dry-run", "--lock-timeout", "500ms"});
  EXPECT_EQ(status, 4) << errors;
  EXPECT_THAT(verdicts(result, "users"), ElementsAre(0, 1, 1, 1, 0, 0));
  target.run("ROLLBACK");
}

TEST_F(DryRun, SaysWithItsExitCodeWhetherThereIsWork) {
  target.run("DELETE FROM users WHERE id = 'z'");
  transfer({"--dry-run"});
  EXPECT_EQ(status, 0);
  import({"--dry-run", "--exit-code"});
  EXPECT_EQ(status, 3);
  import();
  import({"--dry-run", "--exit-code"});
  EXPECT_EQ(status, 0);
}

TEST_F(DryRun, WorksWhereTransactionsAreReadOnlyByDefault) {
  target.run("ALTER DATABASE " + target.name() + " SET default_transaction_read_only = on");
  transfer({"--dry-run"});
  EXPECT_EQ(status, 4) << errors;
}

}  // namespace
}  // namespace cli
