// The way out, and both ways one after the other: what pg_dump sees of either side is the same.
#include "postgres/import/import_fixture.h"

namespace import_test {
namespace {

std::string data_of(const std::string& file) {
  const std::size_t begin = file.find("\"data\"");
  return file.substr(begin, file.find("\"seal\"") - begin);
}

// Two databases with one schema; `rows` fills the first.
void expect_round_trip(const std::string& schema, const std::string& rows) {
  Case source(schema);
  source.database.run(rows);
  Case target(schema);
  const std::string file = export_of(source.database.url());
  const Imported done = run_import(target.database.url(), file);
  for (const auto& [table, counts] : done.counts) EXPECT_EQ(counts.insert, counts.rows) << table;
  EXPECT_EQ(support::normalized_dump(target.database.url()), support::normalized_dump(source.database.url()));
  for (const auto& [table, counts] : run_import(target.database.url(), file).counts)
    EXPECT_EQ(counts.unchanged, counts.rows) << table;
  EXPECT_EQ(data_of(export_of(target.database.url(), engine::RowOrder::kIdentity)),
            data_of(export_of(source.database.url(), engine::RowOrder::kIdentity)));
}

TEST(Source, BringsATableOfEveryKindOfColumnThere) {
  expect_round_trip(
      "CREATE EXTENSION citext; CREATE EXTENSION hstore; CREATE TYPE mood AS ENUM ('sad', 'ok \"x\"'); CREATE TYPE "
      "pair AS (a int, b text);"
      "CREATE DOMAIN email AS citext CHECK (VALUE ~ '@'); CREATE DOMAIN small AS numeric(5,2) NOT NULL DEFAULT 0; "
      "CREATE DOMAIN tags AS text[];"
      "CREATE TABLE v (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, e email, s small, g tags, m mood, ms "
      "mood[], p pair, ps pair[], h hstore, r tstzrange,"
      "mr int4multirange, x xml, j json, jb jsonb, t text, c char(4), n name, i interval, b bytea, u uuid, o oid, bits "
      "varbit, pt point, ip inet, f4 real, f8 float8,"
      "ts timestamptz, tz timetz, tv tsvector, money money, reg regclass, twice int GENERATED ALWAYS AS (length(t) * "
      "2) STORED)",
      "INSERT INTO v (e, s, g, m, ms, p, ps, h, r, mr, x, j, jb, t, c, n, i, b, u, o, bits, pt, ip, f4, f8, ts, tz, "
      "tv, money, reg) VALUES ('A@b', 1.5, '[0:1]={a,\"b,c\"}',"
      "'ok \"x\"', '{sad,NULL}', ROW(1, 'a\"b'), ARRAY[ROW(1, NULL)::pair], 'a=>NULL, \"b c\"=>1', "
      "'[2025-01-01,infinity)', '{[1,3),[5,7)}', '<?xml version=\"1.0\"?><a/>',"
      "'{\"a\" :  1, \"a\":null}', 'null', E'line\\n\\u2028\\\\ \"q\"', 'a', 'n', '1 mon -1 day', '\\x00ff', "
      "gen_random_uuid(), 4294967295, '101', '(1.1,-0)', '10.0.0.1/8',"
      "'-0', 'NaN', '4713-01-01 BC', '00:00:00+15:59', 'a:1 b', '-12.34', 'pg_class'), (NULL, 0, NULL, NULL, '{}', "
      "NULL, NULL, NULL, 'empty', '{}', NULL, 'null', NULL, '', '',"
      "'', NULL, '', NULL, 0, '', NULL, NULL, 'Infinity', 1e-310, '-infinity', '24:00:00', '', 0, NULL)");
}

TEST(Source, BringsTablesOfEveryShapeThere) {
  expect_round_trip(
      "CREATE SCHEMA \"Other.Schema\"; CREATE TABLE \"Other.Schema\".\"T\" (\"select\" int PRIMARY KEY);"
      "CREATE TABLE \"T\" (a int, b int REFERENCES \"Other.Schema\".\"T\", UNIQUE (a, b)); CREATE TABLE nothing ();"
      "CREATE TABLE parts (id int, at date, PRIMARY KEY (id, at)) PARTITION BY RANGE (at); CREATE TABLE parts_1 "
      "PARTITION OF parts FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')"
      " PARTITION BY HASH (id); CREATE TABLE parts_1_0 PARTITION OF parts_1 FOR VALUES WITH (MODULUS 1, REMAINDER 0); "
      "CREATE TABLE parts_d PARTITION OF parts DEFAULT;"
      "CREATE TABLE base (id int PRIMARY KEY); CREATE TABLE heir (extra text, PRIMARY KEY (id)) INHERITS (base);"
      "CREATE TABLE tree (id int PRIMARY KEY, parent int REFERENCES tree NOT NULL);"
      "CREATE TABLE x (id int PRIMARY KEY, y int); CREATE TABLE y (id int PRIMARY KEY, x int REFERENCES x DEFERRABLE "
      "INITIALLY DEFERRED); ALTER TABLE x ADD FOREIGN KEY (y) REFERENCES y",
      "INSERT INTO \"Other.Schema\".\"T\" VALUES (1); INSERT INTO \"T\" VALUES (1, 1), (NULL, NULL), (NULL, NULL); "
      "INSERT INTO nothing SELECT FROM generate_series(1, 3);"
      "INSERT INTO parts VALUES (1, '2025-05-05'), (2, '1999-01-01'); INSERT INTO base VALUES (1); INSERT INTO heir "
      "VALUES (1, 'own'), (2, '');"
      "INSERT INTO tree VALUES (1, 2), (2, 1), (3, 3); BEGIN; INSERT INTO y VALUES (1, 1), (2, NULL); INSERT INTO x "
      "VALUES (1, 1), (2, 2); COMMIT");
}

TEST(Source, ReadsEveryPartitionOnceAndNoRowOfAChildTwice) {
  Case t(
      "CREATE TABLE p (id int) PARTITION BY HASH (id); CREATE TABLE p0 PARTITION OF p FOR VALUES WITH (MODULUS 1, "
      "REMAINDER 0); INSERT INTO p VALUES (1);"
      "CREATE TABLE base (id int); CREATE TABLE heir () INHERITS (base); INSERT INTO heir VALUES (2)");
  const std::string data = data_of(export_of(t.database.url()));
  EXPECT_TRUE(contains(data, "\"p\": [\n{\"id\":1}\n]")) << data;
  EXPECT_TRUE(contains(data, "\"base\": [\n]")) << data;
  EXPECT_FALSE(contains(data, "p0")) << data;
}

TEST(Source, OrdersRowsByTheirIdentityWhateverTheCollation) {
  Case t("CREATE TABLE s (k text PRIMARY KEY); INSERT INTO s VALUES ('b'), ('B'), ('a'), ('\xC3\xA9'), ('A')");
  const std::string data = data_of(export_of(t.database.url(), engine::RowOrder::kIdentity));
  EXPECT_TRUE(contains(data, "{\"k\":\"A\"},\n{\"k\":\"B\"},\n{\"k\":\"a\"},\n{\"k\":\"b\"},\n{\"k\":\"\xC3\xA9\"}"))
      << data;
}

TEST(Source, LeavesOutViewsAndTablesOfExtensions) {
  Case t(
      "CREATE TABLE a (id int); CREATE VIEW v AS SELECT * FROM a; CREATE MATERIALIZED VIEW m AS SELECT * FROM a; "
      "CREATE TABLE schema_migrations (version text);"
      "CREATE TABLE migrations (name text, checksum text, applied_at timestamptz); INSERT INTO migrations VALUES "
      "('999_a'), ('1000_b'); CREATE TEMPORARY TABLE x (id int)");
  postgres::PostgresSource source(connect(t.database.url()), std::chrono::seconds(5));
  const auto tables = source.tables({});
  ASSERT_EQ(tables.size(), 3U);  // what is a ledger is for the transfer to say
  EXPECT_EQ(tables[0].name.name, "a");
  EXPECT_EQ(source.last_migration({})->name, "1000_b");
}

TEST(Source, ATableCalledMigrationsIsTheUsersOwnWithoutTheLedgersColumns) {
  Case t("CREATE TABLE migrations (name text, country text)");
  postgres::PostgresSource source(connect(t.database.url()), std::chrono::seconds(5));
  EXPECT_EQ(source.tables({}).size(), 1U);
  EXPECT_FALSE(source.last_migration({}));
}

TEST(Source, OneSnapshotForAllTables) {
  Case t("CREATE TABLE a (id int); CREATE TABLE b (id int); INSERT INTO a VALUES (1); INSERT INTO b VALUES (1)");
  postgres::PostgresSource source(connect(t.database.url()), std::chrono::seconds(5));
  source.open_snapshot(source.tables({}));
  base::ByteBuffer out;
  EXPECT_EQ(source.read({{"public", "a"}, {}, engine::RowOrder::kPhysical})->read_batch(out), 1U);
  t.database.run("INSERT INTO b VALUES (2)");
  EXPECT_EQ(source.read({{"public", "b"}, {}, engine::RowOrder::kPhysical})->read_batch(out), 1U);
  EXPECT_THROW(t.database.run("SET lock_timeout = 50; TRUNCATE b"), std::runtime_error);
}

TEST(Source, SaysOfTheTablesWhatTheyAreUnderTheirLocks) {
  Case t("CREATE TABLE a (id int)");
  postgres::PostgresSource source(connect(t.database.url()), std::chrono::seconds(5));
  const auto tables = source.tables({});
  t.database.run("ALTER TABLE a ALTER id TYPE text; CREATE TABLE b (id int)");
  const auto locked = source.open_snapshot(tables);
  ASSERT_EQ(locked.size(), 2);
  EXPECT_EQ(locked[0].columns[0].type, "text");
}

TEST(Source, SaysThatATableHasGoneMeanwhile) {
  Case t("CREATE TABLE a (id int)");
  postgres::PostgresSource source(connect(t.database.url()), std::chrono::seconds(5));
  const auto tables = source.tables({});
  t.database.run("DROP TABLE a");
  EXPECT_THROW(source.open_snapshot(tables), engine::ConcurrentChange);
  t.database.run("CREATE VIEW a AS SELECT 1 AS id");
  EXPECT_THROW(source.open_snapshot(tables), engine::ConcurrentChange);
}

TEST(Source, RefusesARoleThatAPolicyHidesRowsFrom) {
  Case t("CREATE TABLE a (id int); ALTER TABLE a ENABLE ROW LEVEL SECURITY; ALTER TABLE a FORCE ROW LEVEL SECURITY");
  const std::string role = "reader_" + t.database.name();
  t.database.run("CREATE ROLE " + role + " LOGIN; GRANT SELECT ON a TO " + role);
  EXPECT_THROW(export_of(as_role(t.database, role)), base::Error);
  t.database.run("DROP OWNED BY " + role + "; DROP ROLE " + role);
}

TEST(Source, AConditionIsSqlAndItsFaultIsTheUsers) {
  Case t("CREATE TABLE a (id int); INSERT INTO a VALUES (0), (1), (2), (3)");
  postgres::PostgresSource source(connect(t.database.url()), std::chrono::seconds(5));
  source.open_snapshot(source.tables({}));
  base::ByteBuffer out;
  EXPECT_EQ(source.read({{"public", "a"}, "id = 1 OR id = 3 -- both", engine::RowOrder::kPhysical})->read_batch(out),
            2U);
  for (const std::string wrong : {"1 / id > 0", "nothing = 1"}) {
    postgres::PostgresSource other(connect(t.database.url()), std::chrono::seconds(5));
    other.open_snapshot(other.tables({}));
    try {
      other.read({{"public", "a"}, wrong, engine::RowOrder::kPhysical})->read_batch(out);
      FAIL() << wrong;
    } catch (const base::Error& error) {
      EXPECT_EQ(error.kind(), base::ErrorKind::kUsage) << wrong;
    }
  }
}

}  // namespace
}  // namespace import_test
