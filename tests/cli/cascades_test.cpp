// Foreign keys that follow an update (ON UPDATE CASCADE, SET NULL, SET DEFAULT), through the real programs: a row that
// the file calls unchanged, or does not speak of, is never changed behind the verdict.
#include <gmock/gmock.h>

#include "cli/transfer_fixture.h"

namespace cli {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

class Cascades : public Transfer {
 protected:
  // p(id, code) and c(id, code) that follows it by `action`.
  void tables(const std::string& action) {
    schema(
        "CREATE TABLE p (id int PRIMARY KEY, code text UNIQUE); CREATE TABLE c (id int PRIMARY KEY, code text "
        "REFERENCES p (code) ON UPDATE " +
        action + ")");
  }

  // A dry run and the import say the same; a second import writes nothing.
  json import_as_told() {
    EXPECT_EQ(run_export().status, 0);
    json told = import({"--dry-run"});
    const int told_status = status;
    for (json& notice : told["notices"]) {
      const std::string line = notice;
      notice = line.substr(0, line.find(": whether that table takes them, only --rehearse can tell"));
    }
    const json done = import();
    EXPECT_EQ(status, told_status) << errors;
    EXPECT_EQ(done["total"], told["total"]);
    EXPECT_EQ(done["notices"], told["notices"]);
    const std::string before = writes();
    import();
    EXPECT_EQ(writes(), before) << "a second import";
    return done;
  }

  std::string held(const std::string& table) {
    return target.value("SELECT string_agg(concat(x.id, x.code), ' ' ORDER BY x.id) FROM " + table + " x");
  }
};

class EachAction : public Cascades, public testing::WithParamInterface<const char*> {};

TEST_P(EachAction, LeavesOutTheUpdateThatWouldChangeARowWhichTheFileWantsAsItIs) {
  tables(GetParam());
  source.run("INSERT INTO p VALUES (1, 'B'), (2, 'A'); INSERT INTO c VALUES (1, 'A')");
  target.run("INSERT INTO p VALUES (1, 'A'), (9, 'Z'); INSERT INTO c VALUES (1, 'A')");
  target.run("ALTER TABLE c ALTER code SET DEFAULT 'Z'");
  ASSERT_EQ(run_export().status, 0);

  import();

  EXPECT_EQ(held("c"), "1A");
  const json again = import();
  EXPECT_THAT(verdicts(again, "c"), ElementsAre(0, 0, 1, 0, 0, 0));
}

INSTANTIATE_TEST_SUITE_P(Cascades, EachAction, testing::Values("CASCADE", "SET NULL", "SET DEFAULT"));

TEST_F(Cascades, ToRowsOfTheFileThatWantTheNewKeyAreTheirUpdates) {
  tables("CASCADE");
  source.run("INSERT INTO p VALUES (1, 'B'); INSERT INTO c VALUES (1, 'B')");
  target.run("INSERT INTO p VALUES (1, 'A'); INSERT INTO c VALUES (1, 'A')");

  const json result = import_as_told();

  EXPECT_EQ(status, 0) << errors;
  EXPECT_THAT(verdicts(result, "c"), ElementsAre(0, 1, 0, 0, 0, 0));
  EXPECT_EQ(held("c"), "1B");
}

TEST_F(Cascades, ToRowsThatTheFileDoesNotSpeakOfAreForetoldLevelByLevel) {
  schema(
      "CREATE TABLE p (id int PRIMARY KEY, code text UNIQUE); CREATE TABLE c (id int PRIMARY KEY, code text UNIQUE "
      "REFERENCES p (code) ON UPDATE CASCADE); CREATE TABLE d (id int PRIMARY KEY, code text REFERENCES c (code) ON "
      "UPDATE CASCADE)");
  source.run("INSERT INTO p VALUES (1, 'B')");
  target.run("INSERT INTO p VALUES (1, 'A'); INSERT INTO c VALUES (1, 'A'); INSERT INTO d VALUES (1, 'A'), (2, 'A')");

  const json result = import_as_told();

  EXPECT_EQ(status, 0) << errors;
  EXPECT_THAT(result["notices"].dump(), HasSubstr("public.c: 1 row that the file does not speak of follows updates by "
                                                  "the foreign key c_code_fkey (ON UPDATE CASCADE)"));
  EXPECT_THAT(result["notices"].dump(), HasSubstr("public.d: 2 rows that the file does not speak of follow"));
  EXPECT_EQ(held("d"), "1B 2B");
}

TEST_F(Cascades, ToARowOfTheFileByWayOfOthersLeaveOutTheUpdate) {
  schema(
      "CREATE TABLE p (id int PRIMARY KEY, code text UNIQUE); CREATE TABLE c (id int PRIMARY KEY, code text UNIQUE "
      "REFERENCES p (code) ON UPDATE CASCADE); CREATE TABLE d (id int PRIMARY KEY, code text REFERENCES c (code) ON "
      "UPDATE CASCADE)");
  source.run("INSERT INTO p VALUES (1, 'B'), (3, 'A'); INSERT INTO c VALUES (8, 'A'); INSERT INTO d VALUES (1, 'A')");
  target.run("INSERT INTO p VALUES (1, 'A'); INSERT INTO c VALUES (1, 'A'); INSERT INTO d VALUES (1, 'A')");

  const json result = import_as_told();

  EXPECT_EQ(status, 4);
  EXPECT_THAT(verdicts(result, "d"), ElementsAre(0, 0, 1, 0, 0, 0));
  EXPECT_EQ(held("p") + " " + held("c") + " " + held("d"), "1A 1A 1A");
  EXPECT_THAT(run_import().out, HasSubstr("d_code_fkey: ON UPDATE CASCADE would pass this update on to 1 row"));
}

TEST_F(Cascades, ThatWouldEmptyReferencesOfRowsOutsideTheFileAreRefused) {
  tables("SET NULL");
  source.run("INSERT INTO p VALUES (1, 'B')");
  target.run("INSERT INTO p VALUES (1, 'A'); INSERT INTO c VALUES (5, 'A')");

  const json result = import_as_told();

  EXPECT_EQ(status, 4);
  EXPECT_THAT(verdicts(result, "p"), ElementsAre(0, 0, 0, 0, 1, 0));
  EXPECT_EQ(held("c"), "5A");
}

TEST_F(Cascades, OfKeysThatDifferInCaseOnlyKeepTheFilesSpelling) {
  schema(
      "CREATE EXTENSION citext; CREATE TABLE p (code citext PRIMARY KEY, id int); CREATE TABLE c (id int PRIMARY KEY, "
      "code citext REFERENCES p (code) ON UPDATE CASCADE)");
  source.run("INSERT INTO p VALUES ('abc', 1); INSERT INTO c VALUES (1, 'ABC'), (2, 'abc')");
  target.run("INSERT INTO p VALUES ('ABC', 1); INSERT INTO c VALUES (1, 'ABC'), (2, 'ABC'), (3, 'ABC')");

  const json result = import_as_told();

  EXPECT_EQ(status, 0) << errors;
  EXPECT_THAT(verdicts(result, "c"), ElementsAre(0, 2, 0, 0, 0, 0));
  EXPECT_EQ(held("c"), "1ABC 2abc 3abc");
}

TEST_F(Cascades, OfANondeterministicCollationAreSetNullAndWrittenAgain) {
  schema(
      "CREATE COLLATION ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false); CREATE TABLE p (id int "
      "PRIMARY KEY, code text COLLATE ci UNIQUE); CREATE TABLE c (id int PRIMARY KEY, code text COLLATE ci REFERENCES "
      "p "
      "(code) ON UPDATE SET NULL)");
  source.run("INSERT INTO p VALUES (1, 'abc'); INSERT INTO c VALUES (1, 'ABC')");
  target.run("INSERT INTO p VALUES (1, 'ABC'); INSERT INTO c VALUES (1, 'ABC')");

  import_as_told();

  EXPECT_EQ(status, 0) << errors;
  EXPECT_EQ(held("p") + " " + held("c"), "1abc 1ABC");
}

TEST_F(Cascades, OfATableIntoItselfFollowWhatTheFileDoesNotSpeakOf) {
  schema("CREATE TABLE t (id int PRIMARY KEY, code text UNIQUE, up text REFERENCES t (code) ON UPDATE CASCADE)");
  source.run("INSERT INTO t VALUES (1, 'B', NULL), (2, 'x', 'B')");
  target.run("INSERT INTO t VALUES (1, 'A', NULL), (2, 'x', 'A'), (3, 'y', 'A')");

  const json result = import_as_told();

  EXPECT_EQ(status, 0) << errors;
  EXPECT_THAT(verdicts(result, "t"), ElementsAre(0, 2, 0, 0, 0, 0));
  EXPECT_THAT(result["notices"].dump(), HasSubstr("public.t: 1 row that the file does not speak of"));
  EXPECT_EQ(target.value("SELECT string_agg(up, ',' ORDER BY id) FROM t"), "B,B");
}

TEST_F(Cascades, OfACompositeKeyReachAPartitionThatRefersForItself) {
  schema("CREATE TABLE p (id int PRIMARY KEY, a int, b int, UNIQUE (a, b))");
  target.run(
      "CREATE TABLE c (id int, a int8, b int8) PARTITION BY LIST (id); CREATE TABLE c1 PARTITION OF c FOR VALUES IN "
      "(1); CREATE TABLE c2 PARTITION OF c DEFAULT; ALTER TABLE c1 ADD FOREIGN KEY (a, b) REFERENCES p (a, b) MATCH "
      "FULL ON UPDATE CASCADE; INSERT INTO p VALUES (1, 1, 1); INSERT INTO c VALUES (1, 1, 1), (2, 1, 1), (1, NULL, "
      "NULL)");
  source.run("INSERT INTO p VALUES (1, 1, 2)");

  const json result = import_as_told();

  EXPECT_EQ(status, 0) << errors;
  EXPECT_THAT(result["notices"].dump(), HasSubstr("public.c1: 1 row that the file does not speak of"));
}

TEST_F(Cascades, ThatAreSwitchedOffReachNothing) {
  tables("CASCADE");
  target.run("INSERT INTO p VALUES (1, 'A'); INSERT INTO c VALUES (5, 'A'); ALTER TABLE p DISABLE TRIGGER ALL");
  source.run("INSERT INTO p VALUES (1, 'B')");

  const json result = import_as_told();

  EXPECT_EQ(result["notices"].dump(), "[]");
  EXPECT_EQ(held("c"), "5A");
}

TEST_F(Cascades, AreCountedInTheReportByTheRowsThatTheyReach) {
  tables("CASCADE");
  source.run("INSERT INTO p VALUES (1, 'B'); INSERT INTO c VALUES (1, 'B')");
  target.run("INSERT INTO p VALUES (1, 'A'); INSERT INTO c VALUES (1, 'A'), (2, 'A'), (3, 'A')");
  ASSERT_EQ(run_export().status, 0);

  import({"--dry-run", "--report", folder.file("dry.json"), "--report", folder.file("dry.txt")});

  const json cascade = json::parse(support::read_file(folder.file("dry.json")))["tables"][0]["details"]["cascades"][0];
  EXPECT_EQ(cascade["rows"], 1);
  EXPECT_EQ(cascade["reached"], 3);
  EXPECT_EQ(cascade["outside"], 2);
  EXPECT_THAT(support::read_file(folder.file("dry.txt")), HasSubstr("passes on to 3"));
}

}  // namespace
}  // namespace cli
