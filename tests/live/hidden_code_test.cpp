// Code of another role that comparing keys, looking at a key's parents or writing a partition would run.
#include <gmock/gmock.h>

#include "live/code_of_others_fixture.h"

namespace live {
namespace {

// The server's trigger compares the old value with the new one by the cast, as whoever updates.
TEST_F(CodeOfOthers, InACastThatAForeignKeyComparesByIsNamed) {
  source_.run("ALTER TABLE m.t ALTER v TYPE text USING CASE id WHEN 1 THEN 'a' ELSE 'b' END");
  ASSERT_EQ(support::run_program({PROGRAM_DIR "/db-export", file_, "--url", source_.url(), "--force"}).status, 0);
  code(
      "DROP TABLE m.t; CREATE TYPE m.cc AS ENUM ('a', 'b'); CREATE FUNCTION m.as_text(m.cc) RETURNS text LANGUAGE "
      "plpgsql IMMUTABLE AS $$BEGIN PERFORM m.f(1); RETURN 'a'; END$$; CREATE CAST (m.cc AS text) WITH FUNCTION "
      "m.as_text(m.cc) AS IMPLICIT; CREATE TABLE m.q (code text PRIMARY KEY); INSERT INTO m.q VALUES ('a'), ('b')");
  for (const char* const type : {"m.cc", "m.d"}) {
    code(std::string("CREATE DOMAIN m.d AS m.cc; CREATE TABLE m.t (id int PRIMARY KEY, v ") + type +
         " REFERENCES m.q)");
    expect_refused("function m.as_text(m.cc)");
    code("DROP TABLE m.t; DROP DOMAIN m.d");
  }
  code("CREATE TABLE m.t (id int PRIMARY KEY, v int)");
}

TEST_F(CodeOfOthers, InAnIndexOfATableThatInheritsFromAParentIsNamed) {
  code(
      "CREATE TABLE m.q (id int PRIMARY KEY); CREATE TABLE m.q1 () INHERITS (m.q); CREATE TABLE m.q2 () INHERITS "
      "(m.q1); CREATE INDEX ON m.q2 ((m.f(7))); ALTER TABLE m.t ADD FOREIGN KEY (v) REFERENCES m.q");
  expect_refused("function m.f(integer)");
}

// Up to PostgreSQL 14 a partition's is an internal one.
TEST_F(CodeOfOthers, InATriggerThatOnlyThePartitionsHaveEnabledIsNamed) {
  code(
      "DROP TABLE m.t; CREATE TABLE m.t (id int PRIMARY KEY, v int) PARTITION BY RANGE (id); CREATE TABLE m.part "
      "PARTITION OF m.t DEFAULT; CREATE TRIGGER fire AFTER INSERT ON m.t FOR EACH ROW EXECUTE FUNCTION m.fire(); ALTER "
      "TABLE ONLY m.t DISABLE TRIGGER fire");
  expect_refused("trigger fire of m.part");
}

// As herself she could not remove a large object of somebody else.
TEST_F(CodeOfOthers, ByAFunctionThatRemovesLargeObjectsIsNamed) {
  target_.run("RESET ROLE; CREATE EXTENSION lo; SET ROLE " + mallory_);
  code("CREATE TRIGGER manage BEFORE UPDATE OR DELETE ON m.t FOR EACH ROW EXECUTE FUNCTION lo_manage(v)");
  expect_refused("trigger manage of m.t");
}

// The server plans with the session's path where an index needs it, and operators of the very types come before the
// server's own of any array, or of what varchar is stored as.
TEST_F(CodeOfOthers, OnThePathIsPickedByNoStatement) {
  own_the_table();
  target_.run("RESET ROLE; ALTER DATABASE " + target_.name() + " SET search_path = public, m");
  target_.run(
      "CREATE FUNCTION public.same(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1'; CREATE FUNCTION "
      "public.named(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT same($1)'; SET search_path = public, m; CREATE "
      "INDEX ON m.t (named(v)); ALTER TABLE m.t ADD s varchar CHECK (s IS DISTINCT FROM 'x'), ADD a int[] CHECK (a <> "
      "'{9}'), ADD g boolean GENERATED ALWAYS AS (a = '{1}') STORED; CREATE UNIQUE INDEX ON m.t (s) WHERE a = '{1}'; "
      "CREATE UNIQUE INDEX ON m.t (a); RESET search_path; SET ROLE " +
      mallory_);
  source_.run("ALTER TABLE m.t ADD s varchar, ADD a int[]; UPDATE m.t SET s = id::text, a = ARRAY[id]");
  ASSERT_EQ(support::run_program({PROGRAM_DIR "/db-export", file_, "--url", source_.url(), "--force"}).status, 0);
  for (const std::string type : {"varchar", "int[]", "text[]", "name[]", "oid[]"}) {
    code("CREATE FUNCTION m.equal(" + type + ", " + type +
         ") RETURNS boolean LANGUAGE plpgsql AS $$BEGIN PERFORM m.f(1); RETURN true; END$$; CREATE OPERATOR m.= "
         "(LEFTARG = " +
         type + ", RIGHTARG = " + type + ", FUNCTION = m.equal); CREATE OPERATOR m.<> (LEFTARG = " + type +
         ", RIGHTARG = " + type + ", FUNCTION = m.equal)");
  }
  ran();
  for (const auto& options : std::vector<std::vector<std::string>>{
           {"--dry-run"}, {"--rehearse"}, {"--dry-run", "--run-code-of", mallory_}, {"--run-code-of", mallory_}, {}}) {
    const support::Run run = import(options);
    EXPECT_EQ(run.status, 0) << run.err;
    EXPECT_FALSE(ran());
  }
  for (const char* const order : {"--sorted", "--force"}) {
    const support::Run run = support::run_program(
        {PROGRAM_DIR "/db-export", folder_.file("back.json"), "--force", order, "--url", target_.url()});
    EXPECT_EQ(run.status, 0) << run.err;
    EXPECT_FALSE(ran());
  }
}

// Of a function whose body the server has not read the names are looked up when it runs.
TEST_F(CodeOfOthers, ThatAFunctionOfSomebodyTrustedFindsByItsNameIsNamed) {
  own_the_table();
  target_.run("RESET ROLE; ALTER DATABASE " + target_.name() + " SET search_path = m, public; CREATE FUNCTION " +
              "public.inner_fold(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RETURN plain($1); END$$; " +
              "CREATE FUNCTION public.plain(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1'; CREATE FUNCTION " +
              "public.fold(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RETURN inner_fold($1); END$$; " +
              "CREATE INDEX ON m.t (public.fold(v)); SET ROLE " + mallory_);
  EXPECT_EQ(import({"--dry-run"}).status, 0);
  code("CREATE FUNCTION m.plain(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT m.f($1)'");
  expect_refused("function m.plain(integer), by its name");
  target_.run("RESET ROLE; ALTER FUNCTION public.fold SET search_path = public; SET ROLE " + mallory_);
  EXPECT_EQ(import({"--dry-run"}).status, 0);
  target_.run("RESET ROLE; ALTER FUNCTION public.fold SET search_path = m, public; SET ROLE " + mallory_);
  expect_refused("function m.plain(integer), by its name");
}

TEST_F(CodeOfOthers, ThatAFunctionFindsByANameOfSeveralWordsIsNamed) {
  own_the_table();
  target_.run("RESET ROLE; ALTER DATABASE " + target_.name() + " SET search_path = m, public; CREATE FUNCTION " +
              "public.\"My Fold\"(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1'; CREATE FUNCTION " +
              "public.fold(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RETURN \"My Fold\"($1); END$$; " +
              "CREATE INDEX ON m.t (public.fold(v)); SET ROLE " + mallory_);
  code("CREATE FUNCTION m.\"My Fold\"(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT m.f($1)'");
  expect_refused("My Fold");
}

TEST_F(CodeOfOthers, ThatAnOperatorOrAViewBringsToAFunctionOfSomebodyTrustedIsNamed) {
  own_the_table();
  target_.run("RESET ROLE; ALTER DATABASE " + target_.name() + " SET search_path = m, public; CREATE FUNCTION " +
              "public.fire() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN IF NEW.v::text::varchar = 'x'::varchar THEN " +
              "PERFORM FROM rates; END IF; RETURN NEW; END$$; CREATE TABLE public.rates (v int); CREATE TRIGGER fire " +
              "BEFORE INSERT ON m.t FOR EACH ROW EXECUTE FUNCTION public.fire(); SET ROLE " + mallory_);
  code(
      "CREATE FUNCTION m.equal(varchar, varchar) RETURNS boolean LANGUAGE sql AS 'SELECT m.f(1) = 1'; CREATE OPERATOR "
      "m.= (LEFTARG = varchar, RIGHTARG = varchar, FUNCTION = m.equal)");
  expect_refused("operator m.=");
  code("DROP OPERATOR m.= (varchar, varchar); CREATE VIEW m.rates AS SELECT m.f(1) AS v");
  expect_refused("view m.rates");
}

}  // namespace
}  // namespace live
