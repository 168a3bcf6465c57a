// Checks, domains and defaults whose word depends on the settings of the session (zone, style, search_path): the dry
// run and the import judge by those that an application has, the import ends with what was foretold, by the real
// programs.
#include <gmock/gmock.h>

#include "cli/transfer_fixture.h"

namespace cli {
namespace {

using testing::HasSubstr;

struct Case {
  const char* name;
  const char* target;         // beside kTable
  std::vector<int> verdicts;  // by dry run and import: insert, update, unchanged, conflict, invalid, skipped
  const char* there = "1";    // keys in the target behind it
};

constexpr const char* kTable =
    "CREATE TABLE p (id int PRIMARY KEY, at timestamptz, d date, i interval, b bytea, q int, t text)";
// In Tokyo the first is at five in the morning of the next day, the second at seven in the evening.
constexpr const char* kRows =
    "INSERT INTO p VALUES (1, '2024-02-03 20:00+00', '2024-02-03', '1 day', '\\x00ff', 1, 'p'), "
    "(2, '2024-02-03 10:00+00', '2024-02-04', '2 days', '\\x01', 20, 'nowhere')";
constexpr const char* kSettings[] = {"TimeZone = 'Asia/Tokyo'", "DateStyle = 'SQL, DMY'", "bytea_output = 'escape'",
                                     "IntervalStyle = 'iso_8601'", "search_path = \"App\", public"};

#define EARLY "CREATE DOMAIN early AS timestamptz CHECK (extract(hour FROM VALUE) < 12);"

const Case kCases[] = {
    {"TheHourInADomain", EARLY "ALTER TABLE p ALTER at TYPE early", {1, 0, 0, 0, 1, 0}},
    {"TheHourInADomainOfADomainInAnUpdate",
     EARLY "CREATE DOMAIN \"Very early\" AS early; INSERT INTO p VALUES (1, '2024-01-01 00:00+00'), (2, '2024-01-01 "
           "00:00+00'); ALTER TABLE p ALTER at TYPE \"Very early\"",
     {0, 1, 0, 0, 1, 0},
     "1,2"},
    {"TheHourInsideOfAnArray", EARLY "ALTER TABLE p ALTER at TYPE early[] USING ARRAY[at]", {1, 0, 0, 0, 1, 0}},
    {"TheHourInsideOfAComposite",
     EARLY "CREATE TYPE hour AS (at early, n int); ALTER TABLE p ALTER at TYPE hour USING ROW(at, 1)::hour",
     {1, 0, 0, 0, 1, 0}},
    {"TheTextOfADate",
     "CREATE DOMAIN day AS date CHECK (VALUE::text = '03/02/2024'); ALTER TABLE p ALTER d TYPE day",
     {1, 0, 0, 0, 1, 0}},
    {"TheTextOfAnInterval",
     "CREATE DOMAIN long AS interval CHECK (VALUE::text = 'P1D'); ALTER TABLE p ALTER i TYPE long",
     {1, 0, 0, 0, 1, 0}},
    {"TheTextOfBytes",
     "CREATE DOMAIN raw AS bytea CHECK (VALUE::text LIKE '%377'); ALTER TABLE p ALTER b TYPE raw",
     {1, 0, 0, 0, 1, 0}},
    {"AFunctionOnThePath",
     "CREATE SCHEMA \"App\"; CREATE FUNCTION \"App\".small(n int) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT n < "
     "9'; CREATE FUNCTION \"App\".fits(n int) RETURNS bool LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN small(n); END';"
     "CREATE DOMAIN fitting AS int CHECK (\"App\".fits(VALUE)); ALTER TABLE p ALTER q TYPE fitting",
     {1, 0, 0, 0, 1, 0}},
    {"AFunctionThatIsNotOnThePath",
     "CREATE FUNCTION fits(n int) RETURNS bool LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN small(n); END';"
     "CREATE DOMAIN fitting AS int CHECK (fits(VALUE)); ALTER TABLE p ALTER q TYPE fitting",
     {0, 0, 0, 0, 2, 0},
     ""},
    {"ANameOfATableInADomain",
     "CREATE DOMAIN named AS text CHECK (VALUE::regclass IS NOT NULL); ALTER TABLE p ALTER t TYPE named",
     {1, 0, 0, 0, 1, 0}},
    {"ANameOfATableInACheck", "ALTER TABLE p ADD CHECK (t::regclass IS NOT NULL)", {1, 0, 0, 0, 1, 0}},
    {"ADomainInAKeyAndAnIndex",
     "CREATE DOMAIN day AS date CHECK (VALUE::text = '03/02/2024'); ALTER TABLE p ALTER d TYPE day, ADD UNIQUE (d);"
     "CREATE UNIQUE INDEX ON p (lower(t), (d + 1))",
     {1, 0, 0, 0, 1, 0}},
    {"ADomainThatAGeneratedColumnReads",
     EARLY "CREATE FUNCTION f(early) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1'; CREATE FUNCTION f(timestamptz) "
           "RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 2'; ALTER TABLE p ALTER at TYPE early; ALTER TABLE p ADD g "
           "int GENERATED ALWAYS AS (f(at)) STORED CHECK (g = 1)",
     {1, 0, 0, 0, 1, 0}},
    {"ACheckOfTheTextOfADate", "ALTER TABLE p ADD CHECK (d::text = '03/02/2024')", {1, 0, 0, 0, 1, 0}},
    {"ACheckOfTextsJoined", "ALTER TABLE p ADD CHECK ('on ' || d = 'on 03/02/2024')", {1, 0, 0, 0, 1, 0}},
    {"ACheckOfADateAndATime", "ALTER TABLE p ADD CHECK (at > date '2024-02-04')", {1, 0, 0, 0, 1, 0}},
    {"ACheckOfAPartition",
     "DROP TABLE p; CREATE TABLE p (id int PRIMARY KEY, at timestamptz, d date, i interval, b bytea, q int, t text) "
     "PARTITION BY HASH (id); CREATE TABLE p1 PARTITION OF p (CHECK (d::text = '03/02/2024')) FOR VALUES WITH (MODULUS "
     "1, REMAINDER 0)",
     {1, 0, 0, 0, 1, 0}},
    {"ADefaultUnderACheck",
     "ALTER TABLE p ADD zone text DEFAULT current_setting('TimeZone') CHECK (zone = 'Asia/Tokyo')",
     {2, 0, 0, 0, 0, 0},
     "1,2"},
    {"ADefaultUnderAnotherCheck",
     "ALTER TABLE p ADD zone text; ALTER TABLE p ALTER zone SET DEFAULT current_setting('TimeZone'), ADD CHECK (zone "
     "= 'UTC')",
     {0, 0, 0, 0, 2, 0},
     ""},
    {"ADefaultInAKey",
     "ALTER TABLE p ADD day date UNIQUE; INSERT INTO p (id, day) VALUES (3, '2024-02-04');"
     "ALTER TABLE p ALTER day SET DEFAULT ('2024-02-03 20:00+00'::timestamptz)::date",
     {0, 0, 0, 2, 0, 0},
     "3"},
    {"ADefaultThatADomainTakesHere",
     EARLY "ALTER TABLE p ADD since early DEFAULT timestamptz '2024-02-03 20:00+00'",
     {2, 0, 0, 0, 0, 0},
     "1,2"},
    {"ADefaultThatADomainRefusesHere",
     EARLY "ALTER TABLE p ADD since early; ALTER TABLE p ALTER since SET DEFAULT timestamptz '2024-02-03 10:00+00'",
     {0, 0, 0, 0, 2, 0},
     ""},
    {"ADefaultThatTellsThePartition",
     "DROP TABLE p; CREATE TABLE p (id int, at timestamptz, d date, i interval, b bytea, q int, t text, day date "
     "DEFAULT ('2024-02-03 20:00+00'::timestamptz)::date) PARTITION BY LIST (day); CREATE TABLE p1 PARTITION OF p FOR "
     "VALUES IN ('2024-02-04')",
     {2, 0, 0, 0, 0, 0},
     "1,2"},
};

class ForetoldUnderSettings : public Transfer, public testing::WithParamInterface<Case> {};

INSTANTIATE_TEST_SUITE_P(For, ForetoldUnderSettings, testing::ValuesIn(kCases),
                         [](const auto& one) { return std::string(one.param.name); });

TEST_P(ForetoldUnderSettings, IsWhatTheImportDoes) {
  const std::string name = GetParam().name;
  schema(kTable);
  source.run(kRows);
  if (name == "TheHourInsideOfAnArray") source.run("ALTER TABLE p ALTER at TYPE timestamptz[] USING ARRAY[at]");
  if (name == "TheHourInsideOfAComposite")
    source.run("CREATE TYPE hour AS (at timestamptz, n int); ALTER TABLE p ALTER at TYPE hour USING ROW(at, 1)::hour");
  for (const char* setting : kSettings) target.run("ALTER DATABASE " + target.name() + " SET " + setting);
  target.run("SET TimeZone = 'Asia/Tokyo'; " + std::string(GetParam().target));
  target.disconnect();
  ASSERT_EQ(run_export().status, 0);

  const support::Run told = run_import({"--dry-run"});
  const nlohmann::json dry = import({"--dry-run"});
  target.disconnect();
  const nlohmann::json imported = import();
  const int ended = status;
  import();

  EXPECT_EQ(verdicts(imported, "p"), GetParam().verdicts) << imported.dump();
  EXPECT_EQ(verdicts(dry, "p"), GetParam().verdicts) << dry.dump();
  EXPECT_EQ(told.status, ended);
  EXPECT_THAT(told.out, HasSubstr("every row is foretold"));
  EXPECT_EQ(status, ended);
  EXPECT_EQ(target.value("SELECT coalesce(string_agg(id::text, ',' ORDER BY id), '') FROM public.p"), GetParam().there);
}

}  // namespace
}  // namespace cli
