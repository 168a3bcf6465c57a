// What a merge leaves out because both sides changed it: written with all three values, settled, imported.
#include "cli/conflict_fixture.h"

namespace cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class Settling : public Conflicts {
 protected:
  void SetUp() override {
    common(
        "CREATE TABLE users (id int PRIMARY KEY, email text NOT NULL UNIQUE, name text, age int);"
        "INSERT INTO users VALUES (1, 'a@x', 'Ann', 30), (2, 'b@x', 'Bob', 40), (3, 'c@x', NULL, 50)");
  }
  // Both gave another name, and the target another age.
  void change_on_both_sides() {
    source.run("UPDATE users SET name = 'Anna' WHERE id = 1");
    target.run("UPDATE users SET name = 'Anne', age = 31 WHERE id = 1");
    leave_out();
  }
  void change_here_and_delete_there() {
    source.run("UPDATE users SET name = 'Bobby' WHERE id = 2");
    target.run("DELETE FROM users WHERE id = 2");
    leave_out();
  }
  void make_on_both_sides() {
    source.run("INSERT INTO users VALUES (4, 'd@x', 'Dan', 1)");
    target.run("INSERT INTO users VALUES (4, 'd@x', 'Don', 2)");
    leave_out();
  }
};

TEST_F(Settling, FindsWhatBothSidesHoldBesideEachRecord) {
  source.run(
      "UPDATE users SET name = 'Anna' WHERE id = 1; UPDATE users SET name = 'Bobby' WHERE id = 2;"
      "INSERT INTO users VALUES (4, 'd@x', 'Dan', 1)");
  target.run(
      "UPDATE users SET name = 'Anne', age = 31 WHERE id = 1; DELETE FROM users WHERE id = 2;"
      "INSERT INTO users VALUES (4, 'd@x', 'Don', 2)");
  leave_out();
  EXPECT_EQ(document(rejects)["annotation"], "$rejected");
  EXPECT_EQ(document(rejects)["conflict"], "$conflict");
  EXPECT_THAT(
      text_of(rejects),
      AllOf(
          HasSubstr(R"({"id":1,"email":"a@x","name":"Anna","age":30,"$rejected":"changed in the file and in the )"
                    R"(target since the base: name","$conflict":{"base":{"id":1,"email":"a@x","name":"Ann","age":30},)"
                    R"("target":{"id":1,"email":"a@x","name":"Anne","age":31}}},)"
                    "\n"),
          HasSubstr(R"("$conflict":{"base":{"id":2,"email":"b@x","name":"Bob","age":40},"target":null}},)"
                    "\n"),
          HasSubstr(R"("$conflict":{"base":null,"target":{"id":4,"email":"d@x","name":"Don","age":2}}})"
                    "\n")));
}

TEST_F(Settling, FindsNothingBesideARecordThatIsLeftOutForAnotherReason) {
  source.run("UPDATE users SET name = 'Anna' WHERE id = 1; UPDATE users SET email = 'new@x' WHERE id = 3");
  target.run("UPDATE users SET name = 'Anne' WHERE id = 1; UPDATE users SET email = 'new@x' WHERE id = 2");
  leave_out();
  EXPECT_TRUE(record("users", 0).contains("$conflict"));
  EXPECT_EQ(record("users", 1)["id"], 3);
  EXPECT_FALSE(record("users", 1).contains("$conflict"));
}

TEST_F(Settling, WritesNoConflictWhereNoneIsOfTheBase) {
  source.run("UPDATE users SET email = 'new@x' WHERE id = 1; DELETE FROM users WHERE id = 2");
  target.run("UPDATE users SET email = 'new@x' WHERE id = 2");
  ASSERT_EQ(run_export().status, 0);
  ASSERT_EQ(run_import({"--rejects", rejects}).status, 4);
  EXPECT_THAT(text_of(rejects), Not(HasSubstr("conflict\"")));
}

TEST_F(Settling, PutsTheSettledRecordIn) {
  change_on_both_sides();
  settle("users", 0, [](Json& user) { user["name"] = "Annie", user["age"] = user["$conflict"]["target"]["age"]; });
  expect_settled();
  EXPECT_EQ(user(1), "a@x|Annie|31");
}

TEST_F(Settling, IsDoneByNobodyWhereTheFileIsAsItWasWritten) {
  source.run("INSERT INTO users VALUES (4, 'd@x', 'Dan', 1); UPDATE users SET name = 'Bobby' WHERE id = 2");
  target.run("INSERT INTO users VALUES (4, 'd@x', 'Don', 2); DELETE FROM users WHERE id = 2");
  change_on_both_sides();
  const std::string there = rows();
  for (const std::vector<std::string>& options : {std::vector<std::string>{}, {"--base", last}}) {
    std::vector<std::string> words{PROGRAM_DIR "/db-import", rejects, "--url", target.url(), "--json"};
    words.insert(words.end(), options.begin(), options.end());
    const support::Run run = support::run_program(words);
    EXPECT_EQ(run.status, 4) << run.err;
    EXPECT_EQ(nlohmann::json::parse(run.out)["total"]["conflict"], 3) << run.out;
    EXPECT_EQ(rows(), there);
  }
}

TEST_F(Settling, PutsTheFilesRecordInWhereSomebodyWantsItAsItIs) {
  change_on_both_sides();
  expect_settled();
  EXPECT_EQ(user(1), "a@x|Anna|30");
}

TEST_F(Settling, HasNothingToDoWhereTheTargetsValuesAreRight) {
  change_on_both_sides();
  settle("users", 0, [](Json& user) { user.update(user["$conflict"]["target"]); });
  const support::Run run = import_settled({"--json"});
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_EQ(nlohmann::json::parse(run.out)["total"]["unchanged"], 1);
  EXPECT_EQ(user(1), "a@x|Anne|31");
}

TEST_F(Settling, IsAConflictAgainWhereTheTargetMovedMeanwhile) {
  change_on_both_sides();
  settle("users", 0, [](Json& user) { user["name"] = "Annie", user["age"] = 31; });
  target.run("UPDATE users SET name = 'Antonia' WHERE id = 1");
  expect_conflict_again("the target holds others by now than the record was settled by: name");
  EXPECT_EQ(user(1), "a@x|Antonia|31");
  EXPECT_EQ(record("users")["$conflict"].dump(), R"({"base":{"id":1,"email":"a@x","name":"Anne","age":31},)"
                                                 R"("target":{"id":1,"email":"a@x","name":"Antonia","age":31}})");
  const std::string text = text_of(rejects);
  EXPECT_EQ(text.find("\"$rejected\":"), text.rfind("\"$rejected\":"));
  expect_settled();
  EXPECT_EQ(user(1), "a@x|Annie|31");
}

TEST_F(Settling, KeepsWhatTheTargetChangedMeanwhileInCellsThatItHolds) {
  change_on_both_sides();
  settle("users", 0, [](Json& user) { user["age"] = 31; });
  target.run("UPDATE users SET age = 32 WHERE id = 1");
  expect_settled();
  EXPECT_EQ(user(1), "a@x|Anna|32");
}

TEST_F(Settling, MakesARowAgainThatIsGone) {
  change_here_and_delete_there();
  expect_settled();
  EXPECT_EQ(user(2), "b@x|Bobby|40");
}

TEST_F(Settling, IsAConflictAgainWhereAGoneRowIsThereAgain) {
  change_here_and_delete_there();
  target.run("INSERT INTO users VALUES (2, 'b@x', 'Bert', 4)");
  expect_conflict_again("the target has such a row by now, and the record was settled by none: name, age");
  EXPECT_EQ(record("users")["$conflict"].dump(),
            R"({"base":null,"target":{"id":2,"email":"b@x","name":"Bert","age":4}})");
  expect_settled();
  EXPECT_EQ(user(2), "b@x|Bobby|40");
}

TEST_F(Settling, IsAConflictAgainWhereTheRowIsGoneMeanwhile) {
  change_on_both_sides();
  target.run("DELETE FROM users WHERE id = 1");
  expect_conflict_again("gone from the target since the record was left out: name, age");
  EXPECT_TRUE(record("users")["$conflict"]["target"].is_null());
  expect_settled();
  EXPECT_EQ(user(1), "a@x|Anna|30");
}

TEST_F(Settling, SettlesRowsThatAreNewOnBothSides) {
  make_on_both_sides();
  settle("users", 0, [](Json& user) { user["age"] = 2; });
  expect_settled();
  EXPECT_EQ(user(4), "d@x|Dan|2");
}

TEST_F(Settling, MakesANewRowOfARecordThatGetsAnotherKey) {
  make_on_both_sides();
  settle("users", 0, [](Json& user) { user["id"] = 5, user["email"] = "dan@x"; });
  expect_settled();
  EXPECT_EQ(user(4), "d@x|Don|2");
  EXPECT_EQ(user(5), "dan@x|Dan|1");
}

TEST_F(Settling, DoesNotWriteOverTheRowOfAnotherKey) {
  make_on_both_sides();
  settle("users", 0, [](Json& user) { user["id"] = 2; });
  expect_conflict_again("the target has such a row by now");
  EXPECT_EQ(user(2), "b@x|Bob|40");
}

TEST_F(Settling, TakesRecordsThatCarryNothingAsAnyImportDoes) {
  source.run("UPDATE users SET name = 'Anna' WHERE id = 1; UPDATE users SET email = 'new@x', age = 51 WHERE id = 3");
  target.run("UPDATE users SET name = 'Anne' WHERE id = 1; UPDATE users SET email = 'new@x' WHERE id = 2");
  leave_out();
  target.run("UPDATE users SET email = 'b@x' WHERE id = 2; UPDATE users SET name = 'Cid' WHERE id = 3");
  expect_settled();
  EXPECT_EQ(user(1), "a@x|Anna|30");
  EXPECT_EQ(user(3), "new@x|51");
}

TEST_F(Settling, LeavesTablesAloneWhoseRecordsCarryNothing) {
  schema(
      "CREATE TABLE accounts (id int PRIMARY KEY); CREATE TABLE posts (id int PRIMARY KEY, account int REFERENCES "
      "accounts, body text); INSERT INTO accounts VALUES (1); INSERT INTO posts VALUES (1, 1, 'old')");
  keep_base();
  source.run("INSERT INTO accounts VALUES (2); INSERT INTO posts VALUES (2, 2, 'new')");
  source.run("UPDATE users SET name = 'Anna' WHERE id = 1");
  target.run("UPDATE users SET name = 'Anne' WHERE id = 1; ALTER TABLE accounts ADD CHECK (id < 2)");
  leave_out();
  target.run("ALTER TABLE accounts DROP CONSTRAINT accounts_id_check");
  expect_settled();
  EXPECT_EQ(user(1), "a@x|Anna|30");
  EXPECT_EQ(target.value("SELECT body FROM posts WHERE id = 2"), "new");
}

TEST_F(Settling, LetsTheBaseSpeakForRecordsThatCarryNothing) {
  source.run("UPDATE users SET name = 'Anna' WHERE id = 1; UPDATE users SET email = 'new@x', age = 51 WHERE id = 3");
  target.run("UPDATE users SET name = 'Anne' WHERE id = 1; UPDATE users SET email = 'new@x' WHERE id = 2");
  leave_out();
  target.run("UPDATE users SET email = 'b@x' WHERE id = 2; UPDATE users SET name = 'Cid' WHERE id = 3");
  expect_settled({"--base", last});
  EXPECT_EQ(user(1), "a@x|Anna|30") << "it carries what it is judged by";
  EXPECT_EQ(user(3), "new@x|Cid|51");
}

TEST_F(Settling, DoesNotAskTheBaseWhereARecordSaysThatTheRowIsGone) {
  change_here_and_delete_there();
  expect_settled({"--base", last});
  EXPECT_EQ(user(2), "b@x|Bobby|40");
}

TEST_F(Settling, IsForeseenByADryRunAndHeldToItsPlan) {
  change_on_both_sides();
  settle("users", 0, [](Json& user) { user["name"] = "Annie"; });
  const std::string plan = folder.file("plan.json");
  EXPECT_EQ(import_settled({"--dry-run", "--report", plan}).status, 0);
  EXPECT_EQ(user(1), "a@x|Anne|31");
  expect_settled({"--apply", plan});
  EXPECT_EQ(user(1), "a@x|Annie|30");
}

TEST_F(Settling, DoesNotApplyAPlanWhoseTargetMoved) {
  change_on_both_sides();
  const std::string plan = folder.file("plan.json");
  EXPECT_EQ(import_settled({"--dry-run", "--report", plan}).status, 0);
  target.run("UPDATE users SET name = 'Antonia' WHERE id = 1");
  EXPECT_EQ(import_settled({"--apply", plan}).status, 7);
  EXPECT_EQ(user(1), "a@x|Antonia|31");
}

TEST_F(Settling, IsTakenBack) {
  change_on_both_sides();
  expect_settled({"--save-undo", undo});
  EXPECT_EQ(user(1), "a@x|Anna|30");
  EXPECT_EQ(take_back().status, 0);
  EXPECT_EQ(user(1), "a@x|Anne|31");
}

TEST_F(Settling, FindsTheFileOfAnImportBeforeThatHoldsTheSame) {
  source.run("UPDATE users SET name = 'Anna' WHERE id = 1");
  target.run("UPDATE users SET name = 'Anne' WHERE id = 1");
  ASSERT_EQ(run_export().status, 0);
  const std::string first = import({"--base", last})["rejects_file"];
  EXPECT_THAT(text_of(first), HasSubstr("$conflict"));
  EXPECT_EQ(import({"--base", last})["rejects_file"], first);
  target.run("UPDATE users SET age = 31 WHERE id = 1");
  EXPECT_NE(import({"--base", last})["rejects_file"], first) << "the target holds another row";
}

TEST_F(Settling, WritesWhatTheTargetHoldsInADryRunToo) {
  source.run("UPDATE users SET name = 'Anna' WHERE id = 1");
  target.run("UPDATE users SET name = 'Anne' WHERE id = 1");
  EXPECT_EQ(merge({"--dry-run", "--rejects", rejects}).status, 4);
  EXPECT_EQ(record("users")["$conflict"]["target"]["name"], "Anne");
}

TEST_F(Settling, SettlesManyRowsInTheOrderOfTheFile) {
  schema(
      "CREATE TABLE many (id int PRIMARY KEY, a text); INSERT INTO many SELECT i, i FROM generate_series(1, 3000) i");
  keep_base();
  source.run("UPDATE many SET a = 'file'");
  target.run("UPDATE many SET a = 'target' || id WHERE id % 2 = 0");
  leave_out();
  const Json left_out = document(rejects)["data"]["many"];
  ASSERT_EQ(left_out.size(), 1500);
  for (std::size_t i = 0; i < left_out.size(); ++i) {
    const std::string id = std::to_string(2 * (i + 1));
    ASSERT_EQ(left_out[i]["id"].dump(), id);
    ASSERT_EQ(left_out[i]["$conflict"]["target"]["a"], "target" + id);
  }
  target.run("UPDATE many SET a = 'moved' WHERE id = 1000");
  expect_conflict_again("by now than the record was settled by: a");
  EXPECT_EQ(document(rejects)["data"]["many"].size(), 1);
  EXPECT_EQ(target.value("SELECT count(*) FROM many WHERE a = 'file'"), "2999");
}

TEST_F(Settling, GivesAChangedRowTheLaterTime) {
  schema(
      "CREATE TABLE notes (id int PRIMARY KEY, body text, updated_at timestamp);"
      "INSERT INTO notes VALUES (1, 'one', '2026-01-01'), (2, 'two', '2026-01-01')");
  keep_base();
  source.run("UPDATE notes SET body = 'file', updated_at = '2026-02-02'");
  target.run("UPDATE notes SET body = 'target', updated_at = '2026-03-03' WHERE id = 1");
  target.run("ALTER TABLE notes ADD CONSTRAINT short CHECK (body <> 'file' OR id = 1)");
  leave_out();
  target.run("ALTER TABLE notes DROP CONSTRAINT short; UPDATE notes SET updated_at = '2026-03-03' WHERE id = 2");
  expect_settled();
  EXPECT_EQ(target.value("SELECT string_agg(body || updated_at::date, ' ' ORDER BY id) FROM notes"),
            "file2026-03-03 file2026-02-02");
}

}  // namespace
}  // namespace cli
