// What a reviewer has to find in a report, through the real programs: one forged amount among many, changed
// administrators, conflicts of one cause; and that what the report says to do can be done.
#include <gmock/gmock.h>

#include "cli/transfer_fixture.h"

namespace cli {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class Review : public Transfer {
 protected:
  std::string path(const std::string& name) const { return folder.file(name); }
  std::string text(const std::string& name) const { return support::read_file(path(name)); }
  json report() const { return json::parse(text("audit.json")); }

  // Every form of a dry run.
  void review(std::vector<std::string> options = {}) {
    options.insert(options.end(),
                   {"--dry-run", "--report", path("audit.json"), "--report", path("audit.html"), "--report",
                    path("audit.txt"), "--report", path("audit.md"), "--report", path("audit.xml")});
    transfer(options);
  }

  // As somebody copies it from the page, in a folder of its own.
  support::Run run_command(const std::string& command) {
    return support::run_program({"/bin/sh", "-c", "cd / && PATH=" PROGRAM_DIR ":$PATH " + command});
  }

  void users_and_posts() {
    schema(
        "CREATE TABLE users (id int PRIMARY KEY, email text NOT NULL UNIQUE, role text NOT NULL, \"passwordHash\" "
        "text, \"updatedAt\" timestamptz NOT NULL DEFAULT '2025-01-01'); CREATE TABLE posts (id int PRIMARY KEY, "
        "author int NOT NULL REFERENCES users); CREATE TABLE comments (id int PRIMARY KEY, post int NOT NULL "
        "REFERENCES "
        "posts)");
    const std::string rows =
        "INSERT INTO users SELECT g, 'u' || g || '@x', 'USER', md5(g::text) FROM generate_series(1, 50) g";
    source.run(rows);
    target.run(rows);
  }
};

TEST_F(Review, FindsOneForgedAmountAmongManyThousands) {
  schema("CREATE TABLE payments (id int PRIMARY KEY, amount numeric(12, 2) NOT NULL, paid date)");
  const std::string rows =
      "INSERT INTO payments SELECT g, g % 900 + 0.50, '2025-01-01' FROM generate_series(1, 200000) g";
  target.run(rows);
  source.run(rows + "; UPDATE payments SET amount = amount + 1; UPDATE payments SET amount = 999999 WHERE id = 148000");

  review();

  EXPECT_EQ(status, 0) << errors;
  for (const char* name : {"audit.html", "audit.txt", "audit.md"})
    EXPECT_THAT(text(name), AllOf(HasSubstr("id=148000"), HasSubstr("999999"), HasSubstr("the largest move of amount")))
        << name;
  const json column = report()["tables"][0]["details"]["changed_columns"][0];
  EXPECT_EQ(column["greatest"], json::parse(R"({"before": "899.50", "after": "999999.00"})"));
  EXPECT_EQ(column["sum"]["before"], target.value("SELECT sum(amount) FROM payments"));
  EXPECT_EQ(column["sum"]["after"], source.value("SELECT sum(amount) FROM payments"));
}

TEST_F(Review, TellsOfThreeChangedAdministratorsAtTheTop) {
  users_and_posts();
  source.run(
      "UPDATE users SET \"updatedAt\" = '2025-02-01'; UPDATE users SET role = 'ADMIN', \"passwordHash\" = 'forged' "
      "WHERE id IN (7, 8, 9); INSERT INTO users VALUES (60, 'new@x', 'ADMIN', 'h')");

  review();

  std::vector<std::string> told;
  const json audit = report();
  for (const json& fact : audit["facts"]) told.push_back(fact["fact"]);
  EXPECT_THAT(told, ElementsAre("users.role says who may do what, and changes in 3 rows of the target.",
                                "1 row inserted into users says who may do what by role: ADMIN 1.",
                                "users.passwordHash holds secrets (passwords, hashes, tokens): those of 3 rows of the "
                                "target are replaced."));
  EXPECT_EQ(report()["tables"][0]["changed_sets"][0]["columns"].dump(), R"(["role","passwordHash","updatedAt"])");
  EXPECT_THAT(text("audit.html"),
              AllOf(HasSubstr("id=7"), HasSubstr("id=8"), HasSubstr("id=9"), Not(HasSubstr("forged"))));
  for (const json& row : audit["decisions"]) {
    if (row["verdict"] != "insert") continue;
    EXPECT_EQ(row["values"][2].dump(), R"({"column":"role","value":{"form":"whole","text":"ADMIN"}})");
  }
}

TEST_F(Review, CountsRowsNewerInTheTargetAndItsRemedyLeavesThemAlone) {
  users_and_posts();
  source.run("UPDATE users SET \"updatedAt\" = '2025-02-01', email = 'n' || email");
  target.run("UPDATE users SET \"updatedAt\" = '2025-06-01' WHERE id <= 20");

  review();

  const json fact = report()["facts"][0];
  EXPECT_EQ(fact["fact"], "20 of 50 updates overwrite rows that are newer in the target than in the file: users 20.");
  const support::Run remedy = run_command(fact["command"].get<std::string>() + " --json --force");
  ASSERT_TRUE(json::accept(remedy.out)) << remedy.out << remedy.err;
  EXPECT_EQ(json::parse(remedy.out)["total"]["skipped"], 20);
}

TEST_F(Review, SaysWhichRowsHoldBackOthersAndHowManyMatchingWouldLetIn) {
  users_and_posts();
  source.run(
      "INSERT INTO users SELECT 100 + g, 'taken' || g || '@x', 'USER', 'h' FROM generate_series(1, 3) g; INSERT INTO "
      "posts SELECT g, 101 + g % 3 FROM generate_series(1, 9) g; INSERT INTO comments VALUES (1, 1), (2, 1), (3, 2)");
  target.run("INSERT INTO users SELECT 900 + g, 'taken' || g || '@x', 'USER', 'h' FROM generate_series(1, 3) g");

  review();

  EXPECT_EQ(status, 4);
  EXPECT_EQ(report()["tables"][0]["details"]["blocking"].dump(),
            R"([{"constraint":"users_email_key","held_back":12,"match":["email"],"matched":3,"needed":3}])");
  json mended;
  const json audit = report();
  for (const json& fact : audit["facts"])
    if (fact["command"].get<std::string>().find("--match users=email") != std::string::npos) mended = fact;
  const support::Run remedy = run_command(mended["command"].get<std::string>() + " --json --force");
  ASSERT_TRUE(json::accept(remedy.out)) << remedy.out << remedy.err;
  EXPECT_EQ(
      json::parse(remedy.out)["total"]["conflict"].get<int>() + json::parse(remedy.out)["total"]["invalid"].get<int>(),
      0)
      << "what was computed is what happens";
}

TEST_F(Review, DoesNotPromiseThatMatchingLetsInARowOfWhichSomebodyElseHoldsAnotherKey) {
  schema("CREATE TABLE t (id int PRIMARY KEY, email text UNIQUE NOT NULL, phone text UNIQUE NOT NULL)");
  source.run("INSERT INTO t VALUES (1, 'a', 'p1'), (2, 'b', 'p2')");
  target.run("INSERT INTO t VALUES (10, 'a', 'q1'), (11, 'b', 'q2'), (12, 'z', 'p2')");

  review();

  const json blocking = report()["tables"][0]["details"]["blocking"];
  ASSERT_EQ(blocking.size(), 1U);
  EXPECT_EQ(blocking[0]["constraint"], "t_email_key");
  EXPECT_EQ(blocking[0]["matched"], 1) << blocking;
}

TEST_F(Review, OfFiveHundredConflictsOfOneCauseIsOneCause) {
  schema("CREATE TABLE t (id int PRIMARY KEY, code text NOT NULL UNIQUE, n int CHECK (n > 0))");
  source.run("INSERT INTO t SELECT g, 'c' || g, 1 FROM generate_series(1, 500) g; INSERT INTO t VALUES (600, 'z', 1)");
  target.run(
      "INSERT INTO t SELECT 1000 + g, 'c' || g, 1 FROM generate_series(1, 500) g; ALTER TABLE t DROP CONSTRAINT "
      "t_n_check; ALTER TABLE t ADD CONSTRAINT small CHECK (id < 600 OR id > 1000)");

  review();

  EXPECT_EQ(
      report()["tables"][0]["causes"].dump(),
      R"([{"cause":"t_code_key","rows":500,"verdict":"conflict"},{"cause":"small","rows":1,"verdict":"invalid"}])");
  EXPECT_THAT(text("audit.html"), HasSubstr("id=600"));
  EXPECT_THAT(text("audit.xml"), HasSubstr("message=\"500 rows left out: t_code_key\""));
  const support::Run told = run_import({"--dry-run"});
  EXPECT_THAT(told.out, AllOf(HasSubstr("t: … and 497 more for t_code_key\n"), HasSubstr("t record 501 (byte ")));
}

TEST_F(Review, GivesACommandThatAppliesWhatWasApprovedFromAnyFolder) {
  users_and_posts();
  source.run("INSERT INTO users VALUES (60, 'new@x', 'USER', 'h')");

  review();

  const std::string command = report()["command"];
  EXPECT_THAT(command, AllOf(HasSubstr(" --apply "), HasSubstr("--url "), HasSubstr(target.name())));
  EXPECT_THAT(text("audit.txt"), HasSubstr(command));
  const support::Run applied = run_command(command);
  EXPECT_EQ(applied.status, 0) << applied.err;
  EXPECT_EQ(target.value("SELECT count(*) FROM users"), "51");
}

TEST_F(Review, GivesNoCommandToApplyWhatIsBlocked) {
  users_and_posts();
  source.run("INSERT INTO users VALUES (60, 'taken@x', 'USER', 'h')");
  target.run("INSERT INTO users VALUES (90, 'taken@x', 'USER', 'h')");

  review({"--atomic"});

  EXPECT_EQ(report()["command"], "");
  for (const char* name : {"audit.html", "audit.txt", "audit.md"})
    EXPECT_THAT(text(name), AllOf(HasSubstr("BLOCKED"), Not(HasSubstr("--apply")))) << name;
}

TEST_F(Review, IsNeverReadyWhereTheRoleMayNotDoWhatTheImportNeeds) {
  users_and_posts();
  source.run("INSERT INTO users VALUES (60, 'new@x', 'USER', 'h')");
  const std::string role = target.name() + "_reader";
  target.run("CREATE ROLE " + role + " LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO " + role);

  review({"--url", target.url() + "&user=" + role});

  EXPECT_EQ(report()["verdict"], "blocked") << errors;
  EXPECT_THAT(report()["missing_grants"].dump(), AllOf(HasSubstr("GRANT INSERT"), HasSubstr("users")));
  EXPECT_THAT(text("audit.html"), AllOf(HasSubstr("BLOCKED</h1>"), HasSubstr("GRANT INSERT")));
  target.run("DROP OWNED BY " + role + "; DROP ROLE " + role);
}

TEST_F(Review, TellsTheFileAsSha256sumDoes) {
  users_and_posts();
  review();

  const std::string told = support::run_program({"sha256sum", file}).out;
  EXPECT_EQ(report()["file"]["whole"]["sha256"], told.substr(0, 64));
  EXPECT_EQ(report()["file"]["whole"]["bytes"], support::read_file(file).size());
  EXPECT_EQ(report()["file"]["source"]["system_identifier"],
            target.value("SELECT system_identifier FROM pg_control_system()"));
}

TEST_F(Review, ShowsNoPasswordOfTheTarget) {
  users_and_posts();
  run_export();
  run_import({"--dry-run", "--report", path("audit.txt"), "--report", path("audit.json"), "--url",
              target.url() + "&password=geheim"});

  EXPECT_THAT(text("audit.txt") + text("audit.json"), AllOf(HasSubstr("--url "), Not(HasSubstr("geheim"))));
}

TEST_F(Review, IsTheSameShapeForProgramsWithTheExitStatusAndErrorsToo) {
  users_and_posts();
  run_export();
  const json result = json::parse(run_import({"--json"}).out);
  EXPECT_EQ(result["report"].dump(), R"({"name":"db-transfer audit","version":2})");
  EXPECT_EQ(result["exit_status"], 0);
  EXPECT_EQ(result["tables"][0]["counts"]["unchanged"], 50);

  file = "/etc/hostname";
  const support::Run failed = run_import({"--json"});
  const json error = json::parse(failed.out)["error"];
  EXPECT_EQ(failed.status, 6);
  EXPECT_EQ(error["exit_status"], 6);
  EXPECT_EQ(error["kind"], "file");
  EXPECT_THAT(failed.err, HasSubstr(error["message"].get<std::string>()));
  const support::Run misspelt = run_import({"--json", "--dry-runn"});
  EXPECT_EQ(json::parse(misspelt.out)["error"]["kind"], "usage");
}

}  // namespace
}  // namespace cli
