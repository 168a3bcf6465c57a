// Whoever may make a type may make casts, operators and functions for it. Here every reachable schema is full of them,
// each counts its calls, and the path of the database puts them before the server's own: no statement of ours calls
// one.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <optional>

#include "support/folder.h"
#include "support/program.h"
#include "support/server.h"

namespace live {
namespace {

constexpr const char* kTables = R"sql(
CREATE SCHEMA m AUTHORIZATION {role}; GRANT CREATE ON SCHEMA public TO {role}; SET ROLE {role};
CREATE TYPE m.pair AS (a int, b int); CREATE TYPE m.colour AS ENUM ('red', 'green');
CREATE TYPE m.span AS RANGE (subtype = int4); CREATE DOMAIN m.word AS text; CREATE DOMAIN m.dpair AS m.pair;
CREATE SEQUENCE m.calls;
CREATE TABLE m.things (id int PRIMARY KEY, p m.pair, c m.colour, r m.span, w m.word, pa m.pair[], ca m.colour[],
  dp m.dpair, x point, email text UNIQUE, parent int REFERENCES m.things, updated_at timestamp,
  vc varchar(9) DEFAULT 'v');
CREATE TABLE m.keyed (p m.pair, c m.colour, s m.span, v int, PRIMARY KEY (p, c, s));
CREATE TABLE m.taken (id int PRIMARY KEY, p m.pair UNIQUE, c m.colour[] UNIQUE);
CREATE TABLE m.whole (p m.pair, c m.colour, ca m.colour[]);
CREATE TABLE m.schema_migrations (version m.pair PRIMARY KEY);
INSERT INTO m.schema_migrations VALUES (ROW(1, 1));
INSERT INTO m.things VALUES
  (1, '(1,2)', 'red', '[1,3)', 'w', '{"(1,2)"}', '{red,green}', '(3,4)', '(1,2)', 'a@x', NULL, '2025-01-01'),
  (2, NULL, 'green', NULL, 'w2', NULL, '{}', NULL, NULL, 'b@x', 1, '2025-01-01'),
  (3, '(,)', NULL, 'empty', 'w3', '{NULL,"(5,6)"}', '[0:1]={red,NULL}', '(,)', '(0,0)', 'c@x', 2, '2025-01-01');
INSERT INTO m.keyed VALUES ('(1,2)', 'red', '[1,2)', 1), ('(1,2)', 'green', '[1,2)', 2), ('(3,4)', 'red', '[1,9)', 3);
INSERT INTO m.taken VALUES (1, '(1,1)', '{red}'), (2, '(2,2)', '{green}');
INSERT INTO m.whole VALUES ('(1,2)', 'red', '{red}'), ('(1,2)', 'red', '{red}'), (NULL, NULL, NULL))sql";

// Casts in both directions between every type of the role's and the server's usual ones; operators and functions, of
// its types and of the server's, that a name without a schema could mean.
constexpr const char* kPlant = R"sql(
DO $do$
DECLARE
  own text; other text; name text; place text; n int := 0;
  body constant text := 'LANGUAGE plpgsql IMMUTABLE AS $f$BEGIN PERFORM nextval(''m.calls''); RETURN NULL; END$f$';
BEGIN
  FOREACH own IN ARRAY ARRAY['m.pair', 'm.colour', 'm.span', 'm.pair[]', 'm.colour[]', 'm.things', 'm.whole'] LOOP
    FOREACH other IN ARRAY ARRAY['text', 'bpchar', 'varchar', 'name', 'json', 'jsonb', 'xml', 'bytea', 'int4', 'int8',
                                 'bool', 'text[]', 'varchar[]', 'bpchar[]', 'oid', 'timestamptz', 'box', 'inet'] LOOP
      n := n + 1;
      EXECUTE format('CREATE FUNCTION m.f%s(%s) RETURNS %s %s', n, own, other, body);
      EXECUTE format('CREATE CAST (%s AS %s) WITH FUNCTION m.f%s(%s) AS IMPLICIT', own, other, n, own);
      EXECUTE format('CREATE FUNCTION m.b%s(%s) RETURNS %s %s', n, other, own, body);
      EXECUTE format('CREATE CAST (%s AS %s) WITH FUNCTION m.b%s(%s) AS IMPLICIT', other, own, n, other);
    END LOOP;
  END LOOP;
  FOREACH place IN ARRAY ARRAY['m', 'public'] LOOP
    FOREACH own IN ARRAY ARRAY['m.pair', 'm.colour', 'm.span', 'm.pair[]', 'm.colour[]', 'm.things', 'int4', 'int8',
                               'text', 'bpchar', '"char"', 'bool', 'timestamp', 'oid', 'tid'] LOOP
      EXECUTE format('CREATE FUNCTION %s.op(%s, %s) RETURNS bool %s', place, own, own, body);
      FOREACH name IN ARRAY ARRAY['=', '<>', '*<>', '*=', '<', '>', '<=', '>=', '||', '&&'] LOOP
        EXECUTE format('CREATE OPERATOR %s.%s (FUNCTION = %s.op, LEFTARG = %s, RIGHTARG = %s)', place, name, place, own, own);
      END LOOP;
      FOREACH name IN ARRAY ARRAY['format', 'count', 'left', 'convert_to', 'length', 'encode', 'min', 'max'] LOOP
        EXECUTE format('CREATE FUNCTION %s.%I(%s) RETURNS text %s', place, name, own, body);
      END LOOP;
    END LOOP;
  END LOOP;
END$do$)sql";

// Operators of the server's types for which it has none itself, only one behind a cast: these are the better match also
// where its own come first; of equal operands there are more below. And what every session asks for.
constexpr const char* kPlantUnlike = R"sql(
DO $do$
DECLARE
  one text; other text; name text;
  types constant text[] := ARRAY['int2', 'int4', 'int8', 'oid', 'regclass', 'regproc', 'xid', 'name', 'text', 'varchar',
                                 '"char"', 'numeric', 'float8', 'bool', 'bytea'];
  body constant text := 'LANGUAGE plpgsql AS $f$BEGIN PERFORM pg_catalog.nextval(''m.calls''); RETURN NULL; END$f$';
BEGIN
  EXECUTE 'CREATE FUNCTION public.current_schema() RETURNS name ' || body;
  FOREACH one IN ARRAY types LOOP
    FOREACH other IN ARRAY types LOOP
      CONTINUE WHEN one = other AND one NOT IN ('name', 'varchar');
      EXECUTE format('CREATE FUNCTION public.unlike(%s, %s) RETURNS bool %s', one, other, body);
      EXECUTE format('CREATE FUNCTION public.unlike_text(%s, %s) RETURNS text %s', one, other, body);
      FOREACH name IN ARRAY ARRAY['/', '*', '||', '+', '-', '=', '<>', '<', '>', '<=', '>=', '~', '!~'] LOOP
        CONTINUE WHEN to_regoperator(format('pg_catalog.%s(%s,%s)', name, one, other)) IS NOT NULL;
        EXECUTE format('CREATE OPERATOR public.%s (FUNCTION = public.unlike%s, LEFTARG = %s, RIGHTARG = %s)', name,
                       CASE WHEN name IN ('/', '*', '||', '+', '-') THEN '_text' ELSE '' END, one, other);
      END LOOP;
    END LOOP;
  END LOOP;
END$do$)sql";

std::string with_role(std::string sql, const std::string& role) {
  for (std::size_t at = 0; (at = sql.find("{role}", at)) != std::string::npos;) sql.replace(at, 6, role);
  return sql;
}

class PlantedCode : public testing::Test {
 protected:
  PlantedCode() {
    source_.run("CREATE ROLE " + role_);
    source_.run(with_role(kTables, role_));
    source_.disconnect();
    target_.emplace(source_.name());
    for (support::Database* database : {&source_, &*target_}) {
      database->run("SET ROLE " + role_);
      database->run(kPlantUnlike);
      database->run(kPlant);
      database->run("RESET ROLE; ALTER DATABASE " + database->name() + " SET search_path = m, public, pg_catalog");
      database->disconnect();
    }
  }
  ~PlantedCode() override {
    for (support::Database* database : {&source_, &*target_}) database->run("DROP OWNED BY " + role_ + " CASCADE");
    source_.run("DROP ROLE " + role_);
  }

  void export_with(std::vector<std::string> words) {
    words.insert(words.begin(), {PROGRAM_DIR "/db-export", file_, "--url", source_.url(), "--force", "-q"});
    const support::Run run = support::run_program(words);
    EXPECT_EQ(run.status, 0) << run.err;
  }

  void import_with(std::vector<std::string> words, int status) {
    words.insert(words.begin(), {PROGRAM_DIR "/db-import", file_, "--url", target_->url(), "--unsealed", "--rejects",
                                 folder_.file("rejects" + std::to_string(++imports_) + ".json")});
    const support::Run run = support::run_program(words);
    EXPECT_EQ(run.status, status) << testing::PrintToString(words) << run.err << run.out;
  }

  void expect_no_call() {
    for (support::Database* database : {&source_, &*target_}) {
      EXPECT_EQ(database->value("SELECT is_called FROM m.calls"), "f");
      database->disconnect();
    }
  }

  support::Database source_;
  std::optional<support::Database> target_;
  const std::string role_ = "mallory_" + source_.name();
  support::TemporaryFolder folder_;
  int imports_ = 0;
  const std::string file_ = folder_.file("app.json");
};

TEST_F(PlantedCode, IsRunByNoExport) {
  export_with({});
  export_with({"--sorted"});
  export_with({"--where", "things=id > 0"});
  export_with({"-t", "whole", "--sorted"});
  expect_no_call();
  EXPECT_THAT(support::read_file(file_), testing::HasSubstr(R"x({"p":"(1,2)","c":"red","ca":["red"]})x"));
}

TEST_F(PlantedCode, IsRunByNoDryRunAndNoImport) {
  export_with({});
  import_with({"--dry-run"}, 0);
  target_->run(
      "SET ROLE " + role_ +
      "; SET search_path = ''; DELETE FROM m.whole; DELETE FROM m.keyed; UPDATE m.things SET w = "
      "'other', ca = NULL; DELETE FROM m.taken; INSERT INTO m.taken VALUES (9, pg_catalog.json_populate_record("
      "NULL::m.pair, '{\"a\":1,\"b\":1}'), NULL)");
  target_->disconnect();
  import_with({"--dry-run", "--report", folder_.file("r.html"), "--report", folder_.file("r.json")}, 4);
  import_with({"--dry-run", "--match", "things=email", "--keep-newer"}, 4);
  import_with({"--rehearse"}, 4);
  import_with({"--mode", "insert"}, 4);
  // The superuser's own trigger has the merge look at rows again, and the undo, which asks what triggers may do.
  target_->run(
      "RESET ROLE; CREATE FUNCTION m.stamp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE "
      "TRIGGER "
      "stamp BEFORE INSERT OR UPDATE ON m.things FOR EACH ROW EXECUTE FUNCTION m.stamp()");
  target_->disconnect();
  import_with({"--save-undo", folder_.file("undo.json")}, 4);
  expect_no_call();
  EXPECT_EQ(target_->value("SELECT pg_catalog.count(*) FROM m.whole"), "3");
  target_->disconnect();
  const support::Run undone = support::run_program({PROGRAM_DIR "/db-import", "--undo", folder_.file("undo.json"),
                                                    "--url", target_->url(), "--rejects", folder_.file("undone.json")});
  EXPECT_EQ(undone.status, 0) << undone.err << undone.out;
  expect_no_call();
}

TEST_F(PlantedCode, IsRunByNoMigration) {
  std::filesystem::create_directory(folder_.file("files"));
  std::ofstream(folder_.file("files/001_one.sql"))
      << "CREATE TABLE one (id pg_catalog.int4 NOT NULL, a pg_catalog.text DEFAULT 'x');\n"
         "CREATE DOMAIN d AS pg_catalog.text DEFAULT 'y' NOT NULL;";
  for (const std::string path : {"m, public, pg_catalog", "public, m", "public, pg_catalog"}) {
    target_->run("ALTER DATABASE " + target_->name() + " SET search_path = " + path);
    for (const char* schema : {"m", "public"}) {
      for (const char* command : {"status", "up", "verify", "status"}) {
        const support::Run run = support::run_program(
            {PROGRAM_DIR "/db-migrate", command, folder_.file("files"), "--url", target_->url(), "--schema", schema});
        EXPECT_EQ(run.status, 0) << command << run.err << run.out;
      }
    }
    const support::Run run =
        support::run_program({PROGRAM_DIR "/db-migrate", "status", folder_.file("files"), "--url", target_->url()});
    EXPECT_EQ(run.status, 0) << run.err;
  }
  expect_no_call();
}

TEST_F(PlantedCode, IsRunByNoFirstLoad) {
  export_with({});
  target_->run("TRUNCATE m.things, m.keyed, m.taken, m.whole");
  target_->disconnect();
  import_with({}, 0);
  expect_no_call();
  EXPECT_EQ(target_->value("SELECT pg_catalog.format('%s', ca) FROM m.things WHERE id OPERATOR(pg_catalog.=) 3"),
            "[0:1]={red,NULL}");
}

}  // namespace
}  // namespace live
