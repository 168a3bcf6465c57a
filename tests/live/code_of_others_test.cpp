// A superuser who imports into tables of others would run their code with his rights: it is named before any of it
// runs, also by a dry run, and runs only where he says so.
#include <gmock/gmock.h>

#include "live/code_of_others_fixture.h"

namespace live {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST_F(CodeOfOthers, InATriggerIsNamedAndRunsOnlyWithConsent) {
  code("CREATE TRIGGER fire BEFORE INSERT ON m.t FOR EACH ROW EXECUTE FUNCTION m.fire()");
  expect_refused("trigger fire of m.t");

  const support::Run run = import({"--run-code-of", mallory_});

  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_TRUE(ran());
  EXPECT_THAT(run.out + run.err, HasSubstr("code of the role " + mallory_ + " runs with this role's rights"));
  EXPECT_EQ(target_.value("SELECT count(*) FROM m.t"), "2");
}

TEST_F(CodeOfOthers, InTheConditionOfATriggerIsNamed) {
  code(
      "CREATE FUNCTION m.asked() RETURNS boolean LANGUAGE plpgsql AS $$BEGIN PERFORM m.f(1); RETURN false; END$$; "
      "CREATE "
      "TRIGGER fire BEFORE INSERT ON m.t FOR EACH ROW WHEN (m.asked()) EXECUTE FUNCTION "
      "suppress_redundant_updates_trigger()");
  expect_refused("trigger fire of m.t");
}

TEST_F(CodeOfOthers, InACheckIsNamedBeforeADryRunJudgesByIt) {
  code("ALTER TABLE m.t ADD CHECK (m.f(v) > 0)");
  expect_refused("function m.f(integer)");
}

TEST_F(CodeOfOthers, InAnIndexOrItsConditionIsNamed) {
  code("CREATE UNIQUE INDEX ON m.t (id) WHERE m.f(v) > 0");
  expect_refused("function m.f(integer)");
}

TEST_F(CodeOfOthers, InAGeneratedColumnIsNamed) {
  code("ALTER TABLE m.t ADD g int GENERATED ALWAYS AS (m.f(v)) STORED");
  expect_refused("function m.f(integer)");
}

TEST_F(CodeOfOthers, InADefaultOfAColumnThatTheFileLacksIsNamed) {
  code("ALTER TABLE m.t ADD d int DEFAULT m.f(7)");
  expect_refused("function m.f(integer)");
}

TEST_F(CodeOfOthers, InADefaultThatIsNeverComputedIsNobodysConcern) {
  code("ALTER TABLE m.t ALTER v SET DEFAULT m.f(7)");
  ran();
  EXPECT_EQ(import().status, 0);
  EXPECT_FALSE(ran());
}

TEST_F(CodeOfOthers, InADomainIsNamed) {
  code("CREATE DOMAIN m.d AS int CHECK (m.f(VALUE) > 0); ALTER TABLE m.t ALTER v TYPE m.d");
  expect_refused("function m.f(integer)");
}

TEST_F(CodeOfOthers, InAnOperatorIsNamed) {
  code(
      "CREATE FUNCTION m.gt(int, int) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$BEGIN PERFORM m.f(1); RETURN "
      "true; "
      "END$$; CREATE OPERATOR m.>>> (LEFTARG = int, RIGHTARG = int, FUNCTION = m.gt); ALTER TABLE m.t ADD CHECK (v "
      "OPERATOR(m.>>>) 0)");
  expect_refused("function m.gt(integer,integer)");
}

TEST_F(CodeOfOthers, InARuleIsNamed) {
  code("CREATE RULE also AS ON INSERT TO m.t DO ALSO SELECT m.f(1)");
  expect_refused("rule also of m.t");
}

// The rule, its table and the one that it writes are a superuser's own.
TEST_F(CodeOfOthers, ThatARuleCallsOrWritesToIsNamed) {
  target_.run(
      "RESET ROLE; ALTER TABLE m.t OWNER TO CURRENT_USER; GRANT SELECT ON m.t TO PUBLIC; CREATE TABLE public.log (v "
      "int); CREATE RULE r AS ON "
      "INSERT TO m.t DO ALSO INSERT INTO public.log VALUES (m.f(1))");
  expect_refused("function m.f(integer)");
  target_.run(
      "RESET ROLE; DROP RULE r ON m.t; CREATE RULE r AS ON INSERT TO m.t DO ALSO INSERT INTO public.log VALUES "
      "(1); CREATE TRIGGER fire BEFORE INSERT ON public.log FOR EACH ROW EXECUTE FUNCTION m.fire()");
  expect_refused("trigger fire of public.log");
  target_.run(
      "RESET ROLE; DROP TRIGGER fire ON public.log; CREATE VIEW public.seen AS SELECT m.f(1) AS v; DROP RULE r "
      "ON m.t; CREATE RULE r AS ON INSERT TO m.t DO ALSO INSERT INTO public.log SELECT v FROM public.seen");
  expect_refused("function m.f(integer)");
}

TEST_F(CodeOfOthers, InTheBodyOfAFunctionThatTheServerKnowsIsNamed) {
  if (support::server_version() < 14) GTEST_SKIP() << "the server has no BEGIN ATOMIC";
  target_.run(
      "RESET ROLE; CREATE FUNCTION public.outer_f() RETURNS int BEGIN ATOMIC SELECT m.f(1) + 1; END; ALTER TABLE "
      "m.t ADD d int DEFAULT public.outer_f()");
  expect_refused("function m.f(integer)");
  target_.run(
      "RESET ROLE; ALTER TABLE m.t DROP d; CREATE VIEW public.seen AS SELECT m.f(1) AS v; CREATE FUNCTION "
      "public.holds(int) RETURNS bool IMMUTABLE BEGIN ATOMIC SELECT v > 0 FROM public.seen; END; ALTER TABLE m.t "
      "ADD CHECK (public.holds(v))");
  expect_refused("function m.f(integer)");
}

// No column is of the domain: an expression casts to it.
TEST_F(CodeOfOthers, InTheCheckOfADomainThatIsOnlyCastToIsNamed) {
  target_.run(
      "RESET ROLE; ALTER TABLE m.t OWNER TO CURRENT_USER; GRANT SELECT ON m.t TO PUBLIC; CREATE DOMAIN public.dd AS "
      "int "
      "CHECK (m.f(value) > 0); ALTER TABLE m.t ADD CHECK ((v::public.dd)::int > 1)");
  expect_refused("function m.f(integer)");
  target_.run(
      "RESET ROLE; ALTER TABLE m.t DROP CONSTRAINT t_v_check; ALTER TABLE m.t ADD g int GENERATED ALWAYS AS "
      "((v::public.dd)::int + 1) STORED");
  expect_refused("function m.f(integer)");
  target_.run(
      "RESET ROLE; ALTER TABLE m.t DROP g; CREATE TABLE public.log (v int); CREATE RULE r AS ON INSERT TO m.t DO ALSO "
      "INSERT INTO public.log VALUES (NEW.v::public.dd)");
  expect_refused("function m.f(integer)");
}

TEST_F(CodeOfOthers, BehindADeleteThatARuleMakesIsNamedAndBehindOneThatNobodyMakesIsNot) {
  target_.run(
      "RESET ROLE; ALTER TABLE m.t OWNER TO CURRENT_USER; GRANT SELECT ON m.t TO PUBLIC; CREATE TABLE public.q (id int "
      "PRIMARY KEY); GRANT REFERENCES ON public.q TO " +
      mallory_ + "; SET ROLE " + mallory_ +
      "; CREATE TABLE m.c (q int REFERENCES public.q ON DELETE CASCADE); CREATE TRIGGER fire AFTER DELETE ON m.c FOR "
      "EACH "
      "STATEMENT EXECUTE FUNCTION m.fire(); RESET ROLE; CREATE RULE r AS ON INSERT TO m.t DO ALSO DELETE FROM "
      "public.q");
  expect_refused("trigger fire of m.c");
  target_.run("RESET ROLE; DROP RULE r ON m.t; CREATE RULE r AS ON DELETE TO m.t DO ALSO DELETE FROM public.q");
  ran();
  EXPECT_EQ(import().status, 0);
  EXPECT_FALSE(ran());
}

TEST_F(CodeOfOthers, BehindADeleteOfAnUndoIsNamed) {
  const std::string undo = folder_.file("undo.json");
  target_.run("RESET ROLE; ALTER TABLE m.t OWNER TO CURRENT_USER");
  ASSERT_EQ(import({"--save-undo", undo}).status, 0);
  target_.run("GRANT REFERENCES ON m.t TO " + mallory_ + "; SET ROLE " + mallory_ +
              "; CREATE TABLE m.child (t int REFERENCES m.t ON DELETE CASCADE); CREATE TRIGGER fire AFTER DELETE ON "
              "m.child FOR EACH STATEMENT EXECUTE FUNCTION m.fire()");
  ran();
  for (const char* option : {"--dry-run", "--json"}) {
    const support::Run run =
        support::run_program({PROGRAM_DIR "/db-import", "--undo", undo, "--url", target_.url(), option});
    EXPECT_EQ(run.status, 8) << run.err;
    EXPECT_THAT(run.err + run.out, HasSubstr("trigger fire of m.child"));
    EXPECT_FALSE(ran());
  }
  target_.run("RESET ROLE");
  EXPECT_EQ(target_.value("SELECT count(*) FROM m.t"), "2");
}

TEST_F(CodeOfOthers, InAPartitionIsNamed) {
  code(
      "DROP TABLE m.t; CREATE TABLE m.t (id int PRIMARY KEY, v int) PARTITION BY RANGE (id); CREATE TABLE m.part "
      "PARTITION "
      "OF m.t FOR VALUES FROM (0) TO (100); CREATE TRIGGER fire BEFORE INSERT ON m.part FOR EACH ROW EXECUTE FUNCTION "
      "m.fire()");
  expect_refused("trigger fire of m.part");
}

TEST_F(CodeOfOthers, BehindAnActionOfAForeignKeyIsNamed) {
  code(
      "ALTER TABLE m.t ADD UNIQUE (v); CREATE TABLE m.child (v int REFERENCES m.t (v) ON UPDATE CASCADE); CREATE "
      "TRIGGER "
      "fire BEFORE UPDATE ON m.child FOR EACH ROW EXECUTE FUNCTION m.fire()");
  expect_refused("trigger fire of m.child");
}

// The server's own function runs whatever text it is given.
TEST_F(CodeOfOthers, AsATextForAFunctionOfTheServerIsNamed) {
  code("ALTER TABLE m.t ADD x text DEFAULT query_to_xml('SELECT nextval(''public.calls'')', true, false, '')::text");
  expect_refused("query_to_xml");
}

TEST_F(CodeOfOthers, InATableWithoutRowsInTheFileIsNobodysConcern) {
  code("ALTER TABLE m.t ADD CHECK (m.f(v) > 0)");
  source_.run("TRUNCATE m.t");
  ASSERT_EQ(support::run_program({PROGRAM_DIR "/db-export", file_, "--url", source_.url(), "-q", "--force"}).status, 0);
  ran();
  EXPECT_EQ(import().status, 0);
  EXPECT_FALSE(ran());
}

// Only its function is hers: a superuser alone can make an event trigger.
TEST_F(CodeOfOthers, InAnEventTriggerIsNamedBeforeATemporaryTableIsMade) {
  code("CREATE FUNCTION m.seen() RETURNS event_trigger LANGUAGE plpgsql AS $$BEGIN PERFORM m.f(1); END$$");
  target_.run("RESET ROLE; CREATE EVENT TRIGGER seen ON ddl_command_end EXECUTE FUNCTION m.seen()");
  expect_refused("event trigger seen");
  target_.run("RESET ROLE; DROP EVENT TRIGGER seen");
}

TEST_F(CodeOfOthers, BehindWhatTheConditionOfATriggerUsesIsNamed) {
  own_the_table();
  target_.run(
      "RESET ROLE; CREATE FUNCTION public.pass() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$; CREATE "
      "DOMAIN public.dd AS int CHECK (m.f(value) > 0); CREATE TRIGGER pass BEFORE INSERT ON m.t FOR EACH ROW WHEN "
      "(NEW.v::public.dd::int > 0) EXECUTE FUNCTION public.pass()");
  expect_refused("function m.f(integer)");
  target_.run("RESET ROLE; DROP TRIGGER pass ON m.t; SET ROLE " + mallory_ +
              "; CREATE FUNCTION m.gt(int, int) RETURNS boolean LANGUAGE plpgsql AS $$BEGIN PERFORM m.f(1); RETURN "
              "true; END$$; RESET ROLE; CREATE OPERATOR public.>>> (LEFTARG = int, RIGHTARG = int, FUNCTION = m.gt); "
              "CREATE TRIGGER pass AFTER INSERT ON m.t FOR EACH ROW WHEN (NEW.v OPERATOR(public.>>>) 0) EXECUTE "
              "FUNCTION public.pass()");
  expect_refused("function m.gt(integer,integer)");
}

TEST_F(CodeOfOthers, BehindAViewOrAParentThatARuleWritesIsNamed) {
  own_the_table();
  const char* const kMakeRule = "CREATE RULE r AS ON INSERT TO m.t DO ALSO INSERT INTO public.seen VALUES (1)";
  code("CREATE TABLE m.log (v int); CREATE TRIGGER fire BEFORE INSERT ON m.log FOR EACH ROW EXECUTE FUNCTION m.fire()");
  target_.run(std::string("RESET ROLE; CREATE VIEW public.seen AS SELECT v FROM m.log; ") + kMakeRule);
  expect_refused("trigger fire of m.log");
  target_.run(
      "RESET ROLE; DROP RULE r ON m.t; CREATE TABLE public.q (v int); INSERT INTO public.q VALUES (1); CREATE TABLE "
      "m.q2 () INHERITS (public.q); INSERT INTO m.q2 VALUES (1); ALTER TABLE m.q2 OWNER TO " +
      mallory_ +
      "; CREATE TRIGGER fire BEFORE UPDATE ON m.q2 FOR EACH ROW EXECUTE FUNCTION m.fire(); CREATE RULE r AS ON INSERT "
      "TO m.t DO ALSO UPDATE public.q SET v = 2");
  expect_refused("trigger fire of m.q2");
}

TEST_F(CodeOfOthers, InADomainBehindAMultirangeIsNamed) {
  if (support::server_version() < 14) GTEST_SKIP() << "the server has no multiranges";
  own_the_table();
  target_.run(
      "RESET ROLE; CREATE DOMAIN public.dd AS int CHECK (m.f(value) > 0); CREATE TYPE public.rg AS RANGE (SUBTYPE = "
      "public.dd, MULTIRANGE_TYPE_NAME = public.mrg); ALTER TABLE m.t ADD z public.mrg DEFAULT '{[1,2)}'");
  expect_refused("function m.f(integer)");
}

// A policy of the server's own operators runs nothing, and its view gives what it gives an application.
TEST_F(CodeOfOthers, IsNoPolicyWithoutAFunctionWhateverViewReadsIt) {
  own_the_table();
  code(
      "CREATE TABLE m.q (x int); INSERT INTO m.q VALUES (-1), (7); ALTER TABLE m.q ENABLE ROW LEVEL SECURITY, FORCE "
      "ROW "
      "LEVEL SECURITY; CREATE POLICY p ON m.q USING (x > 0); CREATE VIEW m.seen AS SELECT x FROM m.q; GRANT SELECT ON "
      "m.seen TO PUBLIC");
  target_.run(
      "RESET ROLE; CREATE TABLE public.log (x int); CREATE RULE r AS ON INSERT TO m.t DO ALSO INSERT INTO public.log "
      "SELECT x FROM m.seen");
  const support::Run run = import();
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_EQ(target_.value("SELECT string_agg(DISTINCT x::text, ',') FROM public.log"), "7");
}

// Her view reads with her rights, under her policy, whose functions run with those of the caller.
TEST_F(CodeOfOthers, InAPolicyOfATableThatAViewReadsIsNamed) {
  own_the_table();
  code(
      "CREATE TABLE m.q (x int); INSERT INTO m.q VALUES (1); ALTER TABLE m.q ENABLE ROW LEVEL SECURITY, FORCE ROW "
      "LEVEL "
      "SECURITY; CREATE POLICY p ON m.q USING (m.f(x) IS NOT NULL); CREATE VIEW m.seen AS SELECT x FROM m.q; GRANT "
      "SELECT ON m.seen TO PUBLIC");
  target_.run(
      "RESET ROLE; CREATE TABLE public.log (x int); CREATE RULE r AS ON INSERT TO m.t DO ALSO INSERT INTO public.log "
      "SELECT x FROM m.seen");
  expect_refused("function m.f(integer)");
}

TEST_F(CodeOfOthers, AsATextInAViewThatARuleReadsIsNamed) {
  own_the_table();
  code(
      "CREATE VIEW m.seen AS SELECT query_to_xml('SELECT nextval(''public.calls'')', true, false, '')::text AS x; "
      "GRANT SELECT ON m.seen TO PUBLIC");
  target_.run(
      "RESET ROLE; CREATE TABLE public.log (x text); CREATE RULE r AS ON INSERT TO m.t DO ALSO INSERT INTO public.log "
      "SELECT x FROM m.seen");
  expect_refused("query_to_xml");
}

// The owner of a table may write any default, and whoever inserts computes it with his own rights.
TEST_F(CodeOfOthers, ThatAsksASuperusersRightsOfTheServersFunctionsIsNamed) {
  for (const char* const asked :
       {"pg_read_file('/etc/hostname')", "lo_import('/etc/hostname')::text", "current_setting('data_directory')",
        "setval('public.calls', 7)::text", "pg_reload_conf()::text"}) {
    code(std::string("ALTER TABLE m.t ADD z text; ALTER TABLE m.t ALTER z SET DEFAULT ") + asked);
    expect_refused("the expression ");
    code("ALTER TABLE m.t DROP z");
  }
  code("ALTER TABLE m.t ADD z text DEFAULT current_setting('app.tenant', true), ADD y timestamptz DEFAULT now()");
  EXPECT_EQ(import().status, 0);
}

// What a superuser has written runs what its caller gives it.
TEST_F(CodeOfOthers, ThatGivesATextToATrustedFunctionIsNamed) {
  target_.run(
      "RESET ROLE; CREATE FUNCTION public.run(text) RETURNS text LANGUAGE plpgsql AS $$DECLARE x text; BEGIN EXECUTE "
      "$1 "
      "INTO x; RETURN x; END$$; CREATE FUNCTION public.answer() RETURNS text LANGUAGE plpgsql AS $$BEGIN RETURN "
      "'42'; END$$; SET ROLE " +
      mallory_);
  code("ALTER TABLE m.t ADD z text DEFAULT public.answer()");
  EXPECT_EQ(import().status, 0);
  code("TRUNCATE m.t; ALTER TABLE m.t ALTER z SET DEFAULT public.run('SELECT nextval(''public.calls'')')");
  expect_refused("the expression public.run(");
}

TEST_F(CodeOfOthers, ThatGivesATextToALibraryIsNamed) {
  target_.run(
      "RESET ROLE; CREATE EXTENSION tablefunc; CREATE EXTENSION refint; CREATE EXTENSION \"uuid-ossp\"; SET ROLE " +
      mallory_);
  code("ALTER TABLE m.t ADD z uuid DEFAULT public.uuid_generate_v4()");
  EXPECT_EQ(import().status, 0);
  code(
      "TRUNCATE m.t; CREATE TRIGGER checked BEFORE INSERT ON m.t FOR EACH ROW EXECUTE FUNCTION "
      "public.check_primary_key('v', 'm.t', 'id')");
  expect_refused("trigger checked of m.t");
}

TEST_F(CodeOfOthers, RunsForItsOwnerAndForAnOrdinaryRoleThatIsToldOfIt) {
  code("CREATE TRIGGER fire BEFORE INSERT ON m.t FOR EACH ROW EXECUTE FUNCTION m.fire()");
  const std::string other = "other_" + target_.name();
  target_.run("RESET ROLE; CREATE ROLE " + other + " LOGIN; GRANT USAGE ON SCHEMA m TO " + other +
              "; GRANT ALL ON m.t TO " + other + "; GRANT TEMPORARY ON DATABASE " + target_.name() + " TO " + other);
  const auto import_as = [&](const std::string& role) {
    std::string url = target_.url();
    url.replace(url.find("postgres@"), 9, role + "@");
    return support::run_program({PROGRAM_DIR "/db-import", file_, "--url", url});
  };

  const support::Run owner = import_as(mallory_);
  EXPECT_EQ(owner.status, 0) << owner.err;
  EXPECT_THAT(owner.out + owner.err, Not(HasSubstr("code of the role")));
  target_.run("TRUNCATE m.t");
  const support::Run told = import_as(other);
  EXPECT_EQ(told.status, 0) << told.err;
  EXPECT_THAT(told.out + told.err, HasSubstr("code of the role " + mallory_ + " runs with this role's rights"));

  target_.run("DROP OWNED BY " + other + "; DROP ROLE " + other);
}

}  // namespace
}  // namespace live
