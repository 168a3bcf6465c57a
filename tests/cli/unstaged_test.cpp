// Records that are equal to rows of the target are left unstaged: whatever they have to do with other rows, the import
// tells and does the same.
#include <gmock/gmock.h>

#include <fstream>

#include "cli/unstaged_fixture.h"

namespace cli {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

TEST_F(Unstaged, RowsAreNotTouched) {
  everywhere("CREATE TABLE t (id int PRIMARY KEY, v text); CREATE TABLE bag (v text)");
  everywhere("INSERT INTO t SELECT n, 'v' || n FROM generate_series(1, 3000) n; INSERT INTO bag VALUES ('x'), (NULL)");
  const std::string written = writes();

  const json result = same();

  EXPECT_THAT(verdicts(result, "t"), ElementsAre(0, 0, 3000, 0, 0, 0));
  EXPECT_THAT(verdicts(result, "bag"), ElementsAre(0, 0, 2, 0, 0, 0));
  EXPECT_EQ(writes(), written);
}

// Equal in all that the file has, and yet not what it is to become.
TEST_F(Unstaged, RowsThatTheTransferFileSettlesAreWhatItSays) {
  source.run("CREATE TABLE people (id int PRIMARY KEY, mail text); INSERT INTO people VALUES (1, 'a'), (2, 'b')");
  there("CREATE TABLE users (id int PRIMARY KEY, email text, imported boolean, legacy text)");
  there("INSERT INTO users VALUES (1, 'a', false), (2, 'b', true)");
  folder.write("map.json", R"({"rename": {"tables": {"people": "users"}, "columns": {"people.mail": "email"}},
                               "set": {"users.imported": true}})");

  EXPECT_THAT(verdicts(same({"--config", folder.file("map.json")}), "users"), ElementsAre(0, 1, 1, 0, 0, 0));

  folder.write("map.json", R"({"rename": {"tables": {"people": "users"}, "columns": {"people.mail": "email"}}})");
  there("UPDATE users SET email = 'other' WHERE id = 2");
  EXPECT_THAT(verdicts(same_of_file({"--config", folder.file("map.json")}), "users"), ElementsAre(0, 1, 1, 0, 0, 0));
}

TEST_F(Unstaged, RowsStandBesideOthers) {
  everywhere("CREATE TABLE t (id int PRIMARY KEY, v text, made int GENERATED ALWAYS AS (id * 2) STORED)");
  source.run("INSERT INTO t SELECT n, 'v' || n % 7 FROM generate_series(1, 500) n");
  there(
      "INSERT INTO t SELECT n, CASE WHEN n % 10 = 0 THEN 'old' ELSE 'v' || n % 7 END FROM generate_series(51, 600) n");

  EXPECT_THAT(verdicts(same(), "t"), ElementsAre(50, 45, 405, 0, 0, 0));
}

TEST_F(Unstaged, RowsOfAnIdentityThatAnotherRecordClaimsAreConflicts) {
  source.run("CREATE TABLE t (id int, v text)");
  there("CREATE TABLE t (id int PRIMARY KEY, v text)");
  source.run("INSERT INTO t VALUES (1, 'same'), (2, 'same'), (1, 'other'), (3, 'same'), (3, 'same')");
  there("INSERT INTO t VALUES (1, 'same'), (2, 'same'), (3, 'same')");

  EXPECT_THAT(verdicts(same(), "t"), ElementsAre(0, 0, 1, 4, 0, 0));
}

TEST_F(Unstaged, RowsOfAnIdentityThatIsTheSameInOtherBytesAreConflicts) {
  source.run("CREATE TABLE t (id text, v text); INSERT INTO t VALUES ('A', 'same'), ('a', 'other'), ('b', 'same')");
  there(
      "CREATE COLLATION any_case (PROVIDER = icu, LOCALE = 'und-u-ks-level2', DETERMINISTIC = false); CREATE TABLE t "
      "(id text COLLATE any_case PRIMARY KEY, v text); INSERT INTO t VALUES ('A', 'same'), ('b', 'same')");

  EXPECT_THAT(verdicts(same(), "t"), ElementsAre(0, 0, 1, 2, 0, 0));
}

TEST_F(Unstaged, RowsOfABagCountAgainstThoseOfTheTarget) {
  everywhere("CREATE TABLE bag (v text, n int)");
  source.run("INSERT INTO bag SELECT v, 1 FROM (VALUES ('a'), ('a'), ('a'), ('b'), ('b'), (NULL), ('c')) x(v)");
  there("INSERT INTO bag SELECT v, 1 FROM (VALUES ('a'), ('a'), ('b'), ('b'), ('b'), (NULL), ('d')) x(v)");

  EXPECT_THAT(verdicts(same(), "bag"), ElementsAre(2, 0, 5, 0, 0, 0));
}

TEST_F(Unstaged, RowsOfABagCountTogetherWithThoseThatAreSpelledOtherwise) {
  everywhere("CREATE TABLE bag (v text, n int)");
  source.run("INSERT INTO bag VALUES ('x', 1), ('x', 1), ('y', 2)");
  there("INSERT INTO bag VALUES ('x', 1), ('y', 2)");
  run_export();
  std::string text = support::read_file(file);
  text.replace(text.find(R"({"v":"x")"), 8, R"({"v": "x")");
  std::ofstream(file) << text;

  EXPECT_THAT(verdicts(same_of_file({"--unsealed"}), "bag"), ElementsAre(1, 0, 2, 0, 0, 0));
}

TEST_F(Unstaged, RowsOfABagOfFormsThatAreTheSameCountTogether) {
  everywhere("CREATE TABLE bag (v numeric, d jsonb)");
  source.run("INSERT INTO bag VALUES (1.0, '1'), (1.00, '1'), (1, '1.0')");
  there("INSERT INTO bag VALUES (1.0, '1'), (1.0, '1')");

  same();
}

TEST_F(Unstaged, RowsAreParentsOfNewOnesAndHoldTheirKeys) {
  everywhere(
      "CREATE TABLE p (id int PRIMARY KEY, email text UNIQUE); CREATE TABLE c (id int PRIMARY KEY, p int REFERENCES "
      "p)");
  everywhere("INSERT INTO p VALUES (1, 'a'), (2, 'b'), (3, 'c')");
  source.run(
      "INSERT INTO c VALUES (1, 1), (2, 2); INSERT INTO p VALUES (4, 'd'), (5, 'e'); INSERT INTO c VALUES (3, 5)");
  there("INSERT INTO p VALUES (9, 'd')");

  const json result = same();

  EXPECT_THAT(verdicts(result, "p"), ElementsAre(1, 0, 3, 1, 0, 0));
  EXPECT_THAT(verdicts(result, "c"), ElementsAre(3, 0, 0, 0, 0, 0));
}

TEST_F(Unstaged, RowsThatHoldAKeyWhichARecordClaimsStay) {
  source.run("CREATE TABLE t (id int PRIMARY KEY, email text); INSERT INTO t VALUES (1, 'a'), (2, 'a'), (3, 'c')");
  there("CREATE TABLE t (id int PRIMARY KEY, email text UNIQUE); INSERT INTO t VALUES (1, 'a'), (3, 'b'), (7, 'c')");

  EXPECT_THAT(verdicts(same(), "t"), ElementsAre(0, 0, 1, 2, 0, 0));
}

TEST_F(Unstaged, RowsStandBesideOthersThatExchangeKeys) {
  everywhere("CREATE TABLE t (id int PRIMARY KEY, k text UNIQUE, v int)");
  source.run("INSERT INTO t VALUES (1, 'b', 0), (2, 'c', 0), (3, 'a', 0), (4, 'd', 0)");
  there("INSERT INTO t VALUES (1, 'a', 0), (2, 'b', 0), (3, 'c', 0), (4, 'd', 0)");

  EXPECT_THAT(verdicts(same(), "t"), ElementsAre(0, 3, 1, 0, 0, 0));
}

TEST_F(Unstaged, RowsThatACascadeReachesAreWhatTheFileWants) {
  for (const char* action : {"CASCADE", "SET NULL", "SET DEFAULT"}) {
    everywhere(std::string("DROP TABLE IF EXISTS c, p; CREATE TABLE p (id int PRIMARY KEY, code text UNIQUE); CREATE "
                           "TABLE c (id int PRIMARY KEY, code text DEFAULT 'Z' REFERENCES p (code) ON UPDATE ") +
               action + ")");
    source.run("INSERT INTO p VALUES (1, 'B'), (2, 'A'), (9, 'Z'); INSERT INTO c VALUES (1, 'A'), (2, 'Z')");
    there("INSERT INTO p VALUES (1, 'A'), (9, 'Z'); INSERT INTO c VALUES (1, 'A'), (2, 'Z')");
    same();
  }
}

TEST_F(Unstaged, RowsThatATriggerChangesAreBroughtBack) {
  everywhere("CREATE TABLE a (id int PRIMARY KEY, v int); CREATE TABLE b (id int PRIMARY KEY, n int)");
  source.run("INSERT INTO a VALUES (1, 1), (2, 2); INSERT INTO b VALUES (1, 10), (2, 20)");
  there(
      "INSERT INTO a VALUES (1, 1), (2, 0); INSERT INTO b VALUES (1, 10), (2, 20); CREATE FUNCTION f() RETURNS trigger "
      "LANGUAGE plpgsql AS $$BEGIN UPDATE b SET n = n + 1; RETURN NULL; END$$; CREATE TRIGGER f AFTER UPDATE ON a FOR "
      "EACH ROW EXECUTE FUNCTION f()");

  const json result = same();

  EXPECT_EQ(target.value("SELECT string_agg(n::text, ' ' ORDER BY id) FROM b"), "10 20");
  EXPECT_THAT(result["notices"].dump(), HasSubstr("b: 2 rows"));
}

TEST_F(Unstaged, RowsRaiseSequences) {
  everywhere("CREATE TABLE t (id int GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, v text)");
  everywhere("INSERT INTO t SELECT n, 'v' FROM generate_series(1, 40) n");
  source.run("INSERT INTO t VALUES (41, 'new')");

  same();
  EXPECT_EQ(target.value("SELECT nextval('t_id_seq')"), "42");

  there("SELECT setval('t_id_seq', 7, false)");
  same();
  EXPECT_EQ(target.value("SELECT nextval('t_id_seq')"), "42");
}

TEST_F(Unstaged, RowsHoldValuesOfManyForms) {
  everywhere(
      "CREATE TYPE mood AS ENUM ('sad', 'happy'); CREATE DOMAIN email AS text CHECK (VALUE LIKE '%@%'); CREATE TABLE t "
      "(id numeric PRIMARY KEY, f float8, a float4[], j jsonb, k json, x xml, b bytea, m mood, e email, i interval, r "
      "int4range, z timestamptz, \"odd \"\"name\" text)");
  everywhere(
      "INSERT INTO t VALUES (1.50, 'NaN', '{NaN,1}', '{\"a\": [1.0]}', '{ \"b\":\n1}', '<a/>', '\\x00', 'sad', 'a@b', "
      "'1 mon', '[1,2)', '2025-01-15 10:30', E'\\n\"\\\\'), (2, '-0', '[2:3]={1,2}', 'null', 'null', NULL, NULL, NULL, "
      "NULL, NULL, NULL, 'infinity', '')");
  there("UPDATE t SET f = 'inf'::float8 - 'inf'::float8 WHERE id = 1.5");

  EXPECT_THAT(verdicts(same(), "t"), ElementsAre(0, 1, 1, 0, 0, 0));

  source.run("ALTER TABLE t DROP x, DROP r");
  there("ALTER TABLE t DROP x, DROP r; UPDATE t SET f = 'inf'::float8 - 'inf'::float8 WHERE id = 1.5");
  EXPECT_THAT(verdicts(same(), "t"), ElementsAre(0, 1, 1, 0, 0, 0));
}

TEST_F(Unstaged, RowsMayHaveMoreColumnsInTheTargetAndAnotherOrder) {
  source.run(
      "CREATE TABLE t (id int PRIMARY KEY, a text, b int); INSERT INTO t SELECT n, 'a', n FROM generate_series(1, 9) "
      "n");
  there(
      "CREATE TABLE t (b int, more text DEFAULT 'm', id int PRIMARY KEY, a text); INSERT INTO t SELECT n, 'x', n, 'a' "
      "FROM generate_series(2, 9) n");

  EXPECT_THAT(verdicts(same(), "t"), ElementsAre(1, 0, 8, 0, 0, 0));
}

TEST_F(Unstaged, RowsOfFilesThatWereSpelledAnewAreTheSame) {
  everywhere("CREATE TABLE t (id int PRIMARY KEY, v text)");
  everywhere("INSERT INTO t SELECT n, 'v' FROM generate_series(1, 20) n");
  ASSERT_EQ(run_export().status, 0);
  std::string spelled = nlohmann::ordered_json::parse(support::read_file(file)).dump(2);
  // A record that is another's identity in other words.
  spelled.replace(spelled.find("\"id\": 7,"), 8, "\"id\": 8e0,");
  std::ofstream(file) << spelled;

  same_of_file({"--unsealed"});
}

TEST_F(Unstaged, RowsAreTheSameUnderPolicies) {
  everywhere("CREATE TABLE t (id int PRIMARY KEY, email text UNIQUE, v text, updated_at timestamptz)");
  everywhere("CREATE TABLE c (id int PRIMARY KEY, t int REFERENCES t)");
  source.run(
      "INSERT INTO t SELECT n, 'e' || n, CASE WHEN n = 3 THEN '' ELSE 'new' END, '2025-01-01' FROM generate_series(1, "
      "9) n");
  source.run("INSERT INTO c VALUES (1, 1), (2, 5)");
  there(
      "INSERT INTO t SELECT n, 'e' || n, CASE WHEN n > 4 THEN 'old' WHEN n = 3 THEN '' ELSE 'new' END, '2025-01-01' "
      "FROM generate_series(1, 7) n; UPDATE t SET updated_at = '2026-01-01' WHERE id = 6");
  there("INSERT INTO c VALUES (1, 1)");
  const std::vector<std::vector<std::string>> policies = {
      {"--mode", "insert"}, {"--mode", "update"},       {"--keep-newer"}, {"--match", "t=email"},
      {"--atomic"},         {"--empty-as-null", "t.v"}, {"--table", "t"}};
  for (const std::vector<std::string>& options : policies) {
    SCOPED_TRACE(options.front());
    ASSERT_EQ(run_export().status, 0);
    for (const char* digests : {"never", "always"}) {
      setenv("DB_TRANSFER_DIGESTS", digests, 1);
      std::vector<std::string> dry = options;
      dry.emplace_back("--dry-run");
      const json told = import(dry);
      static std::string staged;
      if (std::string(digests) == "never") staged = told["tables"].dump(1);
      EXPECT_EQ(told["tables"].dump(1), staged);
    }
  }
}

TEST_F(Unstaged, RowsDoNotTellPlansApart) {
  schema("CREATE TABLE t (id int PRIMARY KEY, v text)");
  source.run("INSERT INTO t SELECT n, CASE WHEN n % 5 = 0 THEN 'new' ELSE 'v' END FROM generate_series(1, 50) n");
  target.run("INSERT INTO t SELECT n, 'v' FROM generate_series(1, 49) n");
  ASSERT_EQ(run_export().status, 0);
  const std::string undo = folder.file("undo.json");
  for (const char* digests : {"never", "always"}) {
    const std::string plan = folder.file(std::string(digests) + "-plan.json");
    setenv("DB_TRANSFER_DIGESTS", digests, 1);
    EXPECT_EQ(run_import({"--dry-run", "--report", plan, "--force"}).status, 0);
    setenv("DB_TRANSFER_DIGESTS", std::string(digests) == "never" ? "always" : "never", 1);
    const support::Run applied = run_import({"--apply", plan, "--save-undo", undo, "--yes"});
    EXPECT_EQ(applied.status, 0) << applied.err;
    EXPECT_EQ(target.value("SELECT count(*) FROM t WHERE v = 'new'"), "10");
    const support::Run undone =
        support::run_program({PROGRAM_DIR "/db-import", "--undo", undo, "--url", target.url(), "--yes"});
    EXPECT_EQ(undone.status, 0) << undone.err;
    EXPECT_EQ(target.value("SELECT count(*) FROM t WHERE v = 'new'"), "0");
    std::remove(undo.c_str());
  }
}

}  // namespace
}  // namespace cli
