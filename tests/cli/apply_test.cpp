// What was approved is what happens: a plan of a dry run, applied while everything stays, and after everything that may
// have moved, through the real programs.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "cli/apply_fixture.h"

namespace cli {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::string text_of(const std::string& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

TEST_F(Apply, DoesWhatWasApproved) {
  make_plan();
  const support::Run run = apply();
  EXPECT_EQ(run.status, 4) << run.err;
  EXPECT_EQ(target.value("SELECT string_agg(name, ',' ORDER BY id) FROM users"), "Ann,Bob,Dan,Cy");
  EXPECT_EQ(target.value("SELECT count(*) FROM tags"), "1");
}

// --match lets the target say which ids are written: who they are is part of what was approved.
TEST_F(Apply, HoldsWhichRowsOfTheTargetTheForeignKeysMean) {
  const std::string match = "users=email";
  for (const auto& [move, what] : std::vector<std::pair<std::string, std::string>>{
           {"UPDATE users SET email = 'tmp' WHERE id = 1; UPDATE users SET email = 'a@x' WHERE id = 2; UPDATE users "
            "SET "
            "email = 'b@x' WHERE id = 1",
            "author \"2\", now \"1\""},
           {"UPDATE users SET id = 22 WHERE id = 2", "author \"2\", now \"22\""}}) {
    target.run("DELETE FROM posts");
    make_plan({"--match", match});
    target.run(move);
    expect_moved(what);
  }
  make_plan({"--match", match});
  EXPECT_EQ(apply().status, 0);
  EXPECT_EQ(
      target.value("SELECT count(*) FROM posts p JOIN users u ON u.id = p.author WHERE p.id = 11 AND u.email = 'b@x'"),
      "1");
}

TEST_F(Apply, ShowsThePlansIdInEveryFormAndOnTheTerminal) {
  const support::Run made = run_import({"--dry-run", "--report", plan, "--report", in_folder("a.html"), "--report",
                                        in_folder("a.txt"), "--report", in_folder("a.md")});
  const auto report = nlohmann::json::parse(text_of(plan));
  const std::string id = report["plan"]["id"].get<std::string>().substr(0, 12);
  for (const char* name : {"a.html", "a.txt", "a.md"}) EXPECT_THAT(text_of(in_folder(name)), HasSubstr(id)) << name;
  EXPECT_THAT(made.out, HasSubstr(id));
  EXPECT_THAT(apply().out, HasSubstr("By plan " + id));
}

TEST_F(Apply, NeedsTheKeyThatAReviewerDoesNot) {
  make_plan();
  struct stat key {};
  ASSERT_EQ(::stat((plan + ".key").c_str(), &key), 0);
  EXPECT_EQ(key.st_mode & 07777U, 0600U);
  EXPECT_THAT(text_of(plan), Not(HasSubstr(text_of(plan + ".key").substr(0, 64))));
  fs::rename(plan + ".key", in_folder("elsewhere"));
  EXPECT_EQ(apply().status, 10);
  std::ofstream(plan + ".key") << std::string(64, 'a') << "\n";
  EXPECT_EQ(apply().status, 6);
}

TEST_F(Apply, CallsAPlanInThePlaceOfTheExportWhatItIs) {
  make_plan();
  const support::Run run = support::run_program({PROGRAM_DIR "/db-import", plan, "--url", target.url()});
  EXPECT_EQ(run.status, 6);
  EXPECT_THAT(run.err, AllOf(HasSubstr("is a report of db-import, not an export"), HasSubstr("--apply REPORT")));
}

TEST_F(Apply, NamesARowThatSomebodyChanged) {
  make_plan();
  target.run("UPDATE users SET name = 'Anne' WHERE id = 1");
  expect_moved("users id=1: approved update name \"Anna\" → \"Ann\"");
  expect_moved("somebody changed name from \"Anna\" to \"Anne\"");
}

TEST_F(Apply, SeesAChangeBehindAMaskedOrACutValueAndInAColumnThatTheFileLacks) {
  target.run("ALTER TABLE users ADD seen int");
  make_plan();
  target.run("UPDATE users SET \"passwordHash\" = 'hunter3' WHERE id = 1");
  expect_moved("users id=1");
  target.run("UPDATE users SET \"passwordHash\" = 'hunter1', bio = repeat('y', 2999) || 'z' WHERE id = 1");
  expect_moved("a value of the row that is not shown");
  target.run("UPDATE users SET bio = repeat('y', 3000), seen = 1 WHERE id = 1");
  expect_moved("a value of the row that is not shown");
  target.run("UPDATE users SET seen = NULL WHERE id = 1");
  EXPECT_EQ(apply().status, 4);
}

// The server's own hash functions take these values for the same.
TEST_F(Apply, SeesAChangeOfANumbersSignAndOfWhatHas64Bits) {
  schema(
      "CREATE TABLE m (id int PRIMARY KEY, v text, n numeric(6,2), b bigint, at timestamptz, w timestamp, c time, f "
      "numeric)");
  source.run("INSERT INTO m VALUES (1, 'new', 5, 0, '2025-01-01', '2025-01-01', '00:00', 5)");
  target.run("INSERT INTO m VALUES (1, 'old', 5, 0, '2025-01-01', '2025-01-01', '00:00', 5)");
  ASSERT_EQ(run_export().status, 0);
  make_plan();
  for (const std::string column : {"n", "b", "at", "w", "c", "f"}) {
    const std::string step = column == "n" || column == "f" ? "(-10)"
                             : column == "b"                ? "4294967297"
                                                            : "interval '4294.967297 s'";
    target.run("UPDATE m SET " + column + " = " + column + " + " + step);
    expect_moved("m id=1");
    target.run("UPDATE m SET " + column + " = " + column + " - " + step);
  }
  EXPECT_EQ(apply().status, 4);
}

TEST_F(Apply, NamesRowsThatCameAndWent) {
  make_plan();
  target.run("INSERT INTO users VALUES (4, 'd@x', 'Don', 'h', NULL)");
  expect_moved("users id=4: approved insert; now update");
  target.run("DELETE FROM users WHERE id = 4; DELETE FROM posts; DELETE FROM users WHERE id = 2");
  expect_moved("users id=2: approved unchanged; now insert; somebody deleted the row");
  expect_moved("posts id=10: approved update");
}

TEST_F(Apply, NamesARowThatSomebodyElsesRowNowStandsAgainst) {
  make_plan();
  target.run("INSERT INTO users VALUES (8, 'd@x', 'Eve', 'h', NULL)");
  expect_moved("users id=4: approved insert; now conflict: ");
}

TEST_F(Apply, SeesAChangeOfTheRowThatAConflictIsWith) {
  make_plan();
  target.run("UPDATE users SET name = 'Cyd' WHERE id = 9");
  expect_moved("somebody changed name from \"Cy\" to \"Cyd\"");
}

// Its verdict is an update because another team takes its code over, although the file has it as it is.
TEST_F(Apply, SeesAChangeOfARowThatACascadeReaches) {
  for (support::Database* database : {&source, &target})
    database->run(
        "CREATE TABLE teams (id int PRIMARY KEY, code text UNIQUE); CREATE TABLE players (id int PRIMARY "
        "KEY, code text REFERENCES teams (code) ON UPDATE CASCADE, note text)");
  source.run(
      "ALTER TABLE players DROP note; INSERT INTO teams VALUES (1, 'c'), (2, 'a'); INSERT INTO players VALUES (1, "
      "'a')");
  target.run("INSERT INTO teams VALUES (1, 'a'), (2, 'b'); INSERT INTO players VALUES (1, 'a', 'x')");
  ASSERT_EQ(run_export({"--force"}).status, 0);
  make_plan();
  target.run("UPDATE players SET note = 'y'");
  expect_moved("players id=1");
  target.run("UPDATE players SET note = 'x'");
  EXPECT_EQ(apply().status, 4);
  EXPECT_EQ(target.value("SELECT code || note FROM players"), "ax");
}

TEST_F(Apply, TakesRowsThatAreDoneAlreadyOnlyWhereThatIsTolerated) {
  make_plan();
  target.run("UPDATE posts SET title = 'one' WHERE id = 10; INSERT INTO users VALUES (4, 'd@x', 'Dan', 'h', NULL)");
  expect_moved("posts id=10: approved update title \"uno\" → \"one\"; now unchanged");
  const support::Run run = apply({"--tolerate-done"});
  EXPECT_EQ(run.status, 4) << run.err;
  EXPECT_EQ(target.value("SELECT name FROM users WHERE id = 1"), "Ann");
}

TEST_F(Apply, NamesAnotherFile) {
  make_plan();
  source.run("UPDATE users SET name = 'Mallory' WHERE id = 1");
  ASSERT_EQ(run_export().status, 0);
  expect_moved("it was made for another file");
}

TEST_F(Apply, NamesAnotherTargetAndWhatIsOtherThere) {
  make_plan();
  support::Database other;
  other.run("CREATE TABLE users (id int)");
  const support::Run run = apply({"--url", other.url()});
  EXPECT_EQ(run.status, 7);
  target.run("CREATE TABLE seen (id int)");  // not of the import
  target.disconnect();
  support::Database copy(target.name());
  const support::Run copied = apply({"--url", copy.url()});
  EXPECT_EQ(copied.status, 7);
  EXPECT_THAT(copied.err, AllOf(HasSubstr("another target: database"), HasSubstr("another target: database_oid")));
}

TEST_F(Apply, NamesWhatWasChangedInTheCatalog) {
  schema("CREATE FUNCTION shout() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'");
  target.run(
      "CREATE TRIGGER t BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION shout(); ALTER TABLE users DISABLE "
      "TRIGGER t");
  make_plan();
  target.run("ALTER TABLE users ENABLE TRIGGER t");
  expect_moved("the trigger t of public.users is new, or switched on");
  target.run("ALTER TABLE users DISABLE TRIGGER t; ALTER TABLE posts ADD seen int DEFAULT 1");
  expect_moved("the columns of public.posts is another");
  target.run("ALTER TABLE posts DROP COLUMN seen; CREATE RULE r AS ON UPDATE TO posts DO ALSO NOTHING");
  expect_moved("the rule r of public.posts is new");
  target.run("DROP RULE r ON posts; ALTER TABLE tags ALTER label SET NOT NULL");
  expect_moved("the columns of public.tags");
}

TEST_F(Apply, RefusesAPlanThatHasExpired) {
  make_plan({"--valid-for", "1s"});
  while (text_of(plan).empty() || apply({"--dry-run"}).status != 7) {
  }
  expect_moved("it expired at");
}

TEST_F(Apply, RefusesOptionsThatContradictThePlan) {
  make_plan({"--keep-newer", "--match", "users=email"});
  for (const std::vector<std::string>& options : std::vector<std::vector<std::string>>{{"--mode", "insert"},
                                                                                       {"--mode", "update"},
                                                                                       {"--match", "users=name"},
                                                                                       {"-t", "users"},
                                                                                       {"--atomic"},
                                                                                       {"--unsealed"},
                                                                                       {"--skip-audit"},
                                                                                       {"--on-conflict", "fail"},
                                                                                       {"--show-masked"}}) {
    const support::Run run = apply(options);
    EXPECT_EQ(run.status, 2) << options.front() << run.err;
    EXPECT_THAT(run.err, HasSubstr("contradict the plan"));
  }
  EXPECT_EQ(apply({"--mode", "upsert", "--keep-newer", "--match", "users=email"}).status, 0);
}

TEST_F(Apply, NeedsNoTransferFileButThePlan) {
  std::ofstream(in_folder("transfer.json"))
      << R"({"tables": {"users": {"match": ["email"]}, "posts": {"mode": "insert"}}})";
  make_plan({"--config", in_folder("transfer.json")});
  fs::remove(in_folder("transfer.json"));
  EXPECT_EQ(apply().status, 0);
  EXPECT_EQ(target.value("SELECT name FROM users WHERE id = 9"), "Cid");
  EXPECT_EQ(target.value("SELECT title FROM posts WHERE id = 10"), "uno");
}

TEST_F(Apply, RefusesAPlanThatWasCutOrEdited) {
  make_plan();
  const std::string whole = text_of(plan);
  const auto refused = [&](const std::string& text, const std::string& why) {
    std::ofstream(plan) << text;
    const support::Run run = apply();
    EXPECT_EQ(run.status, 6) << run.err;
    EXPECT_THAT(run.err, HasSubstr(why));
  };
  refused(whole.substr(0, whole.size() / 2), "cut short");
  refused(whole.substr(0, whole.size() - 1), "");
  std::string edited = whole;
  edited.replace(edited.find("\"verdict\":\"insert\""), 18, "\"verdict\":\"update\"");
  refused(edited, "was changed since it was written");
  refused(whole + "\n", "");
  refused("{\"report\": {\"name\": \"db-transfer audit\", \"version\": 1}, \"decisions\": []}\n", "version 1");
  refused("{}", "no report of db-import");
  refused(text_of(file), "no report of db-import");
  EXPECT_EQ(target.value("SELECT name FROM users WHERE id = 1"), "Anna");
}

TEST_F(Apply, RefusesTheReportOfAnImport) {
  make_plan();
  ASSERT_EQ(run_import({"--report", in_folder("done.json")}).status, 4);
  const support::Run run = run_import({"--apply", in_folder("done.json")});
  EXPECT_EQ(run.status, 6);
  EXPECT_THAT(run.err, HasSubstr("no plan"));
}

TEST_F(Apply, WritesTheNewStateBesideTheRefusal) {
  make_plan();
  target.run("UPDATE users SET name = 'Anne' WHERE id = 1");
  expect_moved("users id=1", {"--report", in_folder("now.json")});
  const auto now = nlohmann::json::parse(text_of(in_folder("now.json")));
  EXPECT_THAT(now["decisions"].dump(), HasSubstr("Anne"));
  plan = in_folder("now.json");
  EXPECT_EQ(apply().status, 4) << "it is a plan itself";
}

TEST_F(Apply, RollsBackWhatTheTargetsOwnCodeMakesOfIt) {
  target.run(
      "CREATE FUNCTION shout() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.name := upper(NEW.name); RETURN "
      "NEW; END'; CREATE TRIGGER t BEFORE INSERT OR UPDATE ON users FOR EACH ROW EXECUTE FUNCTION shout()");
  make_plan();
  expect_moved("with another value than the file's in name");
  make_plan({"--rehearse"});
  EXPECT_EQ(apply().status, 4);
  EXPECT_EQ(target.value("SELECT name FROM users WHERE id = 4"), "DAN");
}

TEST_F(Apply, RollsBackARowThatATriggerRefusesUnlessItWasRehearsed) {
  target.run(
      "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN IF NEW.id = 4 THEN RAISE 'not Dan'; "
      "END IF; RETURN NEW; END$$; CREATE TRIGGER t BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION refuse()");
  make_plan();
  expect_moved("users id=4: approved insert; now invalid: ");
  make_plan({"--rehearse"});
  EXPECT_EQ(apply().status, 4);
  EXPECT_EQ(target.value("SELECT count(*) FROM users WHERE id = 4"), "0");
  EXPECT_EQ(target.value("SELECT count(*) FROM posts"), "2");
}

TEST_F(Apply, HoldsARehearsedPlanToWhatWasForetoldAsWell) {
  target.run(
      "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN IF NEW.id = 4 THEN RAISE 'not Dan'; "
      "END IF; RETURN NEW; END$$; CREATE TRIGGER t BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION refuse()");
  make_plan({"--rehearse"});
  target.run("UPDATE posts SET title = 'eins' WHERE id = 10");
  expect_moved("posts id=10");
}

}  // namespace
}  // namespace cli
