// Sequences go on where the source's stood, whatever expression draws from them; what nothing can be told of is named.
#include <gmock/gmock.h>

#include "cli/transfer_fixture.h"

namespace cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class SequencesOfTheSource : public Transfer {
 protected:
  // What both programs said beside their tables.
  std::string both() {
    const support::Run exported = run_export();
    EXPECT_EQ(exported.status, 0) << exported.err;
    const support::Run imported = run_import();
    EXPECT_EQ(imported.status, 0) << imported.err;
    said_by_export = exported.out;
    return imported.out;
  }
  std::string next(const std::string& sequence) { return target.value("SELECT nextval('" + sequence + "')"); }

  std::string said_by_export;
};

TEST_F(SequencesOfTheSource, InsideAnExpressionGoOnBehindIt) {
  schema("CREATE SEQUENCE inv; CREATE TABLE invoices (no text PRIMARY KEY DEFAULT 'INV-' || nextval('inv'), n int)");
  source.run("INSERT INTO invoices SELECT 'INV-' || nextval('inv'), g FROM generate_series(1, 57) g");

  const std::string said = both();

  EXPECT_THAT(said, HasSubstr("\"public\".\"inv\" raised from 1 to 57"));
  EXPECT_EQ(next("inv"), "58");
}

TEST_F(SequencesOfTheSource, OfAnotherNameAreMatchedByTheColumn) {
  source.run(
      "CREATE SEQUENCE a; CREATE TABLE t (no text PRIMARY KEY DEFAULT 'A' || nextval('a'));"
      "INSERT INTO t SELECT 'A' || nextval('a') FROM generate_series(1, 9)");
  target.run(
      "CREATE SCHEMA x; CREATE SEQUENCE x.\"B b\"; CREATE TABLE t (no text PRIMARY KEY DEFAULT 'A' || "
      "nextval('x.\"B b\"')); CREATE SEQUENCE a");

  both();

  EXPECT_EQ(next("x.\"B b\""), "10");
  EXPECT_EQ(next("a"), "1");
}

TEST_F(SequencesOfTheSource, BehindFunctionsDomainsAndPartitionsAreKnown) {
  schema(
      "CREATE SEQUENCE s1; CREATE SEQUENCE s2; CREATE SEQUENCE s3;"
      "CREATE FUNCTION no() RETURNS text BEGIN ATOMIC SELECT 'F' || nextval('s1'); END;"
      "CREATE DOMAIN number AS text DEFAULT 'D' || nextval('s2');"
      "CREATE TABLE f (k text PRIMARY KEY DEFAULT lower(no())); CREATE TABLE d (k number PRIMARY KEY);"
      "CREATE TABLE p (k int, v text) PARTITION BY LIST (k); CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);"
      "ALTER TABLE p1 ALTER v SET DEFAULT 'P' || nextval('s3')");
  source.run(
      "INSERT INTO f DEFAULT VALUES; INSERT INTO f DEFAULT VALUES; INSERT INTO d DEFAULT VALUES;"
      "INSERT INTO d DEFAULT VALUES; INSERT INTO p1 (k) VALUES (1), (1), (1)");

  both();

  EXPECT_EQ(next("s1") + next("s2") + next("s3"), "334");
}

TEST_F(SequencesOfTheSource, StandWhereTheSourceStoodWhenItsLastRowsAreGone) {
  schema("CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY)");
  source.run("INSERT INTO t SELECT FROM generate_series(1, 40); DELETE FROM t WHERE id > 3");

  both();

  EXPECT_EQ(next("t_id_seq"), "41");
}

TEST_F(SequencesOfTheSource, NeverGoBackAndOnesThatWereOnlySetAreNotPassed) {
  schema(
      "CREATE SEQUENCE a; CREATE SEQUENCE b; CREATE TABLE t (x text PRIMARY KEY DEFAULT 'X' || nextval('a'), y text "
      "DEFAULT 'Y' || nextval('b'))");
  source.run("INSERT INTO t VALUES ('1', '1'); SELECT setval('a', 5); SELECT setval('b', 100, false)");
  target.run("SELECT setval('a', 70)");

  both();

  EXPECT_EQ(next("a"), "71");
  EXPECT_EQ(next("b"), "100");
}

TEST_F(SequencesOfTheSource, ThatFallGoDownAndThoseThatTurnedAreNamed) {
  schema(
      "CREATE SEQUENCE down INCREMENT -2 START -10; CREATE TABLE t (x text PRIMARY KEY DEFAULT 'X' || "
      "nextval('down'))");
  source.run(
      "CREATE SEQUENCE up; CREATE TABLE u (x text PRIMARY KEY DEFAULT 'X' || nextval('up'));"
      "INSERT INTO t SELECT 'X' || nextval('down') FROM generate_series(1, 3); INSERT INTO u DEFAULT VALUES");
  target.run("CREATE SEQUENCE up INCREMENT -1; CREATE TABLE u (x text PRIMARY KEY DEFAULT 'X' || nextval('up'))");

  const std::string said = both();

  EXPECT_EQ(next("down"), "-16");
  EXPECT_EQ(next("up"), "-1");
  EXPECT_THAT(said, HasSubstr("\"public\".\"up\" runs the other way than the source's up (at 1)"));
}

TEST_F(SequencesOfTheSource, WhosePositionDoesNotFitAreNamed) {
  source.run(
      "CREATE SEQUENCE s; CREATE TABLE t (x text PRIMARY KEY DEFAULT 'X' || nextval('s'));"
      "SELECT setval('s', 500); INSERT INTO t DEFAULT VALUES");
  target.run("CREATE SEQUENCE s MAXVALUE 99; CREATE TABLE t (x text PRIMARY KEY DEFAULT 'X' || nextval('s'))");

  EXPECT_THAT(both(), HasSubstr("goes from 1 to 99, and the source's s was at 501: it was not raised to there"));
  EXPECT_EQ(next("s"), "1");
}

TEST_F(SequencesOfTheSource, ThatNothingCanBeToldOfAreNamedOnBothSides) {
  schema(
      "CREATE SEQUENCE hidden; CREATE FUNCTION next_no() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN 'H' || "
      "nextval('hidden'); END $$; CREATE TABLE t (no text PRIMARY KEY DEFAULT next_no());"
      "CREATE SEQUENCE late; CREATE TABLE l (no text PRIMARY KEY DEFAULT 'L' || nextval(('la' || "
      "'te')::text::regclass))");
  source.run("INSERT INTO t DEFAULT VALUES; INSERT INTO l DEFAULT VALUES");

  const std::string said = both();

  EXPECT_THAT(said_by_export, AllOf(HasSubstr("t.no takes its default from public.next_no(), whose body"),
                                    HasSubstr("l.no takes its default from a sequence that is looked up by its name")));
  EXPECT_THAT(run_import({"--dry-run"}).out, Not(HasSubstr("next_no")));  // all is there by now
  target.run("DELETE FROM t");
  EXPECT_THAT(run_import({"--dry-run"}).out, HasSubstr("t.no takes its default from public.next_no()"));
  EXPECT_THAT(said, AllOf(HasSubstr("t.no takes its default from public.next_no()"),
                          HasSubstr("l.no takes its default from a sequence that is looked up by its name")));
}

TEST_F(SequencesOfTheSource, ThatOnlyTheSourceKnowsOfAreFoundByNameOrNamed) {
  source.run(
      "CREATE SEQUENCE s; CREATE TABLE t (no text PRIMARY KEY DEFAULT 'A' || nextval('s'), m text DEFAULT 'x');"
      "CREATE SEQUENCE gone; ALTER TABLE t ALTER m SET DEFAULT 'M' || nextval('gone');"
      "INSERT INTO t DEFAULT VALUES; INSERT INTO t DEFAULT VALUES");
  target.run("CREATE SEQUENCE s; CREATE TABLE t (no text PRIMARY KEY, m text)");

  const std::string said = both();

  EXPECT_EQ(next("s"), "3");
  EXPECT_THAT(said,
              HasSubstr("t.m drew from gone (at 2) in the source, and nothing tells which sequence of the target"));
}

TEST_F(SequencesOfTheSource, OfAFirstLoadGoOnToo) {
  schema("CREATE SEQUENCE inv; CREATE TABLE t (no text PRIMARY KEY DEFAULT 'INV-' || nextval('inv'), id serial)");
  source.run("INSERT INTO t SELECT FROM generate_series(1, 5)");

  both();

  EXPECT_EQ(next("inv") + next("t_id_seq"), "66");
}

TEST_F(SequencesOfTheSource, AreNeverSaidToBeRaisedToWhereTheyStand) {
  schema("CREATE TABLE t (id serial PRIMARY KEY)");
  source.run("INSERT INTO t DEFAULT VALUES");

  const std::string said = both();

  EXPECT_THAT(said, AllOf(Not(HasSubstr("raised from 1 to 1")), HasSubstr("set past its first value, 1")));
  EXPECT_EQ(next("t_id_seq"), "2");
  EXPECT_THAT(both(), Not(HasSubstr("sequence")));
}

TEST_F(SequencesOfTheSource, AreForetoldByADryRunsReport) {
  schema("CREATE SEQUENCE inv; CREATE TABLE t (no text PRIMARY KEY DEFAULT 'INV-' || nextval('inv'))");
  source.run("INSERT INTO t SELECT FROM generate_series(1, 5)");
  ASSERT_EQ(run_export().status, 0);

  ASSERT_EQ(run_import({"--dry-run", "--report", folder.file("a.txt")}).status, 0);

  EXPECT_THAT(support::read_file(folder.file("a.txt")), HasSubstr("\"public\".\"inv\" is raised from 1 to 5"));
  EXPECT_EQ(next("inv"), "1");
}

TEST_F(SequencesOfTheSource, ThatTheExporterMayNotReadAreNamed) {
  source.run(
      "CREATE SEQUENCE s; CREATE TABLE t (no text PRIMARY KEY DEFAULT 'A' || nextval('s'));"
      "DO $$ BEGIN CREATE ROLE reader_of_t LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;"
      "GRANT SELECT ON t TO reader_of_t");
  std::string url = source.url();
  url.replace(url.find("postgres@"), 8, "reader_of_t");

  const support::Run run = support::run_program({PROGRAM_DIR "/db-export", file, "--url", url});

  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("s: this role may not read how far the sequence has come"));
}

}  // namespace
}  // namespace cli
