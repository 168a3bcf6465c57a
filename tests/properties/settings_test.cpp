// Settings of a server, a database or a role that change how values look: none of them may change a byte of an export
// or the rows of an import. And databases of other encodings: what cannot be converted is told, never lost.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/error.h"
#include "properties/every_type.h"
#include "properties/generate_type.h"
#include "properties/transfers.h"
#include "support/dump.h"

namespace properties {
namespace {

const Scenario& sample() {
  static const Scenario scenario = every_type(7, 8);
  return scenario;
}

void prepare(support::Database& database, Rows rows) {
  database.run(extension_sql());
  build(database, sample(), Difference::kNone, rows);
  // A column of a type that holds other types, so that their text is read within its own.
  database.run(
      "CREATE TYPE public.nest AS (t timestamptz, d date, i interval, f float8, b bytea, m money, c regclass, a "
      "text[], x xml);"
      "CREATE TABLE public.nests (id int PRIMARY KEY, n public.nest, l public.nest[])");
  if (rows == Rows::kNone) return;
  database.run(
      "INSERT INTO public.nests SELECT 1, n, ARRAY[n, NULL] FROM (SELECT ROW('2000-02-03 04:05:06.789+05', '0044-03-15 "
      "BC', '1 mon -2 days 00:00:03.5', "
      "0.1::float8 + 0.2, '\\x005c27ff', '1234.56', 'pg_catalog.pg_class', '{NULL,\"NULL\",a}', "
      "'<a/><b/>')::public.nest AS n) x");
}

// All that PostgreSQL 15 has and that decides how values are written or read, and some that might.
const std::vector<std::string> kSettings{"DateStyle = 'SQL, DMY'",
                                         "DateStyle = 'German'",
                                         "TimeZone = 'Asia/Kathmandu'",
                                         "IntervalStyle = 'iso_8601'",
                                         "IntervalStyle = 'sql_standard'",
                                         "IntervalStyle = 'postgres_verbose'",
                                         "bytea_output = 'escape'",
                                         "extra_float_digits = -15",
                                         "standard_conforming_strings = off",
                                         "client_encoding = 'LATIN1'",
                                         "search_path = 'pg_catalog, extensions'",
                                         "array_nulls = off",
                                         "quote_all_identifiers = on",
                                         "xmloption = document",
                                         "transform_null_equals = on",
                                         "default_transaction_isolation = 'serializable'",
                                         "row_security = on",
                                         "exit_on_error = on",
                                         "statement_timeout = '5min'"};

class Settings : public testing::Test {
 protected:
  Settings() {
    prepare(source, Rows::kAll);
    prepare(target, Rows::kNone);
    export_to(file, source.url());
    expected = data_of(file);
  }

  void set(const std::string& setting) {
    for (support::Database* database : {&source, &target}) {
      database->run("ALTER ROLE postgres IN DATABASE " + database->name() + " SET " + setting);
    }
  }
  void reset() {
    for (support::Database* database : {&source, &target})
      database->run("ALTER ROLE postgres IN DATABASE " + database->name() + " RESET ALL");
  }

  support::Database source;
  support::Database target;
  support::TemporaryFolder folder;
  const std::string file = folder.file("export.json");
  const std::string other_file = folder.file("other.json");
  std::string expected;
};

TEST_F(Settings, OneByOneChangeNeitherWhatIsWrittenNorWhatIsRead) {
  import_from(file, target.url());
  for (const std::string& setting : kSettings) {
    SCOPED_TRACE(setting);
    set(setting);

    export_to(other_file, source.url());
    EXPECT_TRUE(data_of(other_file) == expected);
    const outcome::ImportOutcome outcome = import_from(file, target.url(), engine::Intent::kDryRun);
    EXPECT_EQ(outcome.total.unchanged, outcome.total.rows) << left_out(outcome);
    reset();
  }
}

TEST_F(Settings, TogetherChangeNoRowOfAnImport) {
  for (const std::string& setting : kSettings) set(setting);

  EXPECT_EQ(left_out(import_from(file, target.url())), "");
  reset();

  export_to(other_file, target.url());
  EXPECT_TRUE(data_of(other_file) == expected);
}

// Remakes the database in another encoding.
void encode_as(support::Database& database, const std::string& encoding) {
  support::Database other;
  database.disconnect();
  other.run("DROP DATABASE " + database.name());
  other.run("CREATE DATABASE " + database.name() + " TEMPLATE template0 ENCODING '" + encoding +
            "' LC_COLLATE 'C' LC_CTYPE 'C'");
  database.run("SET client_encoding = 'UTF8'; CREATE SCHEMA IF NOT EXISTS public");
}

class Encodings : public testing::Test {
 protected:
  void both(const std::string& sql) {
    source.run("CREATE SCHEMA IF NOT EXISTS public;" + sql);
    target.run("CREATE SCHEMA IF NOT EXISTS public;" + sql);
  }
  outcome::ImportOutcome transfer() {
    export_to(file, source.url());
    return import_from(file, target.url());
  }

  support::Database source;
  support::Database target;
  support::TemporaryFolder folder;
  const std::string file = folder.file("export.json");
};

constexpr const char* kTable =
    "CREATE TYPE mood AS ENUM ('gaîté', 'b'); CREATE TYPE pair AS (a text, b int);"
    "CREATE TABLE \"été\" (id int PRIMARY KEY, \"ç\" text, l text[], j jsonb, k json, m mood, p pair, x xml)";
constexpr const char* kRow =
    "INSERT INTO \"été\" VALUES (1, 'é', '{ü,NULL}', '{\"ö\": \"ß\"}', '{\"ö\": \"ß\"}', 'gaîté', ROW('ñ', 1), '<é/>')";

TEST_F(Encodings, OfLatin1AreReadInFull) {
  encode_as(source, "LATIN1");
  both(kTable);
  source.run(kRow);

  EXPECT_EQ(left_out(transfer()), "");

  EXPECT_EQ(support::normalized_dump(target.url()), support::normalized_dump(source.url(), {"--encoding=UTF8"}));
}

TEST_F(Encodings, OfLatin1TakeWhatTheyCanHoldAndNameTheRest) {
  encode_as(target, "LATIN1");
  both(kTable);
  source.run(kRow);
  source.run(
      "INSERT INTO \"été\" (id, \"ç\") VALUES (2, '日本'); INSERT INTO \"été\" (id, l) VALUES (3, '{😀}'); INSERT INTO "
      "\"été\" (id, j) VALUES (4, '[\"€\"]');"
      "INSERT INTO \"été\" (id, p) VALUES (5, ROW('€', 1)); INSERT INTO \"été\" (id, k) VALUES (6, '\"\\u20ac\"'); "
      "INSERT INTO \"été\" (id, x) VALUES (7, '<€/>');"
      "INSERT INTO \"été\" (id) VALUES (8)");

  const outcome::ImportOutcome outcome = transfer();

  EXPECT_EQ(outcome.total.invalid, 5U) << left_out(outcome);
  EXPECT_EQ(target.value("SELECT string_agg(id::text, ',' ORDER BY id) FROM \"été\""), "1,6,8");
  EXPECT_EQ(target.value("SELECT \"ç\" || (j->>'ö') || m || (p).a FROM \"été\" WHERE id = 1"), "éßgaîtéñ");
}

TEST_F(Encodings, OfSqlAsciiWithUtf8AreReadAndWritten) {
  encode_as(source, "SQL_ASCII");
  encode_as(target, "SQL_ASCII");
  both(kTable);
  source.run(kRow);

  EXPECT_EQ(left_out(transfer()), "");

  EXPECT_EQ(support::normalized_dump(target.url()), support::normalized_dump(source.url()));
}

TEST_F(Encodings, OfBytesThatAreNoTextEndTheExportWithAnErrorThatNamesTheColumn) {
  encode_as(source, "SQL_ASCII");
  source.run("CREATE TYPE pair AS (a text, b int)");
  for (const std::string value :
       {"E'a\\377'::text", "ARRAY[E'\\377']::text[]", "E'[\"\\377\"]'::json", "E'{\"\\377\":1}'::jsonb",
        "ROW(E'\\377', 1)::pair", "ARRAY[ROW(E'\\377', 1)::pair]", "E'\\377'::varchar(3)", "E'\\377'::char(3)",
        "E'\\377'::name", "E'\\377'::tsvector"}) {
    SCOPED_TRACE(value);
    source.run("DROP TABLE IF EXISTS t; CREATE TABLE t AS SELECT 1 AS id, 'fine' AS good, " + value + " AS bad");

    try {
      export_to(file, source.url());
      ADD_FAILURE() << "exported " << data_of(file);
    } catch (const base::Error& error) {
      EXPECT_EQ(error.kind(), base::ErrorKind::kSchema);
      EXPECT_NE(std::string(error.what()).find("\"t\".\"bad\""), std::string::npos) << error.what();
    }
  }
}

TEST_F(Encodings, KeepACharOfAnyByte) {
  both("CREATE TABLE t (id int PRIMARY KEY, c \"char\")");
  source.run("INSERT INTO t SELECT n, n::\"char\" FROM generate_series(-128, 127) n");

  EXPECT_EQ(transfer().total.insert, 256U);

  EXPECT_EQ(target.value("SELECT count(*) FROM t WHERE c::int = id"), "256");
}

}  // namespace
}  // namespace properties
