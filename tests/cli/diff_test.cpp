// db-diff through the program: files, databases, and one beside the other.
#include <gmock/gmock.h>

#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "cli/diff_fixture.h"

namespace cli {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class Diff : public Comparison {
 protected:
  void SetUp() override {
    schema(
        "CREATE TABLE users (id int PRIMARY KEY, name text, balance numeric(10,2), settings jsonb);"
        "CREATE TABLE posts (id int PRIMARY KEY, author int NOT NULL REFERENCES users, title text);"
        "CREATE TABLE log (line text)");
    const char* rows =
        "INSERT INTO users SELECT i, 'user ' || i, i * 1.5, '{\"a\": 1}' FROM generate_series(1, 20) i;"
        "INSERT INTO posts SELECT i, i, 'post ' || i FROM generate_series(1, 5) i;"
        "INSERT INTO log VALUES ('a'), ('a'), ('b')";
    source.run(rows);
    target.run(rows);
  }

  std::string exported(support::Database& database, const std::string& name, std::vector<std::string> options = {}) {
    std::string path = folder.file(name);
    options.insert(options.begin(), {PROGRAM_DIR "/db-export", path, "--url", database.url(), "--force"});
    const support::Run run = support::run_program(options);
    EXPECT_EQ(run.status, 0) << run.err;
    return path;
  }
  // equal, changed, only in A, only in B.
  static std::vector<int> counts(const nlohmann::json& found, const std::string& name) {
    const nlohmann::json of_table = table(found, name)["counts"];
    return {of_table["equal"], of_table["changed"], of_table["only_a"], of_table["only_b"]};
  }
  void edit() {
    target.run(
        "UPDATE users SET name = 'Ann' WHERE id = 3; UPDATE users SET balance = 9 WHERE id = 12;"
        "DELETE FROM users WHERE id = 20; INSERT INTO users VALUES (100, NULL, NULL, NULL);"
        "INSERT INTO log VALUES ('b'), ('c')");
  }
};

TEST_F(Diff, OfEqualSidesEndsWithZeroWhateverTheyAre) {
  const std::string plain = exported(source, "a.json");
  const std::string sorted = exported(target, "b.json.zst", {"--sorted"});
  for (const auto& [a, b] : {std::pair{plain, sorted}, {plain, target.url()}, {source.url(), target.url()}}) {
    const support::Run run = diff(a, b);
    EXPECT_EQ(run.status, 0) << run.out << run.err;
    EXPECT_THAT(run.out, HasSubstr("Equal: 28 rows in 3 tables."));
  }
}

TEST_F(Diff, TellsRowsAndCells) {
  edit();
  const std::string plain = exported(source, "a.json");
  for (const std::string& b : {exported(target, "b.json"), target.url()}) {
    const support::Run run = diff(plain, b);
    EXPECT_EQ(run.status, 3) << run.err;
    EXPECT_THAT(run.out, AllOf(HasSubstr("changed   id=3\n    name: user 3 → Ann"), HasSubstr("balance: 18.00 → 9.00"),
                               HasSubstr("only in A id=20: id=20, name=user 20"), HasSubstr("only in B id=100"),
                               HasSubstr("2 of 3 tables differ: 2 rows changed, 1 row only in A, 3 rows only in B."),
                               Not(HasSubstr("posts\n"))));
    const nlohmann::json found = result(plain, b);
    EXPECT_THAT(counts(found, "users"), ElementsAre(17, 2, 1, 1));
    EXPECT_THAT(counts(found, "posts"), ElementsAre(5, 0, 0, 0));
    EXPECT_THAT(counts(found, "log"), ElementsAre(3, 0, 0, 2));
  }
}

TEST_F(Diff, ShowsAsManyRowsAsItIsToldAndAllInItsReports) {
  target.run("UPDATE users SET name = name || '!'");
  const std::string a = exported(source, "a.json");
  const std::string report = folder.file("diff.json");
  const nlohmann::json found = result(a, target.url(), {"--max-rows", "3", "--report", report});
  EXPECT_EQ(found["rows"].size(), 3U);
  const nlohmann::json all = nlohmann::json::parse(support::read_file(report));
  EXPECT_EQ(all["rows"].size(), 20U);
  EXPECT_EQ(all["total"], found["total"]);
  const support::Run full = diff(a, target.url(), {"--json=full"});
  EXPECT_EQ(nlohmann::json::parse(full.out)["rows"], all["rows"]);
  EXPECT_THAT(diff(a, target.url(), {"--max-rows", "3"}).out, HasSubstr("… and 17 more changed"));
}

TEST_F(Diff, SaysInJsonWhatItsSchemaDescribes) {
  const std::string python = "/usr/bin/python3";  // Debian's, which Debian's python3-jsonschema is for
  if (support::run_program({python, "-c", "import jsonschema"}).status != 0)
    GTEST_SKIP() << "python3-jsonschema is not installed";
  edit();
  target.run("ALTER TABLE posts DROP COLUMN title; DROP TABLE log; CREATE TABLE secrets (token text)");
  const std::string a = exported(source, "a.json");
  const std::string program =
      "import json, jsonschema, sys\n"
      "jsonschema.Draft202012Validator(json.load(open(sys.argv[1]))).validate(json.load(open(sys.argv[2])))";
  for (const std::vector<std::string>& options : {std::vector<std::string>{"--json"}, {"--json=full"}}) {
    for (const std::string& b : {target.url(), a}) {
      const std::string document = folder.write("result.json", diff(a, b, options).out);
      const support::Run judged =
          support::run_program({python, "-c", program, SOURCE_DIR "/schema/difference.schema.json", document});
      EXPECT_EQ(judged.status, 0) << judged.err;
    }
  }
}

TEST_F(Diff, WritesAPageAndATextForPeople) {
  edit();
  target.run("UPDATE users SET name = '<script>alert(1)</script>' WHERE id = 4");
  const std::string page = folder.file("diff.html");
  const std::string text = folder.file("diff.txt");
  const support::Run run = diff(source.url(), target.url(), {"--report", page, "--report", text, "-q"});
  EXPECT_EQ(run.status, 3) << run.err;
  EXPECT_THAT(run.out, IsEmpty());
  EXPECT_THAT(support::read_file(page),
              AllOf(HasSubstr("<title>Different: "), HasSubstr("&lt;script&gt;"), Not(HasSubstr("<script>alert"))));
  EXPECT_THAT(support::read_file(text), HasSubstr("2 of 3 tables differ"));
  EXPECT_EQ(diff(source.url(), target.url(), {"--report", folder.file("diff.xml")}).status, 2);
}

TEST_F(Diff, LeavesAFileThatIsNoReportAndWhatItReads) {
  const std::string a = exported(source, "a.json");
  EXPECT_EQ(diff(a, target.url(), {"--report", a, "--force"}).status, 2);
  const std::string other = folder.write("notes.txt", "mine");
  EXPECT_EQ(diff(a, target.url(), {"--report", other}).status, 2);
  EXPECT_EQ(support::read_file(other), "mine");
}

TEST_F(Diff, ComparesValuesAndNotTheirSpelling) {
  source.run("TRUNCATE users CASCADE; INSERT INTO users VALUES (1, 'é', 1.5, '{\"a\": [1, 2], \"b\": null}')");
  const std::string a = exported(source, "a.json");
  std::string edited = support::read_file(a);
  const std::string record = R"({"id":1,"name":"é","balance":"1.50","settings":{"a": [1, 2], "b": null}})";
  const std::size_t at = edited.find(record);
  ASSERT_NE(at, std::string::npos) << edited;
  edited.replace(at, record.size(),
                 "{ \"settings\": {\"b\":null,\"a\":[1,2]}, \"name\":\"\\u00e9\",\n\"balance\":1.5, "
                 "\"id\":\"1\" }");
  const std::string b = folder.write("b.json", edited);
  const support::Run refused = diff(a, b);
  EXPECT_EQ(refused.status, 6);
  EXPECT_THAT(refused.err, AllOf(HasSubstr("the seal does not match"), HasSubstr("--unsealed")));
  EXPECT_EQ(diff(a, b, {"--unsealed"}).status, 0) << diff(a, b, {"--unsealed"}).out;
}

TEST_F(Diff, RefusesWhatAnImportRefusesInTheSameWords) {
  const std::string whole = support::read_file(exported(source, "a.json"));
  const std::string cut = folder.write("cut.json", whole.substr(0, whole.size() / 2));
  for (const std::string& bad : {cut, folder.file("none.json"), folder.write("x.json", "PK\x03\x04")}) {
    const support::Run run = diff(bad, target.url(), {"--json"});
    const support::Run import =
        support::run_program({PROGRAM_DIR "/db-import", bad, "-n", "--url", target.url(), "--json"});
    EXPECT_EQ(run.status, import.status) << run.err;
    EXPECT_EQ(nlohmann::json::parse(run.out)["error"], nlohmann::json::parse(import.out)["error"]);
  }
}

TEST_F(Diff, ReadsASideFromStandardInput) {
  edit();
  const std::string a = support::read_file(exported(source, "a.json"));
  EXPECT_EQ(diff("-", target.url(), {}, {.input = a}).status, 3);
  EXPECT_EQ(diff(source.url(), "-", {}, {.input = a}).status, 0);
  EXPECT_EQ(diff("-", "-").status, 2);
}

TEST_F(Diff, TellsTablesColumnsAndTypesThatOneSideLacksOnce) {
  target.run(
      "ALTER TABLE users ADD COLUMN nick text; ALTER TABLE posts DROP COLUMN title; ALTER TABLE posts ALTER author "
      "TYPE "
      "bigint; DROP TABLE log; CREATE TABLE tags (label text PRIMARY KEY)");
  const nlohmann::json found = result(source.url(), target.url());
  EXPECT_THAT(table(found, "users")["differences"], ElementsAre("nick is only in B"));
  EXPECT_THAT(table(found, "posts")["differences"],
              ElementsAre("author is integer in A and bigint in B", "title is only in A"));
  EXPECT_EQ(table(found, "log")["presence"], "only-a");
  EXPECT_EQ(table(found, "tags")["presence"], "only-b");
  EXPECT_THAT(counts(found, "posts"), ElementsAre(5, 0, 0, 0));
  EXPECT_THAT(found["rows"], IsEmpty());
}

TEST_F(Diff, PairsByAKeyOfBothSidesOrComparesWholeRows) {
  target.run(
      "ALTER TABLE users ADD UNIQUE (name); ALTER TABLE posts DROP CONSTRAINT posts_author_fkey; ALTER TABLE "
      "users DROP CONSTRAINT users_pkey; UPDATE users SET name = 'x' WHERE id = 2");
  const nlohmann::json found = result(source.url(), target.url());
  EXPECT_THAT(counts(found, "users"), ElementsAre(19, 0, 1, 1));
  EXPECT_THAT(table(found, "users")["notes"].dump(), HasSubstr("no key in common"));
}

TEST_F(Diff, TakesOnlyTheTablesThatAreWanted) {
  edit();
  source.run("CREATE TABLE audit_logs (id int PRIMARY KEY)");
  EXPECT_EQ(diff(source.url(), target.url(), {"-t", "posts"}).status, 0);
  EXPECT_EQ(diff(source.url(), target.url(), {"-T", "users", "-T", "log", "--skip-audit"}).status, 0);
  EXPECT_EQ(diff(source.url(), target.url(), {"-t", "audit_logs"}).status, 3);
  const support::Run slip = diff(source.url(), target.url(), {"-t", "user"});
  EXPECT_EQ(slip.status, 2);
  EXPECT_THAT(slip.err, HasSubstr("did you mean users?"));
}

TEST_F(Diff, OfAnEmptyDatabaseTellsThatAllTablesAreMissing) {
  const support::Database empty;
  const nlohmann::json found = result(source.url(), empty.url());
  EXPECT_EQ(found["tables"].size(), 3U);
  EXPECT_EQ(diff(empty.url(), empty.url()).status, 0);
}

TEST_F(Diff, TakesNamesOfTheTransferFileForBothSides) {
  target.run(
      "ALTER TABLE users RENAME TO people; ALTER TABLE people RENAME name TO full_name; ALTER TABLE people ADD x "
      "int; UPDATE people SET full_name = 'Ann' WHERE id = 1");
  const std::string config = folder.write(
      "c.json",
      R"({"rename": {"tables": {"users": "people"}, "columns": {"users.name": "full_name"}}, "drop": ["people.x"]})");
  for (const bool turned : {false, true}) {
    const std::string& a = turned ? target.url() : source.url();
    const std::string& b = turned ? source.url() : target.url();
    const nlohmann::json found = result(a, b, {"--config", config});
    const std::string name = turned ? "people" : "users";
    EXPECT_THAT(counts(found, name), ElementsAre(19, 1, 0, 0));
    EXPECT_THAT(table(found, name)["differences"], IsEmpty());
    EXPECT_EQ(result(a, b, {"--config", config, "-t", "users"})["tables"].size(), 1U);
  }
}

TEST_F(Diff, MasksWhatLooksLikeASecret) {
  schema("CREATE TABLE accounts (id int PRIMARY KEY, password_hash text)");
  source.run("INSERT INTO accounts VALUES (1, 'hunter2'), (2, 'same')");
  target.run("INSERT INTO accounts VALUES (1, 'swordfish'), (2, 'same'), (3, 'letmein')");
  const std::string page = folder.file("diff.html");
  const support::Run run = diff(source.url(), target.url(), {"--json=full", "--report", page});
  EXPECT_THAT(run.out + run.err + support::read_file(page),
              Not(testing::AnyOf(HasSubstr("hunter2"), HasSubstr("swordfish"), HasSubstr("letmein"))));
  EXPECT_THAT(run.out, HasSubstr("\"masked\""));
  EXPECT_THAT(diff(source.url(), target.url(), {"--show-masked"}).out, HasSubstr("hunter2 → swordfish"));
}

TEST_F(Diff, OfTypesOfTheUsersOwnComparesAttributesByName) {
  source.run(
      "CREATE TYPE pair AS (a int, b int); CREATE TABLE t (id int PRIMARY KEY, p pair); INSERT INTO t VALUES (1, "
      "(1,2)), (2, (3,3))");
  target.run(
      "CREATE TYPE pair AS (b int, a int); CREATE TABLE t (id int PRIMARY KEY, p pair); INSERT INTO t VALUES (1, "
      "(1,2)), (2, (3,3))");
  EXPECT_THAT(counts(result(source.url(), target.url(), {"-t", "t"}), "t"), ElementsAre(1, 1, 0, 0));
}

TEST_F(Diff, OfEnumsTellsLabelsThatDiffer) {
  const std::string table = "CREATE TABLE t (id int PRIMARY KEY, moods mood[]); INSERT INTO t VALUES (1, '{sad}')";
  source.run("CREATE TYPE mood AS ENUM ('sad', 'glad'); " + table);
  target.run("CREATE TYPE mood AS ENUM ('glad', 'sad', 'calm'); " + table);
  const support::Run run = diff(source.url(), target.url(), {"-t", "t"});
  EXPECT_EQ(run.status, 3) << run.err;
  EXPECT_THAT(run.out, HasSubstr("moods is mood[], with the labels sad, glad in A and glad, sad, calm in B"));
}

TEST_F(Diff, SaysWhichComputedColumnsItCannotCompare) {
  source.run("CREATE TABLE t (id int PRIMARY KEY, twice int GENERATED ALWAYS AS (id * 2) STORED)");
  target.run("CREATE TABLE t (id int PRIMARY KEY, twice int GENERATED ALWAYS AS (id * 3) STORED)");
  const support::Run run = diff(source.url(), exported(target, "b.json"), {"-t", "t"});
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("twice is not compared: both databases compute it"));
}

TEST_F(Diff, NamesTheFileThatHoldsABadRecord) {
  std::string text = support::read_file(exported(source, "a.json"));
  const std::size_t place = text.find("\"title\":\"post 1\"");
  ASSERT_NE(place, std::string::npos);
  const std::string edited = folder.write("edited.json", text.replace(place, 7, "\"totle\""));
  const support::Run run = diff(target.url(), edited, {"--unsealed"});
  EXPECT_NE(run.status, 0);
  EXPECT_NE(run.status, 3);
  EXPECT_THAT(run.err, AllOf(HasSubstr("edited.json: table posts, record 1: "), HasSubstr("totle")));
}

TEST_F(Diff, ASignalEndsItWithoutAReport) {
  source.run("BEGIN; LOCK TABLE users IN ACCESS EXCLUSIVE MODE");
  const std::string report = folder.file("diff.json");
  support::Program program(
      {PROGRAM_DIR "/db-diff", target.url(), source.url(), "--lock-timeout", "5min", "--report", report});
  while (target.value("SELECT count(*) FROM pg_locks WHERE NOT granted AND database = "
                      "(SELECT oid FROM pg_database WHERE datname = '" +
                      source.name() + "')") == "0" &&
         !program.ended())
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  program.signal(SIGINT);
  const support::Run run = program.finish();
  EXPECT_EQ(run.status, 128 + SIGINT);
  EXPECT_THAT(run.err, HasSubstr("db-diff: interrupted; no report was written"));
  EXPECT_EQ(::access(report.c_str(), F_OK), -1);
}

TEST_F(Diff, ComparesSchemasOfTwoNames) {
  source.run(
      "CREATE SCHEMA one; CREATE TYPE one.mood AS ENUM ('ok'); CREATE TABLE one.t (id int PRIMARY KEY, m one.mood); "
      "INSERT INTO one.t VALUES (1, 'ok')");
  target.run(
      "CREATE SCHEMA two; CREATE TYPE two.mood AS ENUM ('ok'); CREATE TABLE two.t (id int PRIMARY KEY, m two.mood); "
      "INSERT INTO two.t VALUES (1, 'ok')");
  const std::string a = exported(source, "a.json", {"--schema", "one"});
  const std::string b = exported(target, "b.json", {"--schema", "two"});
  EXPECT_EQ(diff(a, b).status, 0) << diff(a, b).out;
}

TEST_F(Diff, HidesThePasswordAndSaysWhereAnErrorIs) {
  const support::Run run = diff("postgresql://ann:hunter2@127.0.0.1:1/app", target.url());
  EXPECT_EQ(run.status, 5);
  EXPECT_THAT(run.out + run.err, AllOf(HasSubstr("A is "), Not(HasSubstr("hunter2"))));
  EXPECT_EQ(diff("mysql://ann:hunter2@host/app", target.url()).status, 2);
  EXPECT_THAT(diff("mysql://ann:hunter2@host/app", target.url()).err, Not(HasSubstr("hunter2")));
  const nlohmann::json error = nlohmann::json::parse(diff("none.json", target.url(), {"--json"}).out);
  EXPECT_EQ(error["error"]["exit_status"], 2);
  EXPECT_EQ(error["program"], "db-diff");
}

TEST_F(Diff, KeepsItsOrderOfTablesWhereTheSidesHaveAnother) {
  source.run(
      "ALTER TABLE posts DROP CONSTRAINT posts_author_fkey; ALTER TABLE users ADD FOREIGN KEY (id) REFERENCES "
      "posts NOT VALID");
  const std::string a = exported(source, "a.json.gz");
  const nlohmann::json found = result(a, exported(target, "b.json.gz"));
  EXPECT_TRUE(found["equal"]);
  EXPECT_EQ(found["tables"][0]["name"], "log");
  EXPECT_EQ(found["tables"][1]["name"], "posts");
}

}  // namespace
}  // namespace cli
