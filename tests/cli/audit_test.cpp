// What a reviewer gets and decides with: reports, rejects, policies, through the real programs.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "cli/transfer_fixture.h"

namespace cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::string text_of(const std::string& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

class AuditOfAnImport : public Transfer {
 protected:
  void SetUp() override {
    schema(
        "CREATE TABLE users (id int PRIMARY KEY, email text NOT NULL UNIQUE, \"passwordHash\" text, \"updatedAt\" "
        "timestamptz); CREATE TABLE "
        "posts (id int PRIMARY KEY, author int NOT NULL REFERENCES users, title varchar(10))");
    source.run(
        "INSERT INTO users VALUES (1, 'a@x', 'hunter2', '2025-01-01'), (2, 'b@x', 'hunter3', '2025-01-01'), (3, "
        "'c@x', NULL, "
        "'2025-01-01'); INSERT INTO posts VALUES (10, 1, 'one'), (11, 2, 'two'), (12, 3, 'three')");
    target.run("INSERT INTO users VALUES (1, 'a@x', 'changed there', '2025-06-01'), (9, 'c@x', NULL, '2025-01-01')");
  }
  std::string beside(const std::string& name) const {
    return (std::filesystem::path(file).parent_path() / name).string();
  }
};

TEST_F(AuditOfAnImport, HasEveryDecisionInEveryForm) {
  std::vector<std::string> options = {"--dry-run"};
  for (const char* name : {"a.json", "a.html", "a.txt", "a.md"})
    options.insert(options.end(), {"--report", beside(name)});
  transfer(options);
  EXPECT_EQ(status, 4) << errors;
  const auto report = nlohmann::json::parse(text_of(beside("a.json")));
  std::vector<std::string> told;
  for (const auto& row : report["decisions"])
    told.push_back(row["table"].get<std::string>() + " " + row["key"].get<std::string>() + " " +
                   row["verdict"].get<std::string>());
  EXPECT_THAT(told, ElementsAre("users id=1 update", "users id=2 insert", "users id=3 conflict", "posts id=10 insert",
                                "posts id=11 insert", "posts id=12 invalid"));
  for (const auto& row : report["decisions"]) {
    const std::string line = text_of(file).substr(row["offset"].get<std::size_t>(), 12);
    EXPECT_THAT(line, HasSubstr("{\"id\":" + row["key"].get<std::string>().substr(3))) << row;
  }
  for (const char* name : {"a.html", "a.txt", "a.md"}) {
    EXPECT_THAT(text_of(beside(name)), HasSubstr("c@x")) << name;
    EXPECT_THAT(text_of(beside(name)), Not(HasSubstr("hunter2"))) << name;
  }
  EXPECT_THAT(text_of(beside("a.json")), Not(HasSubstr("hunter")));
}

TEST_F(AuditOfAnImport, ShowsSemicolonsBracesAndQuotesAsTheyAre) {
  for (support::Database* database : {&source, &target})
    database->run("CREATE TABLE w (id int PRIMARY KEY, \"x;y\" text, \"{\"\",\" text)");
  source.run("INSERT INTO w VALUES (1, 'p;q', 'NULL'), (2, ';', '{\"a,b\"}'), (3, NULL, '')");
  target.run("INSERT INTO w VALUES (1, 'm;n;o', NULL), (2, '', E'\\\\'), (3, ';;', ' ')");

  transfer({"--dry-run", "--report", beside("a.json")});

  using Change = std::tuple<std::string, std::string, std::string>;
  const auto report = nlohmann::json::parse(text_of(beside("a.json")));
  std::vector<Change> told;
  for (const auto& row : report["decisions"]) {
    for (const auto& change : row["table"] == "w" ? row["changes"] : nlohmann::json::array())
      told.emplace_back(change["column"], change["before"].value("text", "(none)"),
                        change["after"].value("text", "(none)"));
  }
  EXPECT_THAT(told,
              ElementsAre(Change{"x;y", "m;n;o", "p;q"}, Change{"{\",", "(none)", "NULL"}, Change{"x;y", "", ";"},
                          Change{"{\",", "\\", "{\"a,b\"}"}, Change{"x;y", ";;", "(none)"}, Change{"{\",", " ", ""}));
}

TEST_F(AuditOfAnImport, IsPrintedWithEveryDecisionWhereThatIsAskedFor) {
  ASSERT_EQ(run_export().status, 0);
  const support::Run summary = run_import({"--dry-run", "--json"});
  const support::Run full = run_import({"--dry-run", "--json=full"});
  const support::Run written = run_import({"--dry-run", "--report", beside("full.json")});
  ASSERT_TRUE(nlohmann::json::accept(full.out)) << full.out << full.err;
  nlohmann::json document = nlohmann::json::parse(full.out);
  const nlohmann::json report = nlohmann::json::parse(text_of(beside("full.json")));

  EXPECT_EQ(full.status, summary.status);
  EXPECT_EQ(document["decisions"].size(), report["decisions"].size());
  EXPECT_EQ(document["decisions"][0]["key"], report["decisions"][0]["key"]);
  EXPECT_FALSE(document.contains("plan")) << "nobody has it to apply it";
  EXPECT_THAT(document["command"].dump(), testing::Not(testing::HasSubstr("--apply")));
  document.erase("decisions");
  std::set<std::string> members;
  for (const auto& [name, value] : document.items()) members.insert(name);
  const nlohmann::json short_one = nlohmann::json::parse(summary.out);
  for (const auto& [name, value] : short_one.items()) EXPECT_TRUE(members.erase(name) == 1) << name;
  EXPECT_TRUE(members.empty());
  EXPECT_EQ(run_import({"--dry-run", "--json=all"}).status, 2);
  EXPECT_EQ(written.status, full.status);
}

TEST_F(AuditOfAnImport, ShowsSecretsOnlyWhenAsked) {
  transfer({"--dry-run", "--show-masked", "--report", beside("a.txt")});
  EXPECT_THAT(text_of(beside("a.txt")), HasSubstr("hunter2"));
}

TEST_F(AuditOfAnImport, IsTheSameForTheRehearsalWhichWritesNothing) {
  const std::string before = support::normalized_dump(target.url());
  const auto result = transfer({"--rehearse", "--report", beside("a.json")});
  EXPECT_EQ(status, 4) << errors;
  EXPECT_EQ(result["ending"], "rehearsed");
  EXPECT_THAT(verdicts(result, "users"), ElementsAre(1, 1, 0, 1, 0, 0));
  EXPECT_EQ(support::normalized_dump(target.url()), before);
}

TEST_F(AuditOfAnImport, KeepsTheRowsLeftOutSoThatTheyCanBeMendedAndImported) {
  const auto result = transfer();
  EXPECT_EQ(status, 4) << errors;
  const std::string rejects = result["rejects_file"];
  EXPECT_THAT(rejects, HasSubstr(".rejects.json"));
  const auto document = nlohmann::json::parse(text_of(rejects));
  ASSERT_EQ(document["data"]["users"].size(), 1U);
  EXPECT_THAT(document["data"]["users"][0]["$rejected"].get<std::string>(), HasSubstr("users_email_key"));
  EXPECT_EQ(document["data"]["users"][0]["id"], 3);
  EXPECT_EQ(document["data"]["posts"][0]["title"], "three");

  file = rejects;
  import();
  EXPECT_EQ(status, 4) << "it is sealed and read, and the same stands against it";
  target.run("DELETE FROM users WHERE id = 9");
  const auto mended = import();
  EXPECT_EQ(status, 0) << errors;
  EXPECT_THAT(verdicts(mended, "posts"), ElementsAre(1, 0, 0, 0, 0, 0));
}

TEST_F(AuditOfAnImport, NamesTheFileThatHoldsTheSameRejectsAlready) {
  const std::string first = transfer()["rejects_file"];
  EXPECT_EQ(import()["rejects_file"], first);
  EXPECT_FALSE(std::filesystem::exists(std::filesystem::path(first).replace_extension().string() + "-2.json"));
  target.run("UPDATE users SET id = 10 WHERE id = 9");
  const std::string other = import()["rejects_file"];
  EXPECT_THAT(other, HasSubstr(".rejects-2.json")) << "the holder is another, and so is the reason";
  EXPECT_EQ(import()["rejects_file"], other);
}

TEST_F(AuditOfAnImport, NeverReplacesRejectsOfBefore) {
  const std::string first = transfer()["rejects_file"];
  std::ofstream(first, std::ios::app) << " ";
  const auto again = import();
  EXPECT_THAT(again["rejects_file"].get<std::string>(), HasSubstr(".rejects-2.json"));
  EXPECT_EQ(text_of(first), text_of(again["rejects_file"]) + " ");
  const support::Run third = run_import({"--rejects", again["rejects_file"].get<std::string>()});
  EXPECT_EQ(third.status, 2) << third.err;
}

TEST_F(AuditOfAnImport, OfADryRunLeavesNoRejectsUnlessAsked) {
  EXPECT_EQ(transfer({"--dry-run"})["rejects_file"], "");
  import({"--dry-run", "--rejects", beside("r.json")});
  EXPECT_EQ(nlohmann::json::parse(text_of(beside("r.json")))["seal"]["rows"], 2);
}

TEST_F(AuditOfAnImport, FailsAsAWholeOnAConflictWhenAsked) {
  const auto result = transfer({"--on-conflict", "fail"});
  EXPECT_EQ(status, 4);
  EXPECT_EQ(result["ending"], "rolled-back");
  EXPECT_EQ(target.rows("SELECT count(*) FROM posts")[0][0], "0");
}

TEST_F(AuditOfAnImport, MatchesByANaturalKeyAndRemapsWhatRefersToIt) {
  const auto result = transfer({"--match", "users=email"});
  EXPECT_EQ(status, 0) << errors;
  EXPECT_THAT(verdicts(result, "users"), ElementsAre(1, 1, 1, 0, 0, 0));
  EXPECT_EQ(target.rows("SELECT author FROM posts WHERE id = 12")[0][0], "9");
}

TEST_F(AuditOfAnImport, KeepsNewerRows) {
  const auto result = transfer({"--keep-newer"});
  EXPECT_THAT(verdicts(result, "users"), ElementsAre(1, 0, 0, 1, 0, 1));
  EXPECT_EQ(target.rows("SELECT \"passwordHash\" FROM users WHERE id = 1")[0][0], "changed there");
}

TEST_F(AuditOfAnImport, FollowsTheTransferFileTableByTable) {
  const std::string config = beside("transfer.json");
  std::ofstream(config)
      << R"({"tables": {"users": {"match": ["email"], "mode": "update"}, "posts": {"mode": "insert"}}})";
  const auto result = transfer({"--config", config});
  EXPECT_THAT(verdicts(result, "users"), ElementsAre(0, 1, 1, 0, 0, 1));
  EXPECT_THAT(verdicts(result, "posts"), ElementsAre(2, 0, 0, 0, 1, 0));
}

TEST_F(AuditOfAnImport, RefusesWhatItDoesNotUnderstand) {
  run_export();
  for (const auto& [option, word] : std::vector<std::pair<std::string, std::string>>{{"--report", "audit.pdf"},
                                                                                     {"--match", "users"},
                                                                                     {"--match", "user=email"},
                                                                                     {"--match", "users=mail"},
                                                                                     {"--on-conflict", "stop"}}) {
    const support::Run run = run_import({option, word});
    EXPECT_EQ(run.status, 2) << option << ' ' << word << run.err;
    EXPECT_EQ(target.rows("SELECT count(*) FROM posts")[0][0], "0");
  }
}

}  // namespace
}  // namespace cli
