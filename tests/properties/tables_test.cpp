// Kinds of tables that random schemas seldom or never are, and what the properties once found.
#include <gtest/gtest.h>

#include "base/error.h"
#include "properties/transfers.h"
#include "support/dump.h"

namespace properties {
namespace {

class Tables : public testing::Test {
 protected:
  // The same schema on both sides.
  void both(const std::string& sql) {
    source.run("CREATE SCHEMA IF NOT EXISTS public;" + sql);
    target.run("CREATE SCHEMA IF NOT EXISTS public;" + sql);
  }

  outcome::ImportOutcome transfer(const transfer::Selection& selection = {}) {
    export_to(file, source.url(), selection);
    return import_from(file, target.url());
  }

  void expect_exact(const outcome::ImportOutcome& outcome) {
    EXPECT_EQ(left_out(outcome), "");
    EXPECT_EQ(support::normalized_dump(target.url()), support::normalized_dump(source.url()));
    const outcome::ImportOutcome again = import_from(file, target.url());
    EXPECT_EQ(again.total.unchanged, again.total.rows);
    const support::TemporaryFolder other;
    export_to(other.file("again.json"), target.url());
    EXPECT_EQ(data_of(other.file("again.json")), data_of(file));
  }

  support::Database source;
  support::Database target;
  support::TemporaryFolder folder;
  const std::string file = folder.file("export.json");
};

std::string columns(int count, const std::string& type) {
  std::string list;
  for (int i = 1; i <= count; ++i) list += (i == 1 ? "c" : ", c") + std::to_string(i) + " " + type;
  return list;
}

TEST_F(Tables, Of1600ColumnsComeBack) {
  both("CREATE TABLE wide (" + columns(1600, "int2") + ")");
  source.run(
      "INSERT INTO wide (c1, c1600) SELECT n, -n FROM generate_series(1, 20) n; INSERT INTO wide SELECT; INSERT INTO "
      "wide SELECT");

  expect_exact(transfer());
}

TEST_F(Tables, Of1600ColumnsWithAKeyAreUpdated) {
  both("CREATE TABLE wide (" + columns(1600, "int2") + ", UNIQUE (c2), PRIMARY KEY (c1))");
  source.run("INSERT INTO wide (c1, c2, c1600) SELECT n, n, -n FROM generate_series(1, 20) n");
  target.run("INSERT INTO wide (c1, c2) VALUES (5, 5), (30, 3)");

  const outcome::ImportOutcome outcome = transfer();

  EXPECT_EQ(outcome.total.insert, 18U);
  EXPECT_EQ(outcome.total.update, 1U);
  EXPECT_EQ(outcome.total.conflict, 1U);
  EXPECT_EQ(target.value("SELECT c1600 FROM wide WHERE c1 = 5"), "-5");
}

TEST_F(Tables, WithoutColumnsKeepTheirNumberOfRows) {
  both("CREATE TABLE nothing ()");
  source.run(
      "INSERT INTO nothing DEFAULT VALUES; INSERT INTO nothing DEFAULT VALUES; INSERT INTO nothing DEFAULT VALUES");

  const outcome::ImportOutcome outcome = transfer();

  EXPECT_EQ(outcome.total.insert, 3U);
  EXPECT_EQ(target.value("SELECT count(*) FROM nothing"), "3");
  EXPECT_EQ(import_from(file, target.url()).total.unchanged, 3U);
}

TEST_F(Tables, ReferToRowsOutsideTheExportThatTheTargetHas) {
  both(
      "CREATE TABLE parent (id int PRIMARY KEY); CREATE TABLE child (id int PRIMARY KEY, parent int REFERENCES "
      "parent)");
  source.run("INSERT INTO parent VALUES (1), (2); INSERT INTO child VALUES (10, 1), (20, 2), (30, NULL)");
  target.run("INSERT INTO parent VALUES (1)");
  transfer::Selection without_parent;
  without_parent.excluded = {"parent"};

  const outcome::ImportOutcome outcome = transfer(without_parent);

  EXPECT_EQ(outcome.total.insert, 2U);
  EXPECT_EQ(outcome.total.invalid, 1U);
  EXPECT_EQ(target.value("SELECT string_agg(id::text, ',' ORDER BY id) FROM child"), "10,30");
}

TEST_F(Tables, LongerThanABatchAndAChunkComeBack) {
  both("CREATE TABLE long (id int PRIMARY KEY, line text, list int[])");
  source.run(
      "INSERT INTO long SELECT n, repeat(chr(230 + n % 7), n % 900), ARRAY[n, NULL] FROM generate_series(1, 20000) n; "
      "INSERT INTO long VALUES (0, repeat('\"', 3000000))");

  expect_exact(transfer());
}

TEST_F(Tables, KeepEqualRowsThatNoKeyTellsApart) {
  both("CREATE TABLE log (line text, at timestamptz)");
  source.run("INSERT INTO log SELECT 'same', NULL FROM generate_series(1, 1000)");

  expect_exact(transfer());
}

TEST_F(Tables, InACycleThatNothingDefersAreFilledAtOnce) {
  both(
      "CREATE TABLE a (id int PRIMARY KEY, b int NOT NULL); CREATE TABLE b (id int PRIMARY KEY, c int NOT NULL);"
      "CREATE TABLE c (id int PRIMARY KEY, a int NOT NULL REFERENCES a); ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES "
      "b;"
      "ALTER TABLE b ADD FOREIGN KEY (c) REFERENCES c");
  source.run(
      "WITH x AS (INSERT INTO a SELECT n, n FROM generate_series(1, 100) n), y AS (INSERT INTO b SELECT n, n FROM "
      "generate_series(1, 100) n) "
      "INSERT INTO c SELECT n, 101 - n FROM generate_series(1, 100) n");

  expect_exact(transfer());
}

TEST_F(Tables, TakeNewRowsThatReferToAKeyWhichAnUpdateMakes) {
  both("CREATE TABLE t (id int PRIMARY KEY, code int UNIQUE, next int REFERENCES t (code))");
  source.run("INSERT INTO t VALUES (1, 10, NULL), (2, 20, 10); UPDATE t SET next = 20 WHERE id = 1");
  target.run("INSERT INTO t VALUES (1, NULL, NULL)");

  const outcome::ImportOutcome outcome = transfer();

  EXPECT_EQ(left_out(outcome), "");
  EXPECT_EQ(support::normalized_dump(target.url()), support::normalized_dump(source.url()));
}

TEST_F(Tables, HoldOidZeroOfARegclass) {
  both("CREATE TABLE t (id int PRIMARY KEY, c regclass, l regclass[])");
  source.run("INSERT INTO t VALUES (1, '-', '{-,pg_class}'), (2, 'pg_class', NULL)");

  expect_exact(transfer());
}

TEST_F(Tables, WithAColumnCalledAsTheirAliasAreSortedByTheWholeRow) {
  both("CREATE TABLE x (a int, t int, s int)");
  source.run("INSERT INTO x VALUES (1, 0, 0), (2, 0, 0)");
  target.run("INSERT INTO x VALUES (2, 0, 0), (1, 0, 0)");
  const std::string other = folder.file("other.json");

  export_to(file, source.url(), {}, engine::RowOrder::kIdentity);
  export_to(other, target.url(), {}, engine::RowOrder::kIdentity);

  EXPECT_EQ(data_of(other), data_of(file));
}

// What is read as text is called "text" by the server.
TEST_F(Tables, WithAKeyCalledAsATypeAreSortedByIt) {
  both("CREATE TYPE r AS RANGE (SUBTYPE = money); CREATE TABLE x (text int PRIMARY KEY, a r[])");
  source.run("INSERT INTO x VALUES (1, '{\"[5,6]\"}'), (2, '{\"[3,4]\"}'), (3, '{\"[4,5]\"}')");
  target.run("INSERT INTO x SELECT * FROM (VALUES (3, '{\"[4,5]\"}'::r[]), (2, '{\"[3,4]\"}'), (1, '{\"[5,6]\"}')) v");
  const std::string other = folder.file("other.json");

  export_to(file, source.url(), {}, engine::RowOrder::kIdentity);
  export_to(other, target.url(), {}, engine::RowOrder::kIdentity);

  EXPECT_EQ(data_of(other), data_of(file));
  EXPECT_LT(data_of(file).find("{\"text\":1"), data_of(file).find("{\"text\":2"));
}

TEST_F(Tables, MayHaveKeysOfADomainOverAnEnum) {
  both(
      "CREATE TYPE mood AS ENUM ('a', 'b'); CREATE DOMAIN calm AS mood CHECK (VALUE <> 'b');"
      "CREATE TABLE t (id calm PRIMARY KEY, other calm UNIQUE)");
  source.run("INSERT INTO t VALUES ('a', 'a')");

  expect_exact(transfer());
}

TEST_F(Tables, WithKeysOfRowsOfNullsAreJudgedBeforeTheyAreWritten) {
  if (support::server_version() < 15) GTEST_SKIP() << "NULLS NOT DISTINCT came with 15";
  both(
      "CREATE TYPE pair AS (a int, b int); CREATE TABLE t (id int PRIMARY KEY, p pair); CREATE TABLE n (id int PRIMARY "
      "KEY, p pair)");
  target.run(
      "CREATE UNIQUE INDEX ON t (p); CREATE UNIQUE INDEX ON n (p) NULLS NOT DISTINCT; INSERT INTO n VALUES (9, NULL)");
  source.run(
      "INSERT INTO t VALUES (1, ROW(1, NULL)), (2, ROW(1, NULL)), (3, ROW(NULL, NULL)), (4, NULL), (5, NULL); INSERT "
      "INTO n VALUES (1, ROW(NULL, NULL))");

  export_to(file, source.url());
  const outcome::ImportOutcome dry = import_from(file, target.url(), engine::Intent::kDryRun);
  const outcome::ImportOutcome outcome = import_from(file, target.url());

  EXPECT_EQ(outcome.total.conflict, 2U) << left_out(outcome);
  EXPECT_EQ(dry.total, outcome.total) << left_out(dry);
}

TEST_F(Tables, LoseOnlyTheRowsThatNameWhatTheTargetLacks) {
  both("CREATE TABLE t (id int PRIMARY KEY, c regclass)");
  source.run("CREATE SEQUENCE only_here; INSERT INTO t VALUES (1, 'only_here'), (2, 'pg_class')");

  const outcome::ImportOutcome outcome = transfer();

  EXPECT_EQ(outcome.total.invalid, 1U);
  EXPECT_EQ(target.value("SELECT string_agg(id::text, ',') FROM t"), "2");
}

TEST_F(Tables, AreReadAndWrittenByTheTypesOwnTextWhateverItsCastsSay) {
  both(
      "CREATE TYPE pair AS (a int, b text);"
      "CREATE FUNCTION shout(pair) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'PAIR!' $$;"
      "CREATE FUNCTION forget(text) RETURNS pair LANGUAGE sql IMMUTABLE AS $$ SELECT ROW(0, NULL)::pair $$;"
      "CREATE CAST (pair AS text) WITH FUNCTION shout(pair); CREATE CAST (text AS pair) WITH FUNCTION forget(text);"
      "CREATE TABLE t (id int PRIMARY KEY, p pair, l pair[])");
  source.run("INSERT INTO t VALUES (1, ROW(1, 'x y'), ARRAY[ROW(2, '\"')::pair, NULL])");

  expect_exact(transfer());
}

}  // namespace
}  // namespace properties
