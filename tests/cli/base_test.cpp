// The three-way merge: each line of what the file and the target did since the base, through the real programs.
#include <filesystem>

#include "cli/base_fixture.h"

namespace cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using Counts = std::vector<int>;  // insert, update, unchanged, conflict, invalid, skipped

class ThreeWay : public Base {
 protected:
  void SetUp() override {
    common(
        "CREATE TABLE users (id int PRIMARY KEY, email text NOT NULL UNIQUE, name text, age int);"
        "CREATE TABLE posts (id int PRIMARY KEY, author int NOT NULL REFERENCES users ON DELETE CASCADE, title text);"
        "INSERT INTO users VALUES (1, 'a@x', 'Ann', 30), (2, 'b@x', 'Bob', 40), (3, 'c@x', NULL, 50);"
        "INSERT INTO posts VALUES (10, 1, 'one'), (11, 2, 'two')");
  }
};

TEST_F(ThreeWay, LeavesAloneWhatTheTargetChangedAndTheFileDidNot) {
  target.run("UPDATE users SET name = 'Bobby' WHERE id = 2; UPDATE users SET name = 'Cid', age = NULL WHERE id = 3");
  const auto result = merged();
  EXPECT_EQ(status, 0) << errors;
  EXPECT_EQ(verdicts(result, "users"), (Counts{0, 0, 3, 0, 0, 0}));
  EXPECT_EQ(table(result, "users")["counts"]["kept"], 2);
  EXPECT_EQ(user(2), "b@x|Bobby|40");
  EXPECT_EQ(user(3), "c@x|Cid");
}

TEST_F(ThreeWay, SaysHowMuchItKept) {
  target.run("UPDATE users SET name = 'Bobby' WHERE id = 2");
  const support::Run run = merge({"--dry-run"});
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_THAT(run.out, AllOf(HasSubstr("Kept: 1 row as the target has it, where the file changed nothing since the "
                                       "base: changed there since, or "
                                       "left out by an import "
                                       "(users 1)"),
                             HasSubstr("the target has all that the file changed since the base")));
}

TEST_F(ThreeWay, WritesWhatTheFileChangedBesideWhatTheTargetChangedOfTheSameRow) {
  source.run("UPDATE users SET name = 'Anna' WHERE id = 1; INSERT INTO users VALUES (4, 'd@x', 'Dan', 1)");
  target.run("UPDATE users SET age = 31 WHERE id = 1");
  const auto result = merged();
  EXPECT_EQ(status, 0) << errors;
  EXPECT_EQ(verdicts(result, "users"), (Counts{1, 1, 2, 0, 0, 0}));
  EXPECT_EQ(table(result, "users")["counts"].value("kept", 0), 0);
  EXPECT_EQ(user(1), "a@x|Anna|31");
  EXPECT_EQ(user(4), "d@x|Dan|1");
}

TEST_F(ThreeWay, SetsNullAndTakesItBackAsAnyOtherValue) {
  source.run("UPDATE users SET name = NULL WHERE id = 1; UPDATE users SET name = 'Cid' WHERE id = 3");
  target.run("UPDATE users SET age = NULL WHERE id = 1; UPDATE users SET age = 51 WHERE id = 3");
  merged();
  EXPECT_EQ(user(1), "a@x");
  EXPECT_EQ(user(3), "c@x|Cid|51");
}

TEST_F(ThreeWay, HasNothingToDoWhereBothChangedToTheSame) {
  schema("UPDATE users SET name = 'Anna' WHERE id = 1");
  const auto result = merged();
  EXPECT_EQ(verdicts(result, "users"), (Counts{0, 0, 3, 0, 0, 0}));
  EXPECT_EQ(table(result, "users")["counts"].value("kept", 0), 0);
}

TEST_F(ThreeWay, LeavesOutARowThatBothChangedAndNamesTheColumnsWithAllValues) {
  source.run("UPDATE users SET name = 'Anna', email = 'anna@x' WHERE id = 1");
  target.run("UPDATE users SET name = 'Anne', age = 31 WHERE id = 1");
  const std::string report = folder.file("audit.json");
  const auto result = merged({}, {"--report", report, "--report", folder.file("audit.html")});
  EXPECT_EQ(status, 4);
  EXPECT_EQ(verdicts(result, "users"), (Counts{0, 0, 2, 1, 0, 0}));
  EXPECT_EQ(user(1), "a@x|Anne|31");
  const auto audit = nlohmann::json::parse(text_of(report));
  const auto& decision = audit["decisions"][0];
  EXPECT_EQ(decision["reason"], "changed in the file and in the target since the base: name");
  EXPECT_EQ(decision["constraint"], "--base");
  EXPECT_EQ(decision["changes"],
            nlohmann::json::parse(
                R"([{"column":"email","before":{"form":"whole","text":"a@x"},"after":{"form":"whole","text":"anna@x"},)"
                R"("base":{"form":"whole","text":"a@x"}},{"column":"name","before":{"form":"whole","text":"Anne"},)"
                R"("after":{"form":"whole","text":"Anna"},"base":{"form":"whole","text":"Ann"}}])"));
  EXPECT_EQ(audit["base"]["path"], last);
  EXPECT_THAT(text_of(folder.file("audit.html")), AllOf(HasSubstr("(base: "), HasSubstr("Ann")));
  const support::Run run = merge({"--dry-run", "--report", folder.file("audit.txt")});
  EXPECT_THAT(run.out, HasSubstr("conflict: changed in the file and in the target since the base: name; name: base "
                                 "Ann, target Anne, file Anna"));
}

TEST_F(ThreeWay, TakesARowThatIsNewOnBothSidesOnlyWhereItIsTheSame) {
  schema("INSERT INTO users VALUES (4, 'd@x', 'Dan', 1)");
  source.run("INSERT INTO users VALUES (5, 'e@x', 'Eve', 1)");
  target.run("INSERT INTO users VALUES (5, 'e@x', 'Eva', 1)");
  const auto result = merged();
  EXPECT_EQ(status, 4);
  EXPECT_EQ(verdicts(result, "users"), (Counts{0, 0, 4, 1, 0, 0}));
  EXPECT_EQ(table(result, "users")["left_out"][0]["reason"],
            "new in the file and in the target since the base, and not the same: name");
  EXPECT_EQ(user(5), "e@x|Eva|1");
}

TEST_F(ThreeWay, LetsARowStayAwayThatTheTargetDeletedAndNamesIt) {
  target.run("DELETE FROM users WHERE id = 2");
  const std::string report = folder.file("audit.json");
  const auto result = merged({}, {"--report", report});
  EXPECT_EQ(status, 0) << errors;
  EXPECT_EQ(verdicts(result, "users"), (Counts{0, 0, 3, 0, 0, 0}));
  EXPECT_EQ(verdicts(result, "posts"), (Counts{0, 0, 2, 0, 0, 0}));
  EXPECT_EQ(table(result, "users")["counts"]["gone"], 1);
  EXPECT_EQ(user(2), "");
  const auto audit = nlohmann::json::parse(text_of(report));
  ASSERT_EQ(audit["decisions"].size(), 2);
  EXPECT_EQ(audit["decisions"][0]["verdict"], "unchanged");
  EXPECT_EQ(audit["decisions"][0]["key"], "id=2");
  const support::Run run = merge();
  EXPECT_THAT(run.out, AllOf(HasSubstr("Kept away: users record 2 id=2: as in the base, and not in the target"),
                             HasSubstr("Kept away: posts record 2 id=11")));
}

TEST_F(ThreeWay, TakesNoRowForAParentThatStaysAway) {
  target.run("DELETE FROM users WHERE id = 2");
  source.run("INSERT INTO posts VALUES (12, 2, 'new')");
  const auto result = merged();
  EXPECT_EQ(status, 4);
  EXPECT_EQ(verdicts(result, "posts"), (Counts{0, 0, 2, 0, 1, 0}));
  EXPECT_THAT(table(result, "posts")["left_out"][0]["reason"].get<std::string>(), HasSubstr("the parent users id=2"));
}

TEST_F(ThreeWay, LeavesOutARowThatTheFileChangedAndTheTargetDeleted) {
  target.run("DELETE FROM users WHERE id = 2");
  source.run("UPDATE users SET name = 'Bobby' WHERE id = 2");
  const std::string report = folder.file("audit.json");
  const auto result = merged({}, {"--report", report});
  EXPECT_EQ(verdicts(result, "users"), (Counts{0, 0, 2, 1, 0, 0}));
  EXPECT_EQ(user(2), "");
  const auto audit = nlohmann::json::parse(text_of(report));
  EXPECT_EQ(audit["decisions"][0]["reason"], "changed in the file since the base, and gone from the target: name");
  EXPECT_EQ(audit["decisions"][0]["changes"][0]["base"]["text"], "Bob");
  EXPECT_EQ(audit["decisions"][0]["changes"][0]["after"]["text"], "Bobby");
}

TEST_F(ThreeWay, OfWholeRowsLeavesOutWhatBothChangedInAnyColumn) {
  source.run("UPDATE users SET name = 'Anna' WHERE id = 1; UPDATE users SET name = 'Bobby' WHERE id = 2");
  target.run("UPDATE users SET age = 31 WHERE id = 1; UPDATE users SET age = 51 WHERE id = 3");
  const auto result = merged({"--base-unit", "row"});
  EXPECT_EQ(status, 4);
  EXPECT_EQ(verdicts(result, "users"), (Counts{0, 1, 1, 1, 0, 0}));
  EXPECT_EQ(table(result, "users")["left_out"][0]["reason"],
            "the file and the target both changed the row since the base: name, age");
  EXPECT_EQ(user(1), "a@x|Ann|31");
  EXPECT_EQ(user(2), "b@x|Bobby|40");
  EXPECT_EQ(user(3), "c@x|51");
}

TEST_F(ThreeWay, DeletesNothingThatTheFileLacks) {
  source.run("DELETE FROM posts; DELETE FROM users WHERE id = 3");
  const auto result = merged();
  EXPECT_EQ(status, 0) << errors;
  EXPECT_EQ(target.value("SELECT count(*) FROM users"), "3");
}

TEST_F(ThreeWay, DeletesOnlyWhatTheBaseHadAndTheTargetLeftAsItWas) {
  schema("INSERT INTO users VALUES (4, 'd@x', 'Dan', 1), (5, 'e@x', 'Eve', 1)");
  keep_base();
  source.run("DELETE FROM posts; DELETE FROM users WHERE id > 1");
  target.run(
      "INSERT INTO users VALUES (7, 'own@x', 'Own', 1); UPDATE users SET age = 2 WHERE id = 4;"
      "DELETE FROM users WHERE id = 5; INSERT INTO posts VALUES (15, 3, 'own')");
  const std::string there = rows();
  EXPECT_EQ(run_export().status, 0);
  const support::Run run = run_import({"--base", last, "--delete-missing", "*", "--limit", "delete=9", "--save-undo",
                                       undo, "--report", folder.file("audit.json")});
  EXPECT_EQ(run.status, 4) << run.err;
  EXPECT_EQ(target.value("SELECT string_agg(id::text, ' ' ORDER BY id) FROM users"), "1 3 4 7");
  EXPECT_EQ(target.value("SELECT string_agg(id::text, ' ' ORDER BY id) FROM posts"), "15");
  EXPECT_THAT(run.out, AllOf(HasSubstr("users (not in the file) id=4: conflict: gone from the file, but changed in the "
                                       "target since the base"),
                             HasSubstr("posts id=15 refers to it")));
  const auto total = nlohmann::json::parse(text_of(folder.file("audit.json")))["total"];
  EXPECT_EQ(total["delete"], 3);
  EXPECT_EQ(total["missing"], 5);
  EXPECT_EQ(take_back().status, 0);
  EXPECT_EQ(rows(), there);
}

TEST_F(ThreeWay, ASecondImportWritesNothing) {
  source.run("UPDATE users SET name = 'Anna' WHERE id = 1; INSERT INTO users VALUES (4, 'd@x', 'Dan', 1)");
  target.run("UPDATE users SET age = 31 WHERE id = 1");
  merged();
  const std::string before_second = writes();
  EXPECT_EQ(merge().status, 0);
  EXPECT_EQ(writes(), before_second);
}

TEST_F(ThreeWay, IsTakenBackToWhatTheTargetHad) {
  source.run("UPDATE users SET name = 'Anna' WHERE id = 1; INSERT INTO users VALUES (4, 'd@x', 'Dan', 1)");
  target.run("UPDATE users SET age = 31 WHERE id = 1; UPDATE users SET age = 41 WHERE id = 2");
  const std::string there = rows();
  const support::Run run = merge({"--save-undo", undo});
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_NE(rows(), there);
  EXPECT_EQ(take_back().status, 0);
  EXPECT_EQ(rows(), there);
}

TEST_F(ThreeWay, TellsAChangeByBytesAsImportsDo) {
  schema(
      "CREATE TABLE odd (id int PRIMARY KEY, n numeric, j json, x xml, p point, f float8);"
      "INSERT INTO odd VALUES (1, 1.0, '{\"a\":1}', '<a/>', '(1,2)', 0)");
  keep_base();
  source.run("UPDATE odd SET n = 1.00, f = '-0' WHERE id = 1");
  target.run("UPDATE odd SET j = '{\"a\": 1}', x = '<b/>', p = '(2,1)' WHERE id = 1");
  const auto result = merged();
  EXPECT_EQ(status, 0) << errors;
  EXPECT_EQ(target.value("SELECT ROW(n, j, x, p, f)::text FROM odd"), R"x((1.00,"{""a"": 1}",<b/>,"(2,1)",-0))x");
  EXPECT_EQ(verdicts(result, "odd"), (Counts{0, 1, 0, 0, 0, 0}));
}

TEST_F(ThreeWay, CountsEqualRowsOfATableWithoutAKey) {
  schema("CREATE TABLE logs (line text); INSERT INTO logs VALUES ('both'), ('both'), ('gone'), ('kept')");
  keep_base();
  source.run("INSERT INTO logs VALUES ('both'), ('both'), ('new')");
  target.run("INSERT INTO logs VALUES ('both'); DELETE FROM logs WHERE line = 'gone'");
  const auto result = merged();
  EXPECT_EQ(status, 0) << errors;
  EXPECT_EQ(target.value("SELECT string_agg(line, ' ' ORDER BY line) FROM logs"), "both both both both kept new");
  EXPECT_EQ(table(result, "logs")["counts"]["gone"], 1);
}

TEST_F(ThreeWay, TakesTheLaterTimeWhereARowIsWrittenAndNeverAConflictOfTimesAlone) {
  schema(
      "CREATE TABLE notes (id int PRIMARY KEY, a text, b text, \"updatedAt\" timestamptz);"
      "INSERT INTO notes SELECT i, 'a', 'b', '2025-01-01' FROM generate_series(1, 5) i");
  keep_base();
  source.run(
      "UPDATE notes SET a = 'A', \"updatedAt\" = '2025-02-01' WHERE id IN (1, 2);"
      "UPDATE notes SET \"updatedAt\" = '2025-02-01' WHERE id IN (3, 4)");
  target.run(
      "UPDATE notes SET b = 'B', \"updatedAt\" = '2025-03-01' WHERE id IN (1, 3, 5);"
      "UPDATE notes SET b = 'B', \"updatedAt\" = '2025-01-15' WHERE id = 2");
  const auto result = merged();
  EXPECT_EQ(status, 0) << errors;
  EXPECT_EQ(target.value("SELECT string_agg(concat(id, a, b, ' ', \"updatedAt\"::date), ', ' ORDER BY id) FROM notes"),
            "1AB 2025-03-01, 2AB 2025-02-01, 3aB 2025-03-01, 4ab 2025-02-01, 5aB 2025-03-01");
  EXPECT_EQ(verdicts(result, "notes"), (Counts{0, 3, 2, 0, 0, 0}));
}

TEST_F(ThreeWay, TakesWhatTheBaseLacksForNewOnBothSidesAndSaysSo) {
  schema(
      "ALTER TABLE users ADD city text; CREATE TABLE tags (id int PRIMARY KEY, label text);"
      "INSERT INTO tags VALUES (1, 'red')");
  source.run("UPDATE users SET city = 'Rome' WHERE id = 1; INSERT INTO tags VALUES (2, 'blue')");
  target.run("UPDATE users SET name = 'Bobby' WHERE id = 2; INSERT INTO tags VALUES (2, 'green')");
  const auto result = merged();
  EXPECT_EQ(status, 4);
  EXPECT_EQ(verdicts(result, "users"), (Counts{0, 0, 2, 1, 0, 0}));
  EXPECT_EQ(verdicts(result, "tags"), (Counts{0, 0, 1, 1, 0, 0}));
  EXPECT_THAT(result["differences"].dump(),
              AllOf(HasSubstr("users.city is not in the base"), HasSubstr("tags is not in the base")));
}

TEST_F(ThreeWay, PassesOverWhatTheBaseHasAndTheFileHasNot) {
  schema("ALTER TABLE users DROP age; DROP TABLE posts");
  source.run("UPDATE users SET name = 'Anna' WHERE id = 1");
  target.run("UPDATE users SET name = 'Bobby' WHERE id = 2");
  const auto result = merged();
  EXPECT_EQ(status, 0) << errors;
  EXPECT_EQ(verdicts(result, "users"), (Counts{0, 1, 2, 0, 0, 0}));
}

TEST_F(ThreeWay, FindsTheBaseUnderTheTargetsNames) {
  target.run("ALTER TABLE users RENAME TO people; ALTER TABLE people RENAME name TO called");
  source.run("UPDATE users SET name = 'Anna' WHERE id = 1");
  target.run("UPDATE people SET called = 'Bobby' WHERE id = 2");
  const std::string config = folder.file("db-transfer.json");
  std::ofstream(config) << R"({"rename": {"tables": {"users": "people"}, "columns": {"users.name": "called"}}})";
  const auto result = merged({"--config", config});
  EXPECT_EQ(status, 0) << errors;
  EXPECT_EQ(target.value("SELECT string_agg(called, ' ' ORDER BY id) FROM people"), "Anna Bobby");
}

TEST_F(ThreeWay, KeepsTheTargetsValueOfAColumnThatMakesNoDifference) {
  const std::string config = folder.file("db-transfer.json");
  std::ofstream(config) << R"({"tables": {"users": {"ignore": ["age"]}}})";
  source.run("UPDATE users SET age = 1; UPDATE users SET name = 'Anna' WHERE id = 1");
  target.run("UPDATE users SET age = 2 WHERE id = 1");
  const auto result = merged({"--config", config});
  EXPECT_EQ(status, 0) << errors;
  EXPECT_EQ(verdicts(result, "users"), (Counts{0, 1, 2, 0, 0, 0}));
  EXPECT_EQ(user(1), "a@x|Anna|2");
  EXPECT_EQ(user(2), "b@x|Bob|40");
}

TEST_F(ThreeWay, JudgesTheMergedRowByItsKeys) {
  source.run("UPDATE users SET email = 'new@x' WHERE id = 1");
  target.run("UPDATE users SET email = 'new@x' WHERE id = 2");
  const auto result = merged();
  EXPECT_EQ(status, 4);
  EXPECT_EQ(table(result, "users")["left_out"][0]["constraint"], "users_email_key");
  EXPECT_EQ(user(1), "a@x|Ann|30");
}

TEST_F(ThreeWay, DoesNotTakeAnEmptyTargetForAFirstLoad) {
  target.run("TRUNCATE users, posts");
  const auto result = merged();
  EXPECT_EQ(status, 0) << errors;
  EXPECT_EQ(target.value("SELECT count(*) FROM users"), "0");
  EXPECT_EQ(result["total"]["gone"], 5);
}

TEST_F(ThreeWay, WorksBesideManyRowsAndPlansOfTheirOwn) {
  schema(
      "CREATE TABLE many (id int PRIMARY KEY, a int, b int);"
      "INSERT INTO many SELECT i, i, i FROM generate_series(1, 3000) i");
  keep_base();
  source.run("UPDATE many SET a = -1 WHERE id % 3 = 0");
  target.run(
      "UPDATE many SET b = -2 WHERE id % 2 = 0; UPDATE many SET a = -3 WHERE id = 3; DELETE FROM many WHERE id = 5");
  const auto result = merged();
  EXPECT_EQ(verdicts(result, "many"), (Counts{0, 999, 2000, 1, 0, 0}));
  EXPECT_EQ(table(result, "many")["counts"]["kept"], 1000);
  EXPECT_EQ(target.value("SELECT count(*) FROM many WHERE a = -1 AND b = -2"), "500");
}

TEST_F(ThreeWay, IsAppliedOnlyWithTheBaseThatThePlanWasMadeWith) {
  source.run("UPDATE users SET name = 'Anna' WHERE id = 1");
  target.run("UPDATE users SET age = 31 WHERE id = 1");
  const std::string plan = folder.file("plan.json");
  EXPECT_EQ(merge({"--dry-run", "--report", plan}).status, 0);
  expect_refused({"--apply", plan}, 2, "was made with a base");
  const std::string other = folder.file("other.json");
  std::filesystem::copy_file(file, other);
  expect_refused({"--apply", plan, "--base", other}, 7, "it was made with another base");
  expect_refused({"--apply", plan, "--base", last, "--base-unit", "row"}, 2, "base_unit");
  const support::Run run = run_import({"--apply", plan, "--base", last});
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_EQ(user(1), "a@x|Anna|31");
  std::filesystem::remove(plan);
  EXPECT_EQ(run_import({"--dry-run", "--report", plan}).status, 0);
  expect_refused({"--apply", plan, "--base", last}, 2, "was made without a base");
}

TEST_F(ThreeWay, NoticesWhatMovedSinceThePlan) {
  source.run("UPDATE users SET name = 'Anna' WHERE id = 1");
  const std::string plan = folder.file("plan.json");
  EXPECT_EQ(merge({"--dry-run", "--report", plan}).status, 0);
  target.run("UPDATE users SET name = 'Anne' WHERE id = 1");
  expect_refused({"--apply", plan, "--base", last}, 7, "the plan no longer holds");
}

TEST_F(ThreeWay, RefusesWhatItCannotDoYet) {
  ASSERT_EQ(run_export().status, 0);
  expect_refused({"--base", last, "--match", "users=email"}, 2, "--base and --match do not go together yet");
  expect_refused({"--base", last, "--keep-newer"}, 2, "--base and --keep-newer");
  expect_refused({"--base-unit", "row"}, 2, "--base-unit goes with --base");
  expect_refused({"--base", "-"}, 2, "--base needs the name of a file");
  const std::string config = folder.file("db-transfer.json");
  std::ofstream(config) << R"({"tables": {"users": {"match": ["email"]}}})";
  expect_refused({"--base", last, "--config", config}, 2, "users has both");
}

TEST_F(ThreeWay, RefusesABaseThatIsNoSoundExport) {
  source.run("UPDATE users SET name = 'Anna' WHERE id = 1; INSERT INTO users VALUES (4, 'd@x', 'Dan', 1)");
  ASSERT_EQ(run_export().status, 0);
  std::string text = text_of(last);
  text.replace(text.find("Bob"), 3, "Bib");
  const std::string edited = folder.file("edited.json");
  std::ofstream(edited) << text;
  expect_refused({"--base", edited}, 6, "seal");
  expect_refused({"--base", edited, "--unsealed"}, 6, "seal");
  expect_refused({"--base", folder.file("nowhere.json")}, 2, "nowhere.json");
  target.run("ALTER TABLE users ADD CHECK (id < 4)");
  const std::string rejects = folder.file("rejects.json");
  EXPECT_EQ(run_import({"--save-undo", undo, "--rejects", rejects}).status, 4);
  expect_refused({"--base", undo}, 2, "is an undo file, no export");
  expect_refused({"--base", rejects}, 2, "is a file of rows that an import left out");
}

TEST_F(ThreeWay, NeverReplacesTheBase) {
  ASSERT_EQ(run_export().status, 0);
  const std::string there = text_of(last);
  const support::Run run = run_import({"--base", last, "--dry-run", "--report", last, "--force"});
  EXPECT_EQ(run.status, 2) << run.err;
  EXPECT_THAT(run.err, HasSubstr("the base"));
  EXPECT_EQ(text_of(last), there);
}

}  // namespace
}  // namespace cli
