// Rows of the target that the file lacks go where --delete-missing names their table, and nowhere else; rows that
// others refer to stay and are named, through the real programs.
#include "cli/undo_fixture.h"

namespace cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class DeleteMissing : public Undo {
 protected:
  void SetUp() override {
    schema(
        "CREATE TABLE users (id int PRIMARY KEY, email text NOT NULL UNIQUE, name text, \"passwordHash\" text);"
        "CREATE TABLE posts (id int PRIMARY KEY, author int NOT NULL REFERENCES users ON DELETE CASCADE, title text);"
        "CREATE TABLE logs (line text)");
    source.run(
        "INSERT INTO users VALUES (1, 'a@x', 'Ann', 'h'), (2, 'b@x', 'Bob', 'h'), (3, 'c@x', 'Cid', 'h');"
        "INSERT INTO posts VALUES (10, 1, 'one'), (11, 3, 'two')");
    target.run(
        "INSERT INTO users VALUES (1, 'a@x', 'Anna', 'h'), (2, 'b@x', 'Bob', 'h'), (7, 'g@x', 'Gus', 'hunter2'), (9, "
        "'i@x', 'Ida', 'h');"
        "INSERT INTO posts VALUES (10, 1, 'one'), (15, 9, 'uno')");
  }
  // Every import of a test goes through the sum rule.
  nlohmann::json import(std::vector<std::string> options = {}) {
    options.emplace_back("--json");
    const support::Run run = run_import(options);
    status = run.status;
    errors = run.err;
    if (!nlohmann::json::accept(run.out)) {
      ADD_FAILURE() << "no JSON result, status " << run.status << "\n" << run.err;
      return {{"tables", nlohmann::json::array()}, {"total", {}}};
    }
    nlohmann::json result = nlohmann::json::parse(run.out);
    for (auto& table : result["tables"]) {
      table.update(table["counts"]);
      int sum = count(table, "delete");
      for (const char* verdict : {"insert", "update", "unchanged", "conflict", "invalid", "skipped"})
        sum += count(table, verdict);
      EXPECT_EQ(sum, count(table, "rows") + count(table, "missing")) << table.dump();
    }
    return result;
  }
  nlohmann::json transfer(std::vector<std::string> options = {}) {
    const support::Run exported = run_export();
    EXPECT_EQ(exported.status, 0) << exported.err;
    return import(std::move(options));
  }
  // Refused before anything is written, and `what` said.
  void expect_refused(std::vector<std::string> options, const std::string& what) {
    const std::string there = rows();
    const support::Run run = run_import(std::move(options));
    EXPECT_EQ(run.status, 2) << run.out << run.err;
    EXPECT_THAT(run.err, HasSubstr(what));
    EXPECT_EQ(rows(), there);
  }
  std::string ids(const std::string& table) {
    return target.value("SELECT coalesce(string_agg(id::text, ' ' ORDER BY id), '') FROM " + table);
  }
};

TEST_F(DeleteMissing, DeletesWhatTheFileLacksOfTheNamedTablesAlone) {
  target.run("DELETE FROM posts WHERE id = 15");
  const auto result = transfer({"--delete-missing", "users"});
  EXPECT_EQ(status, 0) << errors;
  EXPECT_EQ(ids("users"), "1 2 3");
  EXPECT_EQ(ids("posts"), "10 11");
  EXPECT_EQ(count(table(result, "users"), "delete"), 2);
  EXPECT_EQ(count(table(result, "users"), "missing"), 2);
}

TEST_F(DeleteMissing, DeletesNothingWithoutTheOption) {
  transfer();
  EXPECT_EQ(ids("users"), "1 2 3 7 9");
  EXPECT_EQ(ids("posts"), "10 11 15");
}

TEST_F(DeleteMissing, TakesRowsAlongThatGoTooChildrenFirst) {
  const auto result = transfer({"--delete-missing", "*s", "-T", "logs"});
  EXPECT_EQ(status, 0) << errors;
  EXPECT_EQ(ids("users"), "1 2 3");
  EXPECT_EQ(ids("posts"), "10 11");
  EXPECT_EQ(count(result["total"], "delete"), 3);
}

TEST_F(DeleteMissing, LeavesARowThatOthersReferToWhateverItsForeignKeySays) {
  const auto result = transfer({"--delete-missing", "users"});
  EXPECT_EQ(status, 4);
  EXPECT_EQ(ids("users"), "1 2 3 9");
  EXPECT_EQ(ids("posts"), "10 11 15");
  EXPECT_EQ(table(result, "users")["conflict"], 1);
  const support::Run run = run_import({"--delete-missing", "users"});
  EXPECT_THAT(run.out,
              HasSubstr("users (not in the file) id=9: conflict: posts_author_fkey: posts id=15 refers to it"));
}

TEST_F(DeleteMissing, SeesWhoRefersFromTablesThatTheFileDoesNotHold) {
  target.run(
      "DELETE FROM posts WHERE id = 15; CREATE SCHEMA other; CREATE TABLE other.likes (id int PRIMARY KEY, who int "
      "REFERENCES public.users ON DELETE SET NULL); INSERT INTO other.likes VALUES (5, 7)");
  ASSERT_EQ(run_export().status, 0);
  const support::Run run = run_import({"--delete-missing", "users"});
  EXPECT_EQ(run.status, 4) << run.err;
  EXPECT_THAT(run.out, HasSubstr("likes id=5 refers to it"));
  EXPECT_EQ(ids("users"), "1 2 3 7");
  EXPECT_EQ(target.value("SELECT who FROM other.likes"), "7");
}

TEST_F(DeleteMissing, LetsARowGoThatTheFileMovesToAnotherParent) {
  source.run("INSERT INTO posts VALUES (15, 2, 'uno')");
  transfer({"--delete-missing", "users"});
  EXPECT_EQ(status, 0) << errors;
  EXPECT_EQ(ids("users"), "1 2 3");
  EXPECT_EQ(target.value("SELECT author FROM posts WHERE id = 15"), "2");
}

TEST_F(DeleteMissing, KeepsARowThatTheFileItselfComesToReferTo) {
  source.run("ALTER TABLE posts DROP CONSTRAINT posts_author_fkey; INSERT INTO posts VALUES (12, 7, 'of Gus')");
  const auto result = transfer({"--delete-missing", "users"});
  EXPECT_EQ(status, 4);
  EXPECT_EQ(ids("users"), "1 2 3 7 9");
  EXPECT_EQ(table(result, "users")["conflict"], 2);
  EXPECT_EQ(target.value("SELECT author FROM posts WHERE id = 12"), "7");
}

TEST_F(DeleteMissing, TakesTheKeyOfARowThatGoesForFree) {
  source.run("INSERT INTO users VALUES (4, 'g@x', 'Gus again', 'h')");
  target.run("DELETE FROM posts WHERE id = 15");
  transfer({"--delete-missing", "users"});
  EXPECT_EQ(status, 0) << errors;
  EXPECT_EQ(ids("users"), "1 2 3 4");
}

TEST_F(DeleteMissing, LetsAUserBeMadeAgainUnderTheSameMailWithAllPosts) {
  source.run("INSERT INTO users VALUES (4, 'i@x', 'Ida again', 'h'); INSERT INTO posts VALUES (15, 4, 'uno')");
  transfer({"--delete-missing", "users"});
  EXPECT_EQ(status, 0) << errors;
  EXPECT_EQ(ids("users"), "1 2 3 4");
  EXPECT_EQ(target.value("SELECT author FROM posts WHERE id = 15"), "4");
}

TEST_F(DeleteMissing, LeavesOutWhoWantsTheKeyOfARowThatStays) {
  source.run("INSERT INTO users VALUES (4, 'i@x', 'Ida again', 'h')");
  const auto result = transfer({"--delete-missing", "users"});
  EXPECT_EQ(status, 4);
  EXPECT_EQ(table(result, "users")["conflict"], 2);
  EXPECT_EQ(ids("users"), "1 2 3 9");
}

TEST_F(DeleteMissing, SaysInADryRunWhatItWouldDoAndDoesJustThat) {
  ASSERT_EQ(run_export().status, 0);
  const std::string there = rows();
  const auto foretold = import({"--delete-missing", "users", "-n"});
  EXPECT_EQ(rows(), there);
  const auto rehearsed = import({"--delete-missing", "users", "--rehearse"});
  EXPECT_EQ(rows(), there);
  const auto done = import({"--delete-missing", "users"});
  EXPECT_EQ(foretold["total"], done["total"]);
  EXPECT_EQ(rehearsed["total"], done["total"]);
}

TEST_F(DeleteMissing, FindsNothingASecondTime) {
  target.run("DELETE FROM posts WHERE id = 15");
  transfer({"--delete-missing", "users"});
  const auto again = import({"--delete-missing", "users"});
  EXPECT_EQ(status, 0);
  EXPECT_EQ(again["total"]["unchanged"], again["total"]["rows"]);
}

TEST_F(DeleteMissing, IsTakenBackByItsUndoFileAndThatAgain) {
  source.run("INSERT INTO users VALUES (4, 'i@x', 'Ida again', 'h'); INSERT INTO posts VALUES (15, 4, 'uno')");
  import_kept({"--delete-missing", "users"});
  const std::string imported = rows();
  EXPECT_NE(imported, before);
  const std::string redo = folder.file("redo.json");
  const support::Run back = take_back({"--save-undo", redo});
  EXPECT_EQ(back.status, 0) << back.err;
  EXPECT_EQ(rows(), before);
  EXPECT_EQ(take_back_by(redo).status, 0);
  EXPECT_EQ(rows(), imported);
}

TEST_F(DeleteMissing, ShowsTheRowsWithTheirValuesInEveryReport) {
  ASSERT_EQ(run_export().status, 0);
  const support::Run run =
      run_import({"--delete-missing", "users", "-n", "--report", folder.file("a.json"), "--report",
                  folder.file("a.html"), "--report", folder.file("a.txt"), "--report", folder.file("a.md")});
  EXPECT_EQ(run.status, 4) << run.err;
  const auto report = nlohmann::json::parse(text_of(folder.file("a.json")));
  nlohmann::json gone;
  nlohmann::json kept;
  for (const auto& decision : report["decisions"]) {
    if (!decision.value("missing", false)) continue;
    (decision["verdict"] == "delete" ? gone : kept).push_back(decision);
  }
  ASSERT_EQ(gone.size(), 1);
  ASSERT_EQ(kept.size(), 1);
  EXPECT_EQ(gone[0]["key"], "id=7");
  EXPECT_EQ(gone[0]["values"][2]["value"]["text"], "Gus");
  EXPECT_EQ(gone[0]["values"][3]["value"]["form"], "masked");
  EXPECT_EQ(kept[0]["holder"], "posts id=15");
  EXPECT_EQ(kept[0]["values"][1]["value"]["text"], "i@x");
  EXPECT_THAT(text_of(folder.file("a.html")),
              AllOf(HasSubstr("id=\"deletes\""), HasSubstr("Gus"), HasSubstr("posts id=15"), HasSubstr("Ida"),
                    Not(HasSubstr("ever deleted")), Not(HasSubstr("hunter2"))));
  EXPECT_THAT(text_of(folder.file("a.txt")), AllOf(HasSubstr("1 deleted"), HasSubstr("\nusers ")));
  EXPECT_THAT(text_of(folder.file("a.md")), HasSubstr("Gus"));
}

TEST_F(DeleteMissing, KeepsNoRecordOfTheTargetsRowsAmongTheRejects) {
  ASSERT_EQ(run_export().status, 0);
  const std::string rejects = folder.file("rejects.json");
  EXPECT_EQ(run_import({"--delete-missing", "users", "--rejects", rejects}).status, 4);
  EXPECT_FALSE(std::filesystem::exists(rejects));
}

TEST_F(DeleteMissing, KeepsAllRowsWhereARecordCouldNotBeRead) {
  target.run("ALTER TABLE users ALTER name TYPE varchar(4); DELETE FROM posts WHERE id = 15");
  source.run("UPDATE users SET name = 'too long for it' WHERE id = 2");
  const auto result = transfer({"--delete-missing", "users"});
  EXPECT_EQ(status, 4);
  EXPECT_EQ(ids("users"), "1 2 3 7 9");
  EXPECT_EQ(table(result, "users")["conflict"], 3);
}

TEST_F(DeleteMissing, NeverTakesARowThatIsLeftOutForGone) {
  target.run("ALTER TABLE users ADD CHECK (name <> 'Robert'); DELETE FROM posts WHERE id = 15");
  source.run("UPDATE users SET name = 'Robert' WHERE id = 2");
  transfer({"--delete-missing", "users"});
  EXPECT_EQ(status, 4);
  EXPECT_EQ(ids("users"), "1 2 3");
  EXPECT_EQ(target.value("SELECT name FROM users WHERE id = 2"), "Bob");
}

TEST_F(DeleteMissing, DeletesRowsThatReferToEachOtherInACircleOrAChain) {
  schema(
      "CREATE TABLE nodes (id int PRIMARY KEY, next int REFERENCES nodes); CREATE TABLE left_ones (id int PRIMARY KEY, "
      "other int); CREATE TABLE right_ones (id int PRIMARY KEY, other int REFERENCES left_ones); ALTER TABLE left_ones "
      "ADD FOREIGN KEY (other) REFERENCES right_ones");
  source.run("INSERT INTO nodes VALUES (1, NULL); INSERT INTO left_ones VALUES (1, NULL)");
  target.run(
      "INSERT INTO nodes SELECT g, nullif(g - 1, 0) FROM generate_series(1, 15) g; UPDATE nodes SET next = 15 WHERE id "
      "= "
      "12; INSERT INTO left_ones VALUES (1, NULL), (2, NULL); INSERT INTO right_ones VALUES (1, 1), (5, 2); UPDATE "
      "left_ones SET other = 5 WHERE id = 2");
  transfer({"--delete-missing", "nodes", "--delete-missing", "*_ones", "--limit", "delete=100"});
  EXPECT_EQ(status, 0) << errors;
  EXPECT_EQ(ids("nodes") + "|" + ids("left_ones") + "|" + ids("right_ones"), "1|1|");
}

TEST_F(DeleteMissing, FindsRowsByTheColumnsOfMatch) {
  target.run("DELETE FROM posts WHERE id = 15; UPDATE users SET id = 20 WHERE id = 2");
  transfer({"--delete-missing", "users", "--match", "users=email"});
  EXPECT_EQ(status, 0) << errors;
  EXPECT_EQ(ids("users"), "1 3 20");
}

TEST_F(DeleteMissing, EmptiesATableThatIsEmptyInTheFileOnlyWhenAsked) {
  source.run("DELETE FROM posts");
  ASSERT_EQ(run_export().status, 0);
  const std::string there = rows();
  const support::Run refused = run_import({"--delete-missing", "posts"});
  EXPECT_EQ(refused.status, 4) << refused.err;
  EXPECT_THAT(refused.out + refused.err, AllOf(HasSubstr("every row that the target holds"), HasSubstr("Rolled back")));
  EXPECT_EQ(rows(), there);
  EXPECT_EQ(run_import({"--delete-missing", "posts", "--limit", "delete=2"}).status, 0);
  EXPECT_EQ(ids("posts"), "");
}

TEST_F(DeleteMissing, StopsBeforeMoreThanATenthOfATableUnlessAskedFor) {
  schema("CREATE TABLE things (id int PRIMARY KEY)");
  source.run("INSERT INTO things SELECT generate_series(1, 100)");
  target.run("INSERT INTO things SELECT generate_series(1, 121)");
  ASSERT_EQ(run_export().status, 0);
  const support::Run refused = run_import({"--delete-missing", "things"});
  EXPECT_EQ(refused.status, 4);
  EXPECT_THAT(refused.out + refused.err, HasSubstr("things: delete 21, of 121 in the target"));
  EXPECT_EQ(target.value("SELECT count(*) FROM things"), "121");
  target.run("DELETE FROM things WHERE id = 121");
  EXPECT_EQ(run_import({"--delete-missing", "things"}).status, 0);
  EXPECT_EQ(target.value("SELECT count(*) FROM things"), "100");
}

TEST_F(DeleteMissing, WantsATableThatTheExportTookWhole) {
  ASSERT_EQ(run_export({"--where", "users=id < 100"}).status, 0);
  expect_refused({"--delete-missing", "users"}, "users was exported with --where");
  ASSERT_EQ(run_export().status, 0);
  expect_refused({"--delete-missing", "logs"}, "logs has no key");
  expect_refused({"--delete-missing", "userz"}, "did you mean users?");
  expect_refused({"--delete-missing", "users", "-T", "users"}, "matches no table that is imported");
  expect_refused({"--delete-missing", "users", "--mode", "insert"}, "contradict each other");
  expect_refused({"--delete-missing", "users", "--unsealed"}, "contradict each other");
}

TEST_F(DeleteMissing, WantsNoFileOfRowsLeftOut) {
  target.run("INSERT INTO users VALUES (30, 'c@x', 'Cy', 'h')");
  ASSERT_EQ(run_export().status, 0);
  const std::string rejects = folder.file("rejects.json");
  ASSERT_EQ(run_import({"--rejects", rejects}).status, 4);
  const std::string there = rows();
  const support::Run run =
      support::run_program({PROGRAM_DIR "/db-import", rejects, "--url", target.url(), "--delete-missing", "users"});
  EXPECT_EQ(run.status, 2) << run.err;
  EXPECT_THAT(run.err, HasSubstr("rows that an import left out"));
  EXPECT_EQ(rows(), there);
}

}  // namespace
}  // namespace cli
