// What the import of the base left out is no part of it (--base-rejects).
#include "cli/base_rejects_fixture.h"

namespace cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class WithRejects : public BaseRejects {
 protected:
  void SetUp() override {
    common(
        "CREATE TABLE users (id int PRIMARY KEY, email text NOT NULL UNIQUE, name text, age int);"
        "INSERT INTO users VALUES (1, 'a@x', 'Ann', 30), (2, 'b@x', 'Bob', 40), (3, 'c@x', NULL, 50)");
  }
  // Both gave another name, and the target another age.
  void change_on_both_sides() {
    promote("UPDATE users SET name = 'Anna' WHERE id = 1", "UPDATE users SET name = 'Anne', age = 31 WHERE id = 1");
  }
};

TEST_F(WithRejects, ARowThatWasLeftOutIsKeptOnlyWhereNobodyNamesIt) {
  change_on_both_sides();
  const auto result = merged();
  EXPECT_EQ(status, 0);
  EXPECT_EQ(table(result, "users")["counts"]["kept"], 1);
  EXPECT_EQ(user(1), "a@x|Anne|31");
}

TEST_F(WithRejects, ARowThatWasLeftOutIsAConflictAgain) {
  change_on_both_sides();
  const auto result = merged_beside();
  EXPECT_EQ(status, 4);
  EXPECT_EQ(verdicts(result, "users"), (Counts{0, 0, 2, 1, 0, 0}));
  EXPECT_FALSE(table(result, "users")["counts"].contains("kept"));
  EXPECT_EQ(user(1), "a@x|Anne|31");
}

TEST_F(WithRejects, TheRejectsOfOnePromotionAreEnoughForTheNext) {
  change_on_both_sides();
  promote("UPDATE users SET age = 41 WHERE id = 2", "", {"--base-rejects", moved_rejects()});
  EXPECT_EQ(user(2), "b@x|Bob|41");
  EXPECT_EQ(record("users")["$conflict"]["base"].dump(), R"({"id":1,"email":"a@x","name":"Ann","age":30})");
  target.run("UPDATE users SET name = 'Ann' WHERE id = 1");
  merged_beside();
  EXPECT_EQ(status, 0) << errors;
  EXPECT_EQ(user(1), "a@x|Anna|31");
}

TEST_F(WithRejects, WhatIsLeftOutAgainBecauseNobodySettledItCarriesTheSameBase) {
  change_on_both_sides();
  const std::string again = folder.file("again.json");
  const std::vector<std::string> words{PROGRAM_DIR "/db-import", rejects, "--url", target.url(), "--rejects", again};
  ASSERT_EQ(support::run_program(words).status, 4);
  rejects = again;
  const auto result = merged_beside();
  EXPECT_EQ(verdicts(result, "users"), (Counts{0, 0, 2, 1, 0, 0}));
  EXPECT_EQ(record("users")["$conflict"]["base"].dump(), R"({"id":1,"email":"a@x","name":"Ann","age":30})");
}

TEST_F(WithRejects, EachCellIsJudgedByTheBaseThatTheRecordCarries) {
  change_on_both_sides();
  source.run("UPDATE users SET name = 'Anne', email = 'anne@x' WHERE id = 1");
  const auto result = merged_beside();
  EXPECT_EQ(status, 0) << errors;
  EXPECT_EQ(verdicts(result, "users"), (Counts{0, 1, 2, 0, 0, 0}));
  EXPECT_EQ(user(1), "anne@x|Anne|31");
}

TEST_F(WithRejects, WholeRowsAreJudgedByItToo) {
  change_on_both_sides();
  source.run("UPDATE users SET name = 'Ann', age = 30 WHERE id = 1");
  merged_beside({"--base-unit", "row"});
  EXPECT_EQ(status, 0) << errors;
  EXPECT_EQ(user(1), "a@x|Anne|31");
  source.run("UPDATE users SET email = 'anne@x' WHERE id = 1");
  merged_beside({"--base-unit", "row"});
  EXPECT_EQ(status, 4);
}

TEST_F(WithRejects, ARowThatWasInvalidIsNewOnBothSides) {
  target.run("ALTER TABLE users ADD CHECK (age < 100)");
  promote("UPDATE users SET age = 200 WHERE id = 2; INSERT INTO users VALUES (4, 'd@x', 'Dan', 300)", "");
  source.run("UPDATE users SET age = 90 WHERE id > 1");
  const std::string there = rows();
  const auto without = merged({"--dry-run"});
  EXPECT_EQ(table(without, "users")["counts"]["conflict"], 2) << without;
  EXPECT_EQ(rows(), there);
  const auto result = merged_beside();
  EXPECT_EQ(status, 4);
  EXPECT_EQ(verdicts(result, "users"), (Counts{1, 1, 1, 1, 0, 0}));
  EXPECT_EQ(user(2), "b@x|Bob|40");
  EXPECT_EQ(user(4), "d@x|Dan|90");
  EXPECT_THAT(text_of(rejects), HasSubstr("new in the file and in the target since the base, and not the same: age"));
  source.run("UPDATE users SET age = 40 WHERE id = 2");
  keep_export();
  EXPECT_EQ(verdicts(merged_beside(), "users"), (Counts{0, 0, 4, 0, 0, 0}));
}

TEST_F(WithRejects, ARowThatWasNewOnBothSidesIsSoAgain) {
  promote("INSERT INTO users VALUES (4, 'd@x', 'Dan', 1)", "INSERT INTO users VALUES (4, 'd@x', 'Don', 1)");
  EXPECT_EQ(verdicts(merged_beside(), "users"), (Counts{0, 0, 3, 1, 0, 0}));
  target.run("DELETE FROM users WHERE id = 4");
  EXPECT_EQ(verdicts(merged_beside(), "users"), (Counts{1, 0, 3, 0, 0, 0}));
}

TEST_F(WithRejects, ARowThatIsGoneFromTheTargetStaysAConflict) {
  promote("UPDATE users SET name = 'Bobby' WHERE id = 2", "DELETE FROM users WHERE id = 2");
  EXPECT_EQ(verdicts(merged_beside(), "users"), (Counts{0, 0, 2, 1, 0, 0}));
  source.run("UPDATE users SET name = 'Bob' WHERE id = 2");
  const auto result = merged_beside();
  EXPECT_EQ(status, 0) << errors;
  EXPECT_EQ(table(result, "users")["counts"]["gone"], 1);
}

TEST_F(WithRejects, OfRowsThatTheFileHasNoMoreNothingIsAsked) {
  change_on_both_sides();
  source.run("DELETE FROM users WHERE id = 1");
  const auto result = merged_beside();
  EXPECT_EQ(status, 0) << errors;
  EXPECT_EQ(verdicts(result, "users"), (Counts{0, 0, 2, 0, 0, 0}));
  EXPECT_EQ(user(1), "a@x|Anne|31");
}

TEST_F(WithRejects, ARowIsDeletedOnlyWhereTheTargetHasItAsTheBaseBeforeDid) {
  promote("UPDATE users SET name = 'F' || id WHERE id < 3", "UPDATE users SET name = 'T' || id WHERE id < 3");
  source.run("DELETE FROM users WHERE id < 3");
  target.run("UPDATE users SET name = 'Ann' WHERE id = 1; UPDATE users SET name = 'F2' WHERE id = 2");
  EXPECT_EQ(run_export().status, 0);
  const support::Run run = run_import(beside({"--delete-missing", "users", "--limit", "delete=9", "--json"}));
  EXPECT_EQ(run.status, 4) << run.err;
  EXPECT_EQ(nlohmann::json::parse(run.out)["total"]["delete"], 1);
  EXPECT_EQ(user(1), "");
  EXPECT_EQ(user(2), "b@x|F2|40");
}

TEST_F(WithRejects, ARowThatNoBaseHadIsNotDeleted) {
  promote("INSERT INTO users VALUES (4, 'd@x', 'Dan', 1)", "INSERT INTO users VALUES (4, 'd@x', 'Don', 1)");
  source.run("DELETE FROM users WHERE id = 4");
  target.run("UPDATE users SET name = 'Dan' WHERE id = 4");
  merged_beside({"--delete-missing", "users"});
  EXPECT_EQ(status, 0) << errors;
  EXPECT_EQ(user(4), "d@x|Dan|1");
}

TEST_F(WithRejects, ARowOfWhichNotEveryCellIsToldIsNewOnBothSides) {
  schema("ALTER TABLE users ADD password text; UPDATE users SET password = 'p' || id");
  keep_base();
  promote("UPDATE users SET name = 'Anna' WHERE id = 1; UPDATE users SET password = 'F' WHERE id = 2",
          "UPDATE users SET name = 'Anne', age = 31 WHERE id = 1; UPDATE users SET password = 'T' WHERE id = 3");
  EXPECT_FALSE(record("users")["$conflict"]["base"].contains("password"));
  source.run("UPDATE users SET name = 'Anne' WHERE id = 1; UPDATE users SET age = 51 WHERE id = 3");
  const auto result = merged_beside();
  EXPECT_EQ(status, 4);
  EXPECT_EQ(verdicts(result, "users"), (Counts{0, 1, 1, 1, 0, 0}));
  EXPECT_EQ(target.value("SELECT string_agg(concat_ws(' ', age, password), ', ' ORDER BY id) FROM users"),
            "31 p1, 40 F, 51 T");
}

TEST_F(WithRejects, RowsWithoutAKeyAreCountedOff) {
  schema("CREATE TABLE logs (line text, n int); INSERT INTO logs VALUES ('a', 1), ('a', 1), ('b', 1)");
  keep_base();
  target.run("ALTER TABLE logs ADD CHECK (n < 9) NOT VALID");
  promote("INSERT INTO logs VALUES ('a', 1), ('c', 9), ('c', 9)", "");
  target.run("ALTER TABLE logs DROP CONSTRAINT logs_n_check; DELETE FROM logs WHERE line = 'b'");
  const auto result = merged_beside();
  EXPECT_EQ(status, 0) << errors;
  EXPECT_EQ(target.value("SELECT string_agg(line, '' ORDER BY line) FROM logs"), "aaacc");
  EXPECT_EQ(table(result, "logs")["counts"]["gone"], 1);
}

TEST_F(WithRejects, FindsItsRowsUnderTheTargetsNames) {
  source.run("ALTER TABLE users RENAME COLUMN name TO title; ALTER TABLE users RENAME TO people");
  keep_base();
  folder.write("map.json", R"({"rename": {"tables": {"people": "users"}, "columns": {"people.title": "name"}},
                               "set": {"users.tenant": 7}})");
  target.run("ALTER TABLE users ADD tenant int; UPDATE users SET tenant = 7");
  promote("UPDATE people SET title = 'Anna' WHERE id = 1", "UPDATE users SET name = 'Anne', age = 31 WHERE id = 1",
          {"--config", folder.file("map.json")});
  source.run("UPDATE people SET title = 'Anne', email = 'anne@x' WHERE id = 1");
  merged_beside({"--config", folder.file("map.json")});
  EXPECT_EQ(status, 0) << errors;
  EXPECT_EQ(user(1), "anne@x|Anne|31");
}

TEST_F(WithRejects, ManyRowsAreJudgedByTheirOwn) {
  schema("CREATE TABLE many (id int PRIMARY KEY, a int, b int)");
  source.run("INSERT INTO many SELECT n, n, n FROM generate_series(1, 3000) n");
  target.run("INSERT INTO many SELECT n, n, n FROM generate_series(1, 3000) n");
  keep_base();
  promote("UPDATE many SET a = 0 WHERE id <= 1000", "UPDATE many SET a = -1, b = -1 WHERE id <= 500");
  target.run("UPDATE many SET a = id WHERE id <= 100; UPDATE many SET b = -2 WHERE id > 2000");
  for (const char* digests : {"never", "always"}) {
    setenv("DB_TRANSFER_DIGESTS", digests, 1);
    EXPECT_EQ(run_export().status, 0);
    const auto foretold = import(beside({"--dry-run"}));
    EXPECT_EQ(verdicts(foretold, "many"), (Counts{0, 100, 2500, 400, 0, 0})) << digests;
    EXPECT_EQ(table(foretold, "many")["counts"]["kept"], 1000) << digests;
  }
  const auto result = merged_beside();
  unsetenv("DB_TRANSFER_DIGESTS");
  EXPECT_EQ(verdicts(result, "many"), (Counts{0, 100, 2500, 400, 0, 0}));
  EXPECT_EQ(target.value("SELECT count(*) FROM many WHERE a = 0 AND b = -1"), "100");
}

TEST_F(WithRejects, APlanIsAppliedOnlyWithTheOnesThatItWasMadeWith) {
  change_on_both_sides();
  source.run("UPDATE users SET age = 41 WHERE id = 2");
  EXPECT_EQ(run_export().status, 0);
  const std::string plan = folder.file("plan.json");
  EXPECT_EQ(run_import(beside({"--dry-run", "--report", plan})).status, 4);
  expect_refused({"--apply", plan, "--base", last}, 2, "was made with rejects of its base");
  const std::string all = text_of(rejects);
  const std::string other = folder.file("other.json");
  {
    Json edited = Json::parse(all);
    edited["data"]["users"][0]["$conflict"]["base"] = nullptr;
    std::ofstream(other) << edited.dump(1);
  }
  expect_refused({"--apply", plan, "--base", last, "--base-rejects", other}, 6, "seal");
  expect_refused({"--apply", plan, "--base", last, "--base-rejects", other, "--unsealed"}, 2, "unsealed");
  std::filesystem::remove(plan);
  EXPECT_EQ(run_import(beside({"--dry-run", "--report", plan, "--unsealed"})).status, 4);
  expect_refused({"--apply", plan, "--base", last, "--base-rejects", other}, 7,
                 "it was made with other rejects of its base");
  EXPECT_EQ(run_import(beside({"--apply", plan})).status, 4);
  EXPECT_EQ(user(2), "b@x|Bob|41");
  std::filesystem::remove(plan);
  EXPECT_EQ(run_import({"--base", last, "--dry-run", "--report", plan}).status, 0);
  expect_refused(beside({"--apply", plan}), 2, "was made without rejects of its base");
}

TEST_F(WithRejects, IsToldOfAnotherExport) {
  change_on_both_sides();
  keep_base();
  const auto result = merged_beside();
  EXPECT_THAT(result.dump(), HasSubstr("--base-rejects holds rows of another export than --base"));
  EXPECT_EQ(verdicts(result, "users"), (Counts{0, 0, 2, 1, 0, 0}));
}

}  // namespace
}  // namespace cli
