// What --base-rejects does not take: files that no promotion left, or that somebody damaged. Nothing is written then.
#include "cli/base_rejects_fixture.h"

namespace cli {
namespace {

using testing::HasSubstr;

class NoRejects : public BaseRejects {
 protected:
  void SetUp() override {
    common(
        "CREATE TABLE users (id int PRIMARY KEY, email text NOT NULL, name text, age int);"
        "INSERT INTO users VALUES (1, 'a@x', 'Ann', 30), (2, 'b@x', 'Bob', 40)");
    promote("UPDATE users SET name = 'F' || id", "UPDATE users SET name = 'T' || id");
    source.run("UPDATE users SET age = 1 WHERE id = 1");
    ASSERT_EQ(run_export().status, 0);
    keep_sound();
  }
  void expect_no_rejects(int exit_status, const std::string& what, std::vector<std::string> options = {}) {
    expect_refused(beside(std::move(options)), exit_status, what);
  }
};

TEST_F(NoRejects, AreAskedForWithoutABase) {
  expect_refused({"--base-rejects", rejects}, 2, "--base-rejects goes with --base only");
  expect_refused({"--base", last, "--base-rejects", "-"}, 2, "--base-rejects needs the name of a file");
  expect_refused({"--base", last, "--base-rejects", ""}, 2, "--base-rejects");
  expect_refused({"--base", last, "--base-rejects", folder.file("nowhere.json")}, 2, "nowhere.json");
}

TEST_F(NoRejects, AreAnExportOrAnUndoFile) {
  expect_refused({"--base", last, "--base-rejects", last}, 2, "is no file of rows that an import left out");
  EXPECT_EQ(run_import({"--save-undo", undo}).status, 0);
  expect_refused({"--base", last, "--base-rejects", undo}, 2, "is no file of rows that an import left out");
}

TEST_F(NoRejects, AreLeftOutByAnImportOfSettledRecords) {
  settle("users", 0, [](Json& user) { user["name"] = "Annie"; });
  target.run("UPDATE users SET name = 'Antonia'");
  expect_conflict_again("the target holds others by now");
  EXPECT_EQ(document(rejects)["settled"], true);
  expect_no_rejects(2, "holds what an import of settled records left out");
  const std::string sealed = folder.file("sealed.json");
  ASSERT_EQ(
      support::run_program({PROGRAM_DIR "/db-import", rejects, "--url", target.url(), "--rejects", sealed}).status, 4);
  rejects = sealed;
  expect_no_rejects(2, "holds what an import of settled records left out");
}

TEST_F(NoRejects, AreGivenBesideAFileThatCarriesValuesItself) {
  const std::string there = rows();
  for (const char* seal : {"--yes", "--unsealed"}) {
    const support::Run run = support::run_program(
        {PROGRAM_DIR "/db-import", rejects, "--url", target.url(), "--base", last, "--base-rejects", rejects, seal});
    EXPECT_EQ(run.status, 2) << run.out << run.err;
    EXPECT_THAT(run.err, HasSubstr("its records carry themselves what they are judged by"));
  }
  EXPECT_EQ(rows(), there);
}

TEST_F(NoRejects, AreDamaged) {
  with("\"T1\"", "\"T7\"");
  expect_no_rejects(6, "seal");
  std::ofstream(rejects) << sound.substr(0, sound.size() / 2);
  expect_no_rejects(6, "rejects.json");
  expect_no_rejects(6, "rejects.json", {"--unsealed"});
  std::ofstream(rejects) << "[1]";
  expect_no_rejects(6, "rejects.json", {"--unsealed"});
}

TEST_F(NoRejects, CarryWhatNoImportWrites) {
  with("\"$conflict\":{", R"("$conflict":{"base":null,"base":null,)");
  expect_no_rejects(6, "has a member twice", {"--unsealed"});
  with("\"$conflict\":{\"base\":{", R"("$conflict":{"base":7,"target":{)");
  expect_no_rejects(6, "\"$conflict\"", {"--unsealed"});
  with("\"$conflict\":{\"base\":{", R"("$conflict":{"base":{"role":"x",)");
  expect_no_rejects(7, "role", {"--unsealed"});
}

TEST_F(NoRejects, AreOfOtherTables) {
  const auto conflicts = [&] { return verdicts(import(beside({"--unsealed", "--dry-run"})), "users"); };
  settle([](Json& all) {
    all["tables"][0]["name"] = "others";
    all["data"] = {{"others", all["data"]["users"]}};
    all.erase("seal");
  });
  EXPECT_EQ(conflicts(), (Counts{0, 1, 1, 0, 0, 0}));
}

TEST_F(NoRejects, HaveOtherColumnsThanTheBase) {
  std::ofstream(rejects) << sound;
  settle([](Json& all) {
    for (auto& column : all["tables"][0]["columns"]) {
      if (column["name"] == "age") column["type"] = "text";
    }
  });
  const auto result = import(beside({"--unsealed", "--dry-run"}));
  EXPECT_EQ(verdicts(result, "users"), (Counts{0, 0, 0, 2, 0, 0}));
  EXPECT_THAT(result.dump(), HasSubstr("users has other columns in --base-rejects than in the base"));
}

TEST_F(NoRejects, AreReplacedByNothing) {
  const support::Run run = run_import(beside({"--dry-run", "--report", rejects, "--force"}));
  EXPECT_EQ(run.status, 2) << run.err;
  EXPECT_THAT(run.err, HasSubstr("what was left out of the base"));
  EXPECT_EQ(text_of(rejects), sound);
}

}  // namespace
}  // namespace cli
