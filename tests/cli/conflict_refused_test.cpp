// A rejects file that no import wrote: refused with a sentence, and nothing is written.
#include "cli/conflict_fixture.h"

namespace cli {
namespace {

class HostileConflicts : public Conflicts {
 protected:
  void SetUp() override {
    common(
        "CREATE TABLE users (id int PRIMARY KEY, email text NOT NULL, name text, age int);"
        "INSERT INTO users VALUES (1, 'a@x', 'Ann', 30), (2, 'b@x', 'Bob', 40)");
    source.run("UPDATE users SET name = 'F' || id");
    target.run("UPDATE users SET name = 'T' || id");
    leave_out();
    keep_sound();
  }
  void with_conflict(const std::string& value) {
    const std::size_t begin = sound.find("\"$conflict\":{") + 12;
    const std::size_t end = sound.find("}}}", begin) + 2;
    std::string text = sound;
    std::ofstream(rejects) << text.replace(begin, end - begin, value);
  }
};

TEST_F(HostileConflicts, AreNoObjects) {
  for (const char* value : {"7", "null", "\"target\"", "[]", "true"}) {
    with_conflict(value);
    expect_refused_settled(6, "table users, record 1: \"$conflict\" is no object with \"base\" and \"target\"");
  }
}

TEST_F(HostileConflicts, LackASide) {
  for (const char* value : {"{}", R"({"target": null})", R"({"base": {"id": 1}})"}) {
    with_conflict(value);
    expect_refused_settled(6, "\"$conflict\" lacks \"base\" or \"target\"");
  }
}

TEST_F(HostileConflicts, HaveSidesThatAreNoRecords) {
  for (const char* value :
       {R"({"base":null,"target":7})", R"({"base":[],"target":null})", R"({"base":null,"target":""})"}) {
    with_conflict(value);
    expect_refused_settled(6, "\"$conflict\" holds what is neither a record nor null");
  }
}

TEST_F(HostileConflicts, HaveOtherMembersOrOneTwice) {
  with_conflict(R"({"base":null,"target":null,"file":null})");
  expect_refused_settled(6, "has a member beside \"base\" and \"target\"");
  with_conflict(R"({"base":null,"target":null,"target":{"id":1}})");
  expect_refused_settled(6, "has a member twice");
  with("\"$conflict\":{", R"("$conflict":{"base":null,"target":null},"$conflict":{)");
  expect_refused_settled(6, "the key \"$conflict\" occurs twice");
  with_conflict(R"({"base":null,"target":{"id":1,"id":2}})");
  expect_refused_settled(6, "the key \"id\" occurs twice");
}

TEST_F(HostileConflicts, NameUnknownColumns) {
  for (const char* value :
       {R"({"base":null,"target":{"id":1,"role":"x"}})", R"({"base":{"role":"x"},"target":null})"}) {
    with_conflict(value);
    expect_refused_settled(7, "the key \"role\" is no column of the table");
  }
}

TEST_F(HostileConflicts, AreInAFileThatDoesNotSpeakOfThem) {
  with("\"conflict\": \"$conflict\",\n", "");
  expect_refused_settled(7, "the key \"$conflict\" is no column of the table");
}

TEST_F(HostileConflicts, AreCalledAsSomethingElse) {
  with("\"conflict\": \"$conflict\"", "\"conflict\": \"name\"");
  expect_refused_settled(6, "\"conflict\" is \"name\", which is a column of the table \"users\"");
  with("\"conflict\": \"$conflict\"", "\"conflict\": \"$rejected\"");
  expect_refused_settled(6, "\"conflict\" and \"annotation\" are both \"$rejected\"");
  with("\"conflict\": \"$conflict\"", "\"conflict\": 7");
  expect_refused_settled(6, "\"conflict\" of the header is of kind");
  with("\"annotation\": \"$rejected\",\n", "");
  expect_refused_settled(6, "\"conflict\" is in the header of what is no file of rows that an import left out");
}

TEST_F(HostileConflicts, HoldWhatTheTargetCannotHold) {
  with_conflict(R"({"base":null,"target":{"id":1,"email":"a@x","name":"T1","age":"old"}})");
  expect_conflict_again("the target has such a row by now");
  EXPECT_EQ(user(1), "a@x|T1|30");
}

TEST_F(HostileConflicts, SpeakOfTheRowOfAnotherRecord) {
  with_conflict(R"({"base":null,"target":{"id":2,"email":"b@x","name":"T2","age":40}})");
  expect_conflict_again("the target has such a row by now");
  EXPECT_EQ(document(rejects)["data"]["users"].size(), 2);
  EXPECT_EQ(user(1) + " " + user(2), "a@x|T1|30 b@x|T2|40");
}

TEST_F(HostileConflicts, AreFoundByTheRecordsOwnKeyWhereTheyLackIt) {
  with_conflict(R"({"base":null,"target":{"email":"a@x","name":"T1","age":30}})");
  expect_settled();
  EXPECT_EQ(user(1) + " " + user(2), "a@x|F1|30 b@x|F2|40");
}

TEST_F(HostileConflicts, LackCellsWhichThenAreNewOnBothSides) {
  with_conflict(R"({"base":null,"target":{"id":1,"age":30}})");
  target.run("UPDATE users SET age = 41 WHERE id = 2");
  expect_conflict_again("settled by: name");
  EXPECT_EQ(document(rejects)["data"]["users"].size(), 2);
}

TEST_F(HostileConflicts, AreOfATableWithoutAKey) {
  target.run("ALTER TABLE users DROP CONSTRAINT users_pkey");
  expect_refused_settled(7, "users has no key in the target, and records of the file say (\"$conflict\")");
}

TEST_F(HostileConflicts, DoNotGoWithAnotherKeyOrTime) {
  const support::Run run = import_settled({"--match", "users=email"});
  EXPECT_EQ(run.status, 2) << run.err;
  EXPECT_THAT(run.err, testing::HasSubstr("\"$conflict\" of its records and --match"));
}

TEST_F(HostileConflicts, AreRefusedWhereTheSealIsBrokenAndNobodySaysSo) {
  with("\"F1\"", "\"F3\"");
  const support::Run run = support::run_program({PROGRAM_DIR "/db-import", rejects, "--url", target.url()});
  EXPECT_EQ(run.status, 6) << run.err;
  EXPECT_THAT(run.err, testing::HasSubstr("--unsealed"));
}

}  // namespace
}  // namespace cli
