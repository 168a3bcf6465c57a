// Code of the target that an approved import sets off is part of what was approved: whatever of it is another since is
// named, and nothing is written.
#include "cli/apply_fixture.h"

namespace cli {
namespace {

using ApplyCode = Apply;

TEST_F(ApplyCode, NamesAFunctionThatWasReplaced) {
  target.run(
      "CREATE FUNCTION fine(text) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true'; CREATE FUNCTION "
      "outer_fine(text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN true; END'; ALTER TABLE users "
      "ADD CHECK (fine(name)), ADD CHECK (outer_fine(email))");
  make_plan();
  target.run(
      "CREATE OR REPLACE FUNCTION outer_fine(text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN "
      "true OR false; END'");
  expect_moved("the function public.outer_fine(text) is another");
}

// A cast has no name that the function's text could say.
TEST_F(ApplyCode, NamesTheFunctionOfACastThatWasReplaced) {
  target.run(
      "CREATE TYPE cc AS (x int); CREATE FUNCTION shown(cc) RETURNS text LANGUAGE sql AS $$SELECT 'one'$$; CREATE CAST "
      "(cc "
      "AS text) WITH FUNCTION shown(cc); CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN NEW.title := "
      "ROW(1)::public.cc::text; RETURN NEW; END$$; CREATE TRIGGER t BEFORE INSERT ON posts FOR EACH ROW EXECUTE "
      "FUNCTION "
      "f()");
  make_plan();
  target.run("CREATE OR REPLACE FUNCTION shown(cc) RETURNS text LANGUAGE sql AS $$SELECT 'two'$$");
  expect_moved("the function public.shown(public.cc) is another");
}

// A trigger's function calls another by a string, which writes a table with a trigger of its own.
TEST_F(ApplyCode, NamesCodeThatTheTriggersCodeCallsOrSetsOff) {
  target.run(
      "CREATE TABLE log (v text); CREATE FUNCTION \"Says it\"() RETURNS text LANGUAGE sql AS $$SELECT 'one'$$; "
      "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN INSERT INTO public.log VALUES "
      "(public.\"Says it\"()); RETURN NULL; END$$; CREATE TRIGGER t AFTER INSERT ON posts FOR EACH ROW EXECUTE "
      "FUNCTION f()");
  make_plan();
  target.run("CREATE OR REPLACE FUNCTION \"Says it\"() RETURNS text LANGUAGE sql AS $$SELECT 'two'$$");
  expect_moved("the function public.\"Says it\"() is another");
  target.run(
      "CREATE OR REPLACE FUNCTION \"Says it\"() RETURNS text LANGUAGE sql AS $$SELECT 'one'$$; CREATE FUNCTION g() "
      "RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TRIGGER u BEFORE INSERT ON log FOR EACH ROW "
      "EXECUTE FUNCTION g()");
  expect_moved("the trigger u of public.log is new");
  target.run(
      "DROP TRIGGER u ON log; CREATE SCHEMA elsewhere; CREATE TABLE elsewhere.log (x int); CREATE FUNCTION "
      "elsewhere.f() RETURNS int LANGUAGE sql AS 'SELECT 1'");  // nobody's concern
  EXPECT_EQ(apply().status, 4);
  EXPECT_EQ(target.value("SELECT v FROM log"), "one");
}

TEST_F(ApplyCode, NamesATriggerOfATableThatOnlyFollowsAForeignKey) {
  target.run(
      "CREATE TABLE follower (email text REFERENCES users (email) ON UPDATE CASCADE); INSERT INTO follower VALUES "
      "('a@x'); UPDATE users SET email = 'old@x' WHERE id = 1; CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS "
      "'BEGIN RETURN NEW; END'");
  make_plan();
  target.run("CREATE TRIGGER u AFTER UPDATE ON follower FOR EACH ROW EXECUTE FUNCTION g()");
  expect_moved("the trigger u of public.follower is new");
}

TEST_F(ApplyCode, NamesAFunctionThatTheSessionsOwnPathFinds) {
  target.run(
      "CREATE SCHEMA app; CREATE FUNCTION app.g() RETURNS text LANGUAGE sql AS $$SELECT 'one'$$; CREATE FUNCTION "
      "f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN NEW.title := g(); RETURN NEW; END$$; CREATE TRIGGER t BEFORE "
      "INSERT ON posts FOR EACH ROW EXECUTE FUNCTION f(); ALTER DATABASE " +
      target.name() + " SET search_path = app, public");
  make_plan();
  target.run("CREATE OR REPLACE FUNCTION app.g() RETURNS text LANGUAGE sql AS $$SELECT 'two'$$");
  expect_moved("the function app.g() is another");
}

TEST_F(ApplyCode, NamesASettingThatTheCodeSees) {
  make_plan();
  target.run("ALTER DATABASE " + target.name() + " SET timezone = 'Asia/Tokyo'");
  expect_moved("the setting TimeZone is another");
}

TEST_F(ApplyCode, NamesTypesThatItNames) {
  target.run(
      "CREATE FUNCTION fine(text) RETURNS boolean LANGUAGE sql AS 'SELECT true'; CREATE DOMAIN dd AS text CHECK "
      "(fine(VALUE)); CREATE TYPE en AS ENUM ('a', 'b'); CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS "
      "$$BEGIN NEW.title := NEW.title::public.dd || enum_last(NULL::public.en); RETURN NEW; END$$; CREATE TRIGGER t "
      "BEFORE INSERT ON posts FOR EACH ROW EXECUTE FUNCTION f()");
  make_plan();
  target.run("ALTER TYPE en ADD VALUE 'c'");
  expect_moved("the type public.en is another");
  make_plan();
  target.run("CREATE OR REPLACE FUNCTION fine(text) RETURNS boolean LANGUAGE sql AS 'SELECT true OR false'");
  expect_moved("the function public.fine(text) is another");
}

TEST_F(ApplyCode, NamesWhatItsDefaultsAndIndexesAreMadeWith) {
  target.run(
      "CREATE SEQUENCE numbers; CREATE TEXT SEARCH CONFIGURATION cc (COPY = simple); ALTER TABLE posts ADD n int "
      "DEFAULT nextval('numbers'), ADD words tsvector GENERATED ALWAYS AS (to_tsvector('public.cc', title)) STORED");
  make_plan();
  target.run("ALTER SEQUENCE numbers INCREMENT 100");
  expect_moved("the sequence public.numbers is another");
  target.run(
      "ALTER SEQUENCE numbers INCREMENT 1; ALTER TEXT SEARCH CONFIGURATION cc ALTER MAPPING FOR asciiword WITH "
      "english_stem");
  expect_moved("the text search configuration public.cc is another");
  // Where a sequence stands, others move.
  target.run("ALTER TEXT SEARCH CONFIGURATION cc ALTER MAPPING FOR asciiword WITH simple; SELECT nextval('numbers')");
  EXPECT_EQ(apply().status, 4);
}

}  // namespace
}  // namespace cli
