// A ledger that somebody else laid out runs nothing: db-migrate refuses it before it reads or writes a row.
#include <gmock/gmock.h>

#include "migrate/program_fixture.h"
#include "migrate/sqlite_fixture.h"

namespace migrate {
namespace {

using ::testing::HasSubstr;

constexpr const char* kColumns =
    "name text PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz NOT NULL, duration interval";

class Ledger : public Migrate {
 protected:
  Ledger() {
    lay_out();
    folder.write("001_a.sql", "CREATE TABLE a ()");
  }
  // note() tells that it was called; the other one is what an index takes.
  void lay_out() {
    database.run(
        "DROP SCHEMA public CASCADE; CREATE SCHEMA public; GRANT USAGE ON SCHEMA public TO PUBLIC; CREATE TABLE calls "
        "(n "
        "int); CREATE FUNCTION note() RETURNS boolean LANGUAGE plpgsql AS $$BEGIN INSERT INTO public.calls VALUES (1); "
        "RETURN true; END$$; CREATE FUNCTION note(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$BEGIN PERFORM "
        "public.note(); RETURN $1; END$$; CREATE FUNCTION act() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN PERFORM "
        "public.note(); RETURN NEW; END$$");
  }
  void expect_refused(const std::string& reason) {
    database.run("TRUNCATE calls");
    for (const char* command : {"status", "up"}) {
      const support::Run done = run({command});
      EXPECT_EQ(done.status, 7) << command << reason << done.out;
      EXPECT_THAT(done.err, HasSubstr("is no ledger that can be trusted: it " + reason)) << command;
    }
    EXPECT_EQ(database.value("SELECT count(*) FROM calls"), "0") << reason;
    EXPECT_EQ(database.value("SELECT to_regclass('public.a') IS NULL"), "t") << reason;
  }
};

TEST_F(Ledger, ThatRunsCodeIsRefused) {
  const std::string table = std::string("CREATE TABLE migrations (") + kColumns;
  const std::pair<std::string, const char*> traps[] = {
      {"CREATE VIEW migrations AS SELECT 'x'::text AS name, ''::text AS checksum, now() AS applied_at, '1'::interval "
       "AS "
       "duration WHERE note()",
       "is no ordinary table"},
      {"CREATE TABLE migrations (LIKE x) PARTITION BY LIST (name)", "is no ordinary table"},
      {"CREATE TABLE migrations () INHERITS (x)", "inherits"},
      {table + "); CREATE TABLE heir () INHERITS (migrations)", "inherits"},
      {table + "); CREATE TRIGGER t BEFORE INSERT ON migrations FOR EACH ROW EXECUTE FUNCTION act()", "has a trigger"},
      {table + "); CREATE RULE r AS ON INSERT TO migrations DO ALSO SELECT note()", "has a rule"},
      {table + "); ALTER TABLE migrations ENABLE ROW LEVEL SECURITY", "has row security"},
      {table + ", more boolean DEFAULT note())", "has columns that are not ours: more"},
      {table + ", more text GENERATED ALWAYS AS (note(name)) STORED)", "has columns that are not ours: more"},
      {table + ", z text DEFAULT pg_read_file('/etc/hostname'))", "has columns that are not ours: z"},
      {table + ", \"Z z\" oid DEFAULT lo_import('/etc/hostname'))", "has columns that are not ours: Z z"},
      {table + "); ALTER TABLE migrations ALTER duration SET DEFAULT pg_sleep(0)::text::interval",
       "has a column with a default"},
      {table + ", UNIQUE (checksum))", "has a constraint beside"},
      {table + ", EXCLUDE USING hash (name WITH =))", "has a constraint beside"},
      {table + ", FOREIGN KEY (name) REFERENCES x)", "has a constraint beside"},
      {table + ", CHECK (note()))", "has a constraint beside"},
      {table + ", CHECK (pg_reload_conf()))", "has a constraint beside"},
      {table + "); CREATE INDEX ON migrations (note(name))", "has an index beside"},
      {table + "); CREATE INDEX ON migrations (checksum) WHERE note(name) IS NULL", "has an index beside"},
      {"CREATE DOMAIN stamp AS text CHECK (note()); CREATE TABLE migrations (name stamp, checksum text, applied_at "
       "timestamptz, duration interval)",
       "has columns of other types"}};
  for (const auto& [sql, reason] : traps) {
    database.run(std::string("CREATE TABLE x (") + kColumns + ")");
    database.run(sql);
    expect_refused(reason);
    lay_out();
  }
}

TEST_F(Ledger, OfSomebodyElseIsRefused) {
  const std::string mallory = "mallory_" + database.name();
  database.run("CREATE ROLE " + mallory + "; CREATE TABLE migrations (" + kColumns +
               "); ALTER TABLE migrations OWNER TO " + mallory);
  expect_refused("belongs to " + mallory);
  database.run("DROP OWNED BY " + mallory + "; DROP ROLE " + mallory);
}

TEST_F(Ledger, ThatAMigrationMakesATrapOfIsNotWritten) {
  folder.write("001_a.sql", std::string("CREATE TABLE migrations (") + kColumns +
                                "); CREATE TRIGGER t BEFORE INSERT ON migrations FOR EACH ROW EXECUTE FUNCTION act();");
  const support::Run done = run({"up"});
  EXPECT_EQ(done.status, 7) << done.out;
  EXPECT_THAT(done.err, HasSubstr("has a trigger"));
  EXPECT_EQ(database.value("SELECT count(*) FROM calls"), "0");
  EXPECT_EQ(tables(), "calls");
}

// The role that migrates need not own it.
TEST_F(Ledger, OfTheOwnerOfItsSchemaIsTaken) {
  const std::string owner = "owner_" + database.name();
  const std::string worker = "worker_" + database.name();
  database.run("CREATE ROLE " + owner + "; CREATE ROLE " + worker + " LOGIN; CREATE SCHEMA s AUTHORIZATION " + owner +
               "; CREATE TABLE s.migrations (" + kColumns + "); ALTER TABLE s.migrations OWNER TO " + owner +
               "; GRANT ALL ON SCHEMA s TO " + worker + "; GRANT ALL ON s.migrations TO " + worker);
  std::string url = database.url();
  url.replace(url.find("postgres@"), 8, worker);
  const support::Run done = run({"up", "--schema", "s", "--url", url});
  EXPECT_EQ(done.status, 0) << done.err;
  EXPECT_EQ(database.value("SELECT name FROM s.migrations"), "001_a.sql");
  database.run("DROP OWNED BY " + owner + ", " + worker + " CASCADE; DROP ROLE " + owner + ", " + worker);
}

TEST_F(MigrateSqlite, ALedgerThatIsAViewOrHasATriggerIsRefused) {
  folder.write("001_a.sql", "CREATE TABLE a (id)");
  const std::string table =
      "(name TEXT NOT NULL PRIMARY KEY, checksum TEXT NOT NULL, applied_at TEXT NOT NULL, duration REAL);";
  for (const std::string& sql : {"CREATE TABLE x" + table + "CREATE VIEW Migrations AS SELECT * FROM x;",
                                 "DROP VIEW migrations; CREATE TABLE migrations" + table +
                                     "CREATE TRIGGER t AFTER INSERT ON MIGRATIONS BEGIN DELETE FROM x; END;"}) {
    shell(sql);
    const auto done = run({"up"});
    EXPECT_EQ(done.status, 7) << done.out;
    EXPECT_THAT(done.err, HasSubstr("is no ledger that can be trusted"));
    EXPECT_EQ(value("SELECT count(*) FROM sqlite_master WHERE name = 'a'"), "0");
  }
}

}  // namespace
}  // namespace migrate
