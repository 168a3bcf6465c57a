// Where foreign keys are checked by set, code that runs for a row would run in the role of a replica: so only where
// there is none but the server's own, in any partition, and none that the actions of foreign keys reach.
#include "postgres/catalog/quiet_tables.h"

#include "postgres/import/import_fixture.h"

namespace import_test {
namespace {

constexpr int kRows = 1200;

Records children(const std::string& more = {}) {
  std::vector<std::string> rows;
  for (int i = 1; i <= kRows; ++i)
    rows.push_back("{\"id\":" + std::to_string(i) + ",\"p\":" + std::to_string(i % 100 + 1) + more + "}");
  return {{"c", rows}};
}

// see() tells in which role it was called; pure() is what an index takes.
const char* const kParents =
    "CREATE TABLE p (id int PRIMARY KEY, x int); INSERT INTO p SELECT g FROM generate_series(1, 100) g; CREATE TABLE "
    "seen (role text); CREATE FUNCTION see(int) RETURNS int LANGUAGE plpgsql AS $$BEGIN INSERT INTO public.seen VALUES "
    "(current_setting('session_replication_role')); RETURN $1; END$$; CREATE FUNCTION pure(int) RETURNS int LANGUAGE "
    "plpgsql IMMUTABLE AS $$BEGIN PERFORM public.see($1); RETURN $1; END$$; CREATE FUNCTION is_seen(int, int) RETURNS "
    "boolean LANGUAGE plpgsql IMMUTABLE AS $$BEGIN PERFORM public.see($1); RETURN true; END$$;";

struct Code {
  const char* where;
  const char* tables;
  const char* more_of_a_record = "";
};

class CodeOfTheUsers : public testing::TestWithParam<Code> {};

TEST_P(CodeOfTheUsers, NeverRunsInTheRoleOfAReplica) {
  Case t(std::string(kParents) + GetParam().tables);
  const std::string file = file_for(t.database.url(), children(GetParam().more_of_a_record), [](catalog::Table& table) {
    std::erase_if(table.columns, [](const auto& column) { return column.name == "filled"; });
  });
  t.database.run("TRUNCATE seen");
  EXPECT_EQ(run_import(t.database.url(), file).of("c"), "insert 1200");
  EXPECT_EQ(t.holds("SELECT DISTINCT role FROM seen"), "origin");
}

INSTANTIATE_TEST_SUITE_P(
    In, CodeOfTheUsers,
    testing::Values(
        Code{"Default", "CREATE TABLE c (id int PRIMARY KEY, p int REFERENCES p, filled int DEFAULT see(1))"},
        Code{"Generated",
             "CREATE TABLE c (id int PRIMARY KEY, p int REFERENCES p, g int GENERATED ALWAYS AS (pure(id)) STORED)"},
        Code{"Check", "CREATE TABLE c (id int PRIMARY KEY, p int REFERENCES p CHECK (see(p) > 0))"},
        Code{"CheckOfOnePartition",
             "CREATE TABLE c (id int PRIMARY KEY, p int REFERENCES p) PARTITION BY RANGE (id); CREATE TABLE c1 "
             "PARTITION OF c FOR VALUES FROM (1) TO (9999); ALTER TABLE c1 ADD CHECK (see(p) > 0)"},
        Code{"IndexOfOnePartition",
             "CREATE TABLE c (id int PRIMARY KEY, p int REFERENCES p) PARTITION BY RANGE (id); CREATE TABLE c1 "
             "PARTITION OF c FOR VALUES FROM (1) TO (9999); CREATE INDEX ON c1 (pure(p))"},
        Code{"Predicate",
             "CREATE TABLE c (id int PRIMARY KEY, p int REFERENCES p); CREATE INDEX ON c (p) WHERE pure(p) > 0"},
        Code{
            "PartitionKey",
            "CREATE TABLE c (id int, p int REFERENCES p) PARTITION BY RANGE (pure(id)); CREATE TABLE c1 PARTITION OF c "
            "FOR VALUES FROM (1) TO (9999)"},
        Code{"Operator",
             "CREATE OPERATOR === (LEFTARG = int, RIGHTARG = int, FUNCTION = is_seen); CREATE TABLE c (id int PRIMARY "
             "KEY, p int REFERENCES p CHECK (p === 1))"},
        Code{"Domain",
             "CREATE DOMAIN id AS int CHECK (see(value) > 0); CREATE TABLE c (id id PRIMARY KEY, p int "
             "REFERENCES p)"},
        Code{"DefaultOfADomain",
             "CREATE DOMAIN id AS int DEFAULT see(1); CREATE TABLE c (id int PRIMARY KEY, p int "
             "REFERENCES p, filled id)"},
        Code{"DomainInAnArray",
             "CREATE DOMAIN id AS int CHECK (see(value) > 0); CREATE TABLE c (id int PRIMARY KEY, p int REFERENCES p, "
             "ids id[])",
             ",\"ids\":[1,2]"},
        Code{
            "DomainInAComposite",
            "CREATE DOMAIN id AS int CHECK (see(value) > 0); CREATE TYPE pair AS (a id, b int); CREATE TABLE c (id int "
            "PRIMARY KEY, p int REFERENCES p, pair pair)",
            ",\"pair\":\"(1,2)\""},
        Code{"OperatorClass",
             "CREATE FUNCTION compare(int, int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$BEGIN PERFORM "
             "public.see(1); RETURN btint4cmp($1, $2); END$$; CREATE OPERATOR CLASS watched FOR TYPE int USING btree "
             "AS OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 compare(int, int); "
             "CREATE TABLE c (id int PRIMARY KEY, p int REFERENCES p); CREATE INDEX ON c (p watched)"},
        Code{"DefaultOfACascade",
             "CREATE TABLE c (id int PRIMARY KEY, p int REFERENCES p CHECK (see(p) > 0)); CREATE TABLE far (c int "
             "REFERENCES c ON UPDATE CASCADE)"}),
    [](const auto& test) { return std::string(test.param.where); });

TEST(QuietTables, AreNotThoseWithATriggerThatWaitsForAReplica) {
  Case t(std::string(kParents) +
         "CREATE TABLE c (id int PRIMARY KEY, p int REFERENCES p); CREATE FUNCTION f() RETURNS trigger LANGUAGE "
         "plpgsql AS $$BEGIN PERFORM public.see(1); RETURN NEW; END$$; CREATE TRIGGER g BEFORE INSERT ON c FOR EACH "
         "ROW EXECUTE FUNCTION f(); ALTER TABLE c ENABLE REPLICA TRIGGER g");
  EXPECT_EQ(t.import(children()).of("c"), "insert 1200");
  EXPECT_EQ(t.holds("SELECT count(*) FROM seen"), "0");
}

// Keys that are checked later than at once have triggers of their own, and those of partitions are theirs alone.
TEST(QuietTables, AreNotThoseWhosePartitionsHaveDeferrableKeys) {
  for (const char* key : {"UNIQUE (code) DEFERRABLE", "EXCLUDE USING btree (code WITH =) DEFERRABLE",
                          "UNIQUE (code) DEFERRABLE INITIALLY DEFERRED"}) {
    Case t(std::string(kParents) +
           "CREATE TABLE c (id int PRIMARY KEY, p int NOT NULL REFERENCES p, code int) PARTITION BY RANGE (id); CREATE "
           "TABLE c1 PARTITION OF c FOR VALUES FROM (1) TO (9999)");
    t.database.run(std::string("ALTER TABLE c1 ADD CONSTRAINT c1_code ") + key);
    std::vector<std::string> rows;
    for (int i = 1; i <= kRows; ++i)
      rows.push_back("{\"id\":" + std::to_string(i) + ",\"p\":5,\"code\":" + std::to_string(i % 1199) + "}");
    const Imported done = t.import({{"c", rows}});
    EXPECT_EQ(done.counts.at("c").left_out(), 2U) << key;
    EXPECT_EQ(t.holds("SELECT count(*), count(DISTINCT code) FROM c"), "1198|1198") << key;
  }
}

// As the cases above, asked directly: most of what applications have is quiet.
bool is_quiet(const std::string& tables, const std::vector<std::string>& brought) {
  support::Database database;
  database.run(tables);
  const auto connection = connect(database.url());
  connection->execute("BEGIN");
  return postgres::are_quiet(
      *connection, {{static_cast<std::uint32_t>(std::stoul(database.value("SELECT 'c'::regclass::oid"))), brought}});
}

TEST(QuietTables, HoldNothingThatTheServerItselfDoesNotCompute) {
  EXPECT_TRUE(is_quiet(
      "CREATE TYPE mood AS ENUM ('a', 'b'); CREATE DOMAIN email AS text CHECK (value ~ '@'); CREATE TABLE c (id serial "
      "PRIMARY KEY, mood mood DEFAULT 'a', moods mood[], email email, at timestamptz DEFAULT now(), key uuid DEFAULT "
      "gen_random_uuid(), twice int GENERATED ALWAYS AS (length(email) * 2) STORED, data jsonb, CHECK (length(email) < "
      "99)) PARTITION BY RANGE (id); CREATE TABLE c1 PARTITION OF c FOR VALUES FROM (1) TO (99); CREATE INDEX ON c "
      "(lower(email)); CREATE INDEX ON c1 USING gin (data) WHERE mood = 'b'; CREATE TABLE k (c int REFERENCES c ON "
      "UPDATE CASCADE)",
      {}));
}

TEST(QuietTables, MayHaveDefaultsOfTheUsersWhereTheFileBringsTheColumn) {
  const std::string tables = std::string(kParents) + "CREATE TABLE c (id int DEFAULT see(1), \"Other\" int)";
  EXPECT_TRUE(is_quiet(tables, {"id"}));
  EXPECT_FALSE(is_quiet(tables, {"Other"}));
}

TEST(QuietTables, AreNotThoseThatAnythingElseMayNotice) {
  const std::pair<const char*, const char*> loud[] = {
      {"CREATE TABLE c (id int, x xml DEFAULT query_to_xml('SELECT 1', true, true, ''))", "SQL in a default"},
      {"CREATE TABLE c (id int, EXCLUDE (id WITH =))", "an exclusion constraint"},
      {"CREATE TABLE c (id int); CREATE RULE r AS ON INSERT TO c DO ALSO NOTHING", "a rule"},
      {"CREATE TABLE c (id int); ALTER TABLE c ENABLE ROW LEVEL SECURITY", "row security"},
      {"CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TABLE c (id int "
       "PRIMARY "
       "KEY); CREATE TABLE far (c int REFERENCES c ON UPDATE CASCADE); CREATE TRIGGER t AFTER UPDATE ON far FOR EACH "
       "ROW EXECUTE FUNCTION f()",
       "a trigger that a cascade sets off"},
      {"CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TABLE c (id int) "
       "PARTITION BY RANGE (id); CREATE TABLE c1 PARTITION OF c FOR VALUES FROM (1) TO (9); CREATE TRIGGER t AFTER "
       "INSERT ON c1 FOR EACH ROW EXECUTE FUNCTION f()",
       "a trigger of a partition"},
      {"CREATE EXTENSION postgres_fdw; CREATE SERVER s FOREIGN DATA WRAPPER postgres_fdw; CREATE TABLE c (id int) "
       "PARTITION BY RANGE (id); CREATE FOREIGN TABLE c1 PARTITION OF c FOR VALUES FROM (1) TO (9) SERVER s",
       "a foreign partition"}};
  for (const auto& [tables, what] : loud) EXPECT_FALSE(is_quiet(tables, {"id"})) << what;
}

}  // namespace
}  // namespace import_test
