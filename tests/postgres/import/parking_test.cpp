// Unique values that rows swap: set aside for a while, where nobody looks on and a value to spare is there.
#include "postgres/import/import_fixture.h"

namespace import_test {
namespace {

// Rows 1 and 2 swap `a` and `b`, which are values of k in JSON; the schema makes a table t (id, k).
std::string swapped(const std::string& schema, const std::string& a, const std::string& b) {
  Case t(schema);
  t.database.run("CREATE TABLE before AS SELECT * FROM t");
  const auto done = t.import_as_announced({{"t", {"{\"id\":1,\"k\":" + b + "}", "{\"id\":2,\"k\":" + a + "}"}}});
  const std::string crossed =
      t.holds("SELECT count(*) FROM t JOIN before b ON b.id <> t.id WHERE format('%s', b.k) = format('%s', t.k)");
  return done.of("t") + (crossed == "2" ? ", swapped" : "");
}

std::string swap_of(const std::string& type, const std::string& a, const std::string& b) {
  const auto literal = [](std::string json) {
    std::replace(json.begin(), json.end(), '"', '\'');
    return json;
  };
  return swapped("CREATE TABLE t (id int PRIMARY KEY, k " + type + " NOT NULL UNIQUE); INSERT INTO t VALUES (1, " +
                     literal(a) + "), (2, " + literal(b) + ")",
                 a, b);
}

TEST(Parking, SwapsValuesOfEveryTypeThatHasOneToSpare) {
  const std::vector<std::vector<std::string>> types = {
      {"smallint", "-32768", "32767"},
      {"int", "-2147483648", "2147483647"},
      {"bigint", "1", "2"},
      {"numeric", "\"1.5\"", "\"2\""},
      {"numeric(3,1)", "\"99.9\"", "\"-99.9\""},
      {"numeric(2,2)", "\"0.99\"", "\"-0.99\""},
      {"real", "1.5", "2"},
      {"double precision", "1.5", "2"},
      {"varchar(30)", "\"a\"", "\"b\""},
      {"varchar(1)", "\"a\"", "\"~\""},
      {"char(2)", "\"FR\"", "\"DE\""},
      {"\"Char 2\".\"Code\"", "\"FR\"", "\"DE\""},
      {"date", "\"2020-01-01\"", "\"infinity\""},
      {"timestamp(0)", "\"2020-01-01T00:00:00\"", "\"2021-01-01T00:00:00\""},
      {"timestamptz", "\"2020-01-01T00:00:00Z\"", "\"2021-01-01T00:00:00Z\""},
      {"time", "\"00:00:00\"", "\"00:00:01\""},
      {"interval", "\"1 day\"", "\"2 days\""},
      {"uuid", "\"00000000-0000-0000-0000-000000000000\"", "\"00000000-0000-0000-0000-000000000001\""},
      {"inet", "\"240.0.0.0\"", "\"240.0.0.1\""},
      {"cidr", "\"240.0.0.0/32\"", "\"240.0.0.1/32\""},
      {"macaddr", "\"00:00:00:00:00:01\"", "\"00:00:00:00:00:02\""},
      {"mood", "\"good\"", "\"bad\""},
      {"bit(3)", "\"000\"", "\"001\""},
      {"even", "2", "4"},
      {"word", "\"abc\"", "\"abd\""}};
  for (const auto& type : types) {
    const std::string made =
        "CREATE SCHEMA \"Char 2\"; CREATE DOMAIN \"Char 2\".\"Code\" AS char(2) CHECK (VALUE ~ '^[A-Z]{2}$'); CREATE "
        "TYPE "
        "mood AS ENUM ('good', 'fair', 'bad'); CREATE DOMAIN even AS int CHECK (VALUE % 2 = 0 AND VALUE < 100000); "
        "CREATE "
        "DOMAIN word AS text CHECK (VALUE ~ '^[a-z]+$');";
    const auto literal = [](std::string json) {
      std::replace(json.begin(), json.end(), '"', '\'');
      return json;
    };
    EXPECT_EQ(swapped(made + "CREATE TABLE t (id int PRIMARY KEY, k " + type[0] +
                          " NOT NULL UNIQUE); INSERT INTO t "
                          "VALUES (1, " +
                          literal(type[1]) + "), (2, " + literal(type[2]) + ")",
                      type[1], type[2]),
              "update 2, swapped")
        << type[0];
  }
}

TEST(Parking, LeavesValuesOfTypesThatHaveNoneToSpare) {
  EXPECT_EQ(swap_of("boolean", "true", "false"), "conflict 2");
  EXPECT_EQ(
      swapped("CREATE TYPE two AS ENUM ('x', 'y'); CREATE TABLE t (id int PRIMARY KEY, k two NOT NULL UNIQUE); INSERT "
              "INTO t VALUES (1, 'x'), (2, 'y')",
              "\"x\"", "\"y\""),
      "conflict 2");
  EXPECT_EQ(
      swapped("CREATE TABLE t (id int PRIMARY KEY, k int4range NOT NULL UNIQUE); INSERT INTO t VALUES (1, '[1,2)'), "
              "(2, '[2,3)')",
              "\"[1,2)\"", "\"[2,3)\""),
      "conflict 2");
}

TEST(Parking, SwapsWordsOfCitext) {
  EXPECT_EQ(
      swapped("CREATE EXTENSION citext; CREATE TABLE t (id int PRIMARY KEY, k citext NOT NULL UNIQUE); INSERT INTO t "
              "VALUES (1, 'A'), (2, 'b')",
              "\"A\"", "\"b\""),
      "update 2, swapped");
}

TEST(Parking, SetsOneColumnOfAKeyAside) {
  // The other is a boolean, and its rows belong to parents.
  Case t(
      "CREATE TABLE p (id int PRIMARY KEY); INSERT INTO p VALUES (7); CREATE TABLE t (id int PRIMARY KEY, p int NOT "
      "NULL "
      "REFERENCES p, first bool NOT NULL, place smallint NOT NULL, UNIQUE (p, first, place)); INSERT INTO t VALUES (1, "
      "7, "
      "true, 1), (2, 7, false, 1), (3, 7, true, 2)");
  const auto done =
      t.import_as_announced({{"t",
                              {R"({"id":1,"p":7,"first":false,"place":1})", R"({"id":2,"p":7,"first":true,"place":2})",
                               R"({"id":3,"p":7,"first":true,"place":1})"}}});
  EXPECT_EQ(done.of("t"), "update 3");
  EXPECT_EQ(t.holds("SELECT * FROM t ORDER BY id"), "1|7|f|1 2|7|t|2 3|7|t|1");
}

TEST(Parking, KeepsAwayFromWhatFunctionsOfTheUsersCheck) {
  EXPECT_EQ(swapped("CREATE FUNCTION seen(text) RETURNS bool IMMUTABLE LANGUAGE sql AS 'SELECT true'; CREATE TABLE t "
                    "(id int PRIMARY KEY, k text NOT NULL UNIQUE CHECK (seen(k))); INSERT INTO t VALUES (1, '1'), (2, "
                    "'2')",
                    "\"1\"", "\"2\""),
            "conflict 2");
}

TEST(Parking, TriesWhatIsComputedOfTheValue) {
  for (const std::string computed : {"ALTER TABLE t ADD g int GENERATED ALWAYS AS (k::int) STORED",
                                     "ALTER TABLE t ADD g int GENERATED ALWAYS AS (k::int) STORED UNIQUE",
                                     "CREATE INDEX ON t ((k::int))", "ALTER TABLE t ADD CHECK (k::int + id > 0)"})
    EXPECT_EQ(swapped("CREATE TABLE t (id int PRIMARY KEY, k text NOT NULL UNIQUE); " + computed +
                          "; INSERT INTO t VALUES (1, '1'), (2, '2')",
                      "\"1\"", "\"2\""),
              "update 2, swapped")
        << computed;
  EXPECT_EQ(
      swapped("CREATE TABLE t (id int PRIMARY KEY, k text NOT NULL UNIQUE); CREATE INDEX ON t ((k::bool)); INSERT "
              "INTO t VALUES (1, 'yes'), (2, 'no')",
              "\"yes\"", "\"no\""),
      "conflict 2");
}

// Rows 1 and 2 swap their words k under `index`, unique, beside columns that it may read.
std::string swap_under(const std::string& index) {
  Case t(
      "CREATE TABLE t (id int PRIMARY KEY, k text NOT NULL, tenant int NOT NULL, active bool NOT NULL, note text); "
      "CREATE COLLATION ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false); CREATE FUNCTION "
      "plain(text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT lower(btrim($1))'; " +
      index + "; INSERT INTO t VALUES (1, 'Ann', 1, true), (2, 'bob', 1, true)");
  const auto done = t.import_as_announced({{"t",
                                            {R"({"id":1,"k":"Bob","tenant":1,"active":true,"note":null})",
                                             R"({"id":2,"k":"ann","tenant":1,"active":true,"note":null})"}}});
  return done.of("t") + ": " + t.holds("SELECT id, k FROM t ORDER BY id");
}

TEST(Parking, SwapsUnderKeysByExpression) {
  for (const std::string index :
       {"CREATE UNIQUE INDEX ON t (lower(k))", "CREATE UNIQUE INDEX ON t (lower(k)) WHERE active",
        "CREATE UNIQUE INDEX ON t (tenant, lower(k)) WHERE note IS NULL", "CREATE UNIQUE INDEX ON t (k) WHERE k <> ''",
        "CREATE UNIQUE INDEX ON t (k COLLATE ci)", "CREATE UNIQUE INDEX ON t (btrim(k) COLLATE ci, tenant)",
        "CREATE UNIQUE INDEX ON t ((lower(k) || '/' || tenant))", "CREATE UNIQUE INDEX ON t (plain(k))",
        "CREATE UNIQUE INDEX ON t (note, lower(k)) NULLS NOT DISTINCT",
        "CREATE UNIQUE INDEX ON t (lower(k)); CREATE UNIQUE INDEX ON t (tenant, upper(k)); ALTER TABLE t ADD UNIQUE "
        "(k)",
        "ALTER TABLE t ADD g text GENERATED ALWAYS AS (lower(k)) STORED; CREATE UNIQUE INDEX ON t (upper(g))"})
    EXPECT_EQ(swap_under(index), "update 2: 1|Bob 2|ann") << index;
  EXPECT_EQ(swap_under("CREATE UNIQUE INDEX ON t ((lower(k) > 'b'))"), "conflict 2: 1|Ann 2|bob");
}

TEST(Parking, RotatesManyKeysByExpression) {
  Case t(
      "CREATE TABLE t (id int PRIMARY KEY, k text NOT NULL); CREATE UNIQUE INDEX ON t (lower(k)); INSERT INTO t SELECT "
      "g, 'Word ' || g FROM generate_series(1, 3000) g");
  std::vector<std::string> rows;
  for (int i = 1; i <= 3000; ++i)
    rows.push_back("{\"id\":" + std::to_string(i) + ",\"k\":\"wOrd " + std::to_string((i + 4) % 3000 + 1) + "\"}");
  EXPECT_EQ(t.import_as_announced({{"t", rows}}).of("t"), "update 3000");
  EXPECT_EQ(t.holds("SELECT count(*) FROM t WHERE k = 'wOrd ' || (id + 4) % 3000 + 1"), "3000");
}

// Two rows of a circle of three hand on what the third set aside, and only one label is to spare.
TEST(Parking, SetsOneRowOfACircleAside) {
  Case t(
      "CREATE TYPE level AS ENUM ('a', 'b', 'c', 'd'); CREATE TABLE t (id int PRIMARY KEY, k level NOT NULL UNIQUE); "
      "INSERT "
      "INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c')");
  for (const std::string to : {"bca", "abc", "cab"}) {
    std::vector<std::string> rows;
    for (std::size_t i = 0; i < to.size(); ++i)
      rows.push_back("{\"id\":" + std::to_string(i + 1) + ",\"k\":\"" + to[i] + "\"}");
    EXPECT_EQ(t.import_as_announced({{"t", rows}}).of("t"), "update 3") << to;
    EXPECT_EQ(t.holds("SELECT string_agg(k::text, '' ORDER BY id) FROM t"), to);
  }
}

// A circle that goes through two indexes, of which one has no value to spare.
TEST(Parking, SetsAsideWhatItCanOfACircleThroughTwoKeys) {
  Case t(
      "CREATE TABLE t (id int PRIMARY KEY, k int NOT NULL UNIQUE, r int4range NOT NULL UNIQUE); INSERT INTO t VALUES "
      "(1, 1, "
      "'[1,2)'), (2, 2, '[2,3)'), (3, 3, '[3,4)')");
  const auto done = t.import_as_announced(
      {{"t",
        {R"x({"id":1,"k":2,"r":"[9,10)"})x", R"x({"id":2,"k":8,"r":"[1,2)"})x", R"x({"id":3,"k":3,"r":"[3,4)"})x"}}});
  EXPECT_EQ(done.of("t"), "update 2, unchanged 1");
  EXPECT_EQ(t.holds("SELECT * FROM t ORDER BY id"), "1|2|[9,10) 2|8|[1,2) 3|3|[3,4)");
}

TEST(Parking, MindsNoIndexThatCannotFail) {
  EXPECT_EQ(
      swapped("CREATE TABLE t (id int PRIMARY KEY, k text NOT NULL UNIQUE); CREATE INDEX ON t (lower(k)); CREATE INDEX "
              "ON t (k) WHERE id > 1; CREATE INDEX ON t (id) WHERE k IS NOT NULL; INSERT INTO t VALUES (1, 'a'), (2, "
              "'b')",
              "\"a\"", "\"b\""),
      "update 2, swapped");
}

TEST(Parking, RotatesManyAtOnce) {
  Case t(
      "CREATE TABLE t (id int PRIMARY KEY, k smallint NOT NULL UNIQUE, u varchar(4) NOT NULL UNIQUE); INSERT INTO t "
      "SELECT "
      "g, g, g FROM generate_series(1, 5000) g");
  std::vector<std::string> rows;
  for (int i = 1; i <= 5000; ++i)
    rows.push_back("{\"id\":" + std::to_string(i) + ",\"k\":" + std::to_string(i % 5000 + 1) + ",\"u\":\"" +
                   std::to_string((i + 7) % 5000 + 1) + "\"}");
  EXPECT_EQ(t.import_as_announced({{"t", rows}}).of("t"), "update 5000");
  EXPECT_EQ(t.holds("SELECT count(*) FROM t WHERE k = id % 5000 + 1 AND u = ((id + 7) % 5000 + 1)::text"), "5000");
}

}  // namespace
}  // namespace import_test
