// How much an import may change: more than that is rolled back before the first write, on both engines, in whatever
// place the limit stands.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "cli/transfer_fixture.h"

namespace cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;

// users: 100 there; 2 new ones, 11 that differ. logs: 3 new ones and an empty table there.
class Limits : public Transfer {
 protected:
  void SetUp() override {
    schema("CREATE TABLE users (id int PRIMARY KEY, name text); CREATE TABLE logs (id int PRIMARY KEY, user_id int)");
    source.run(
        "INSERT INTO users SELECT n, 'u' || n FROM generate_series(1, 102) n;"
        "INSERT INTO logs SELECT n, n FROM generate_series(1, 3) n");
    target.run(
        "INSERT INTO users SELECT n, CASE WHEN n <= 11 THEN 'old' ELSE 'u' || n END FROM generate_series(1, 100) n");
    ASSERT_EQ(run_export().status, 0);
  }
  // 0 and all written, or 4 and nothing.
  void expect_within(const std::vector<std::string>& options) {
    const support::Database copy = copy_of_target();
    std::vector<std::string> words = options;
    words.insert(words.end(), {"--url", copy.url()});
    const support::Run run = run_import(words);
    EXPECT_EQ(run.status, 0) << run.out << run.err;
  }
  support::Run expect_passed(const std::vector<std::string>& options, const std::string& what) {
    const std::string before = writes();
    support::Run run = run_import(options);
    EXPECT_EQ(run.status, 4) << run.out << run.err;
    EXPECT_THAT(run.out, AllOf(HasSubstr("more would change than is allowed"), HasSubstr(what)));
    EXPECT_EQ(writes(), before);
    return run;
  }
  support::Database copy_of_target() {
    target.disconnect();
    return support::Database(target.name());
  }
  std::string of_file(const std::string& json) {
    std::ofstream(folder.file("limits.json")) << json;
    return folder.file("limits.json");
  }
};

TEST_F(Limits, OfATableCountInsertsAndUpdatesTogether) {
  expect_passed({"--limit", "users=12"}, "users: insert 2, update 11 (--limit users=12)");
  expect_within({"--limit", "users=13"});
}

TEST_F(Limits, EndARehearsalBeforeItsMergeWithAWholePlan) {
  const support::Run run = run_import({"--rehearse", "--limit", "users=12", "--report", folder.file("plan.json")});
  EXPECT_EQ(run.status, 4) << run.out << run.err;
  EXPECT_THAT(run.out, HasSubstr("blocked: The import would be rolled back, by --limit users=12"));
  EXPECT_THAT(support::read_file(folder.file("plan.json")), HasSubstr("\"seal\""));
}

TEST_F(Limits, InPercentAreOfTheRowsThatTheTargetHolds) {
  expect_passed({"--limit", "users=12.5%"}, "users: insert 2, update 11, of 100 in the target (--limit users=12.5%)");
  expect_within({"--limit", "users=13%"});
  expect_passed({"--limit", "logs=99%"}, "logs: insert 3, update 0, of 0 in the target");
}

TEST_F(Limits, OfAKindOfChangeCountAllTables) {
  expect_passed({"--limit", "insert=4"}, "insert 5 (--limit insert=4)");
  expect_passed({"--limit", "update=10%"}, "update 11, of 100 in the target (--limit update=10%)");
  expect_within({"--limit", "insert=5", "--limit", "update=11", "--limit", "delete=0"});
}

TEST_F(Limits, HoldEachByItselfAlsoForPatternsAndInOtherSchemas) {
  expect_within({"--limit", "*=13"});
  expect_passed({"--limit", "*=10"}, "users: insert 2, update 11 (--limit *=10)");
  expect_passed({"--limit", "public.logs=2", "--limit", "users=1000"}, "logs: insert 3, update 0");
  expect_passed({"--limit", "users=1", "--limit", "logs=0"},
                "users: insert 2, update 11 (--limit users=1); logs: insert 3");
}

TEST_F(Limits, OfTheTransferFileHoldAndThoseThatAreTypedReplaceThem) {
  const std::string config = of_file(R"({"limits": {"users": 12, "delete": 0, "logs": "100%"}})");

  expect_passed({"--config", config, "--limit", "logs=3"}, "users: insert 2, update 11 (--limit users=12)");
  expect_within({"--config", config, "--limit", "users=13", "--limit", "logs=3"});
}

TEST_F(Limits, AreForetoldByADryRunAndItsReports) {
  const std::string report = folder.file("audit.json");

  const support::Run run =
      expect_passed({"--limit", "update=5", "-n", "--report", report}, "update 11 (--limit update=5)");

  const auto audit = nlohmann::json::parse(std::ifstream(report));
  EXPECT_THAT(run.out, HasSubstr("nothing would be written"));
  EXPECT_EQ(audit["verdict"], "blocked");
  EXPECT_EQ(audit["passed_limits"][0], "update 11 (--limit update=5)");
}

TEST_F(Limits, EndAsRolledBackForMachines) {
  const auto result = import({"--limit", "insert=0"});

  EXPECT_EQ(status, 4);
  EXPECT_EQ(result["ending"], "rolled-back");
  EXPECT_EQ(target.value("SELECT count(*) FROM users"), "100");
}

TEST_F(Limits, HoldForFirstLoadsToo) {
  target.run("TRUNCATE users, logs");

  expect_passed({"--limit", "users=101"}, "users: insert 102, update 0");
  expect_within({"--limit", "users=102"});
}

TEST_F(Limits, HoldForWhatTriggersOfTheTargetAdd) {
  target.run(
      "INSERT INTO logs SELECT n, n FROM generate_series(1, 3) n;"
      "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE logs SET user_id = 0; RETURN NULL; "
      "END $$;"
      "CREATE TRIGGER touches AFTER UPDATE ON users FOR EACH STATEMENT EXECUTE FUNCTION touch()");
  const std::string before = support::normalized_dump(target.url());

  const support::Run run = run_import({"--limit", "logs=0"});

  EXPECT_EQ(run.status, 4) << run.out << run.err;
  EXPECT_EQ(support::normalized_dump(target.url()), before);
}

TEST_F(Limits, AreKeptByPlans) {
  const std::string plan = folder.file("audit.json");
  ASSERT_EQ(run_import({"--limit", "users=13", "-n", "--report", plan}).status, 0);

  const support::Run other = run_import({"--apply", plan, "--limit", "users=50"});
  const support::Run applied = run_import({"--apply", plan});

  EXPECT_EQ(other.status, 2);
  EXPECT_THAT(other.err, HasSubstr("limits: given [\"users=50\"], in the plan [\"users=13\"]"));
  EXPECT_EQ(applied.status, 0) << applied.err;
}

TEST_F(Limits, AreRefusedWhereTheyAreNoneOrAboutNothing) {
  for (const std::string word :
       {"users", "users=", "=5", "users=-1", "users=5.5", "users=x", "users=5%%", "users=1e3", "users= 5"})
    EXPECT_EQ(run_import({"--limit", word}).status, 2) << word;
  const support::Run typo = run_import({"--limit", "user=5"});
  const support::Run kind = run_import({"--limit", "updates=5"});
  const support::Run in_file = run_import({"--config", of_file(R"({"limits": {"users": -1}})")});

  EXPECT_EQ(typo.status, 2);
  EXPECT_THAT(typo.err, AllOf(HasSubstr("the limit user=5 is about no table"), HasSubstr("did you mean users?")));
  EXPECT_THAT(kind.err, HasSubstr("did you mean update?"));
  EXPECT_EQ(in_file.status, 2);
  EXPECT_THAT(in_file.err, HasSubstr("\"limits\", users, must be a whole number"));
}

TEST(LimitsOfSqlite, HoldBeforeTheFirstWrite) {
  const support::TemporaryFolder folder;
  const auto sqlite = [&](const std::string& file, const std::string& sql) {
    ASSERT_EQ(support::run_program({"sqlite3", "-bail", folder.file(file), sql}).status, 0);
  };
  sqlite("a.db", "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT); INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c')");
  sqlite("b.db", "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT); INSERT INTO t VALUES (1, 'x'), (2, 'b')");
  const auto import = [&](const std::string& limit) {
    return support::run_program({PROGRAM_DIR "/db-import", "a.json", "--url", "sqlite:b.db", "--limit", limit},
                                {.folder = folder.path()});
  };
  ASSERT_EQ(
      support::run_program({PROGRAM_DIR "/db-export", "a.json", "--url", "sqlite:a.db"}, {.folder = folder.path()})
          .status,
      0);

  const support::Run rows = import("t=1");
  const support::Run percent = import("update=49%");
  const support::Run within = import("update=50%");

  EXPECT_EQ(rows.status, 4);
  EXPECT_EQ(percent.status, 4);
  EXPECT_THAT(percent.out, HasSubstr("update 1, of 2 in the target (--limit update=49%)"));
  EXPECT_EQ(within.status, 0) << within.out << within.err;
}

}  // namespace
}  // namespace cli
