// What there is no room for: values of a sequence that comes to its end, and rows that are too large for a page of the
// server. Foretold row by row, or named, by the real programs.
#include <gmock/gmock.h>

#include "cli/transfer_fixture.h"

namespace cli {
namespace {

using testing::HasSubstr;
using testing::Not;

struct Case {
  const char* name;
  const char* rows;           // of p (id int PRIMARY KEY, t text)
  const char* target;         // beside that
  bool named;                 // the dry run does not tell all
  std::vector<int> verdicts;  // by the import: insert, update, unchanged, conflict, invalid, skipped
};

constexpr const char* kThree = "VALUES (11, 'a'), (12, 'b'), (13, 'c')";
constexpr const char* kLarge =
    "SELECT 1, string_agg(md5(i::text), '') FROM generate_series(1, 1000) i UNION ALL SELECT 2, repeat('x', 4000)";

constexpr const char* kSixty =
    "VALUES (1, 'a') UNION ALL SELECT 2, string_agg(md5(i::text), '') FROM generate_series(1, 60) i";

const Case kCases[] = {
    {"NoValueIsLeft",
     kThree,
     "CREATE SEQUENCE s MAXVALUE 2; SELECT nextval('s'), nextval('s'); ALTER TABLE p ADD n int DEFAULT nextval('s')",
     false,
     {0, 0, 0, 0, 3, 0}},
    {"AValueForSomeRows",
     kThree,
     "CREATE SEQUENCE s MAXVALUE 2; ALTER TABLE p ADD n int; ALTER TABLE p ALTER n SET DEFAULT nextval('s')",
     false,
     {2, 0, 0, 0, 1, 0}},
    {"AnIdentityThatEnds",
     kThree,
     "ALTER TABLE p ADD n int GENERATED ALWAYS AS IDENTITY (MAXVALUE 2)",
     false,
     {2, 0, 0, 0, 1, 0}},
    {"ASequenceInsideOfAnExpressionInAnotherSchema",
     kThree,
     "CREATE SCHEMA \"S s\"; CREATE SEQUENCE \"S s\".\"Q q\" MAXVALUE 2; ALTER TABLE p ADD n text;"
     "ALTER TABLE p ALTER n SET DEFAULT 'I-' || nextval('\"S s\".\"Q q\"')",
     false,
     {2, 0, 0, 0, 1, 0}},
    {"ASequenceThatFalls",
     kThree,
     "CREATE SEQUENCE s INCREMENT -2 MINVALUE -4; ALTER TABLE p ADD n int; ALTER TABLE p ALTER n SET DEFAULT "
     "nextval('s')",
     false,
     {2, 0, 0, 0, 1, 0}},
    {"AColumnThatEndsBeforeItsSequence",
     kThree,
     "CREATE SEQUENCE s START 32766; ALTER TABLE p ADD n smallint; ALTER TABLE p ALTER n SET DEFAULT nextval('s')",
     false,
     {2, 0, 0, 0, 1, 0}},
    {"TwoColumnsOfOneSequence",
     kThree,
     "CREATE SEQUENCE s MAXVALUE 5; ALTER TABLE p ADD n int, ADD m int;"
     "ALTER TABLE p ALTER n SET DEFAULT nextval('s'), ALTER m SET DEFAULT nextval('s')",
     false,
     {2, 0, 0, 0, 1, 0}},
    {"ASequenceOfADomain",
     kThree,
     "CREATE SEQUENCE s MAXVALUE 2; CREATE DOMAIN d AS bigint DEFAULT nextval('s'); ALTER TABLE p ADD n bigint;"
     "ALTER TABLE p ALTER n TYPE d",
     true,
     {2, 0, 0, 0, 1, 0}},
    {"ASequenceThatBeginsAnew",
     kThree,
     "CREATE SEQUENCE s MAXVALUE 2 CYCLE; ALTER TABLE p ADD n int; ALTER TABLE p ALTER n SET DEFAULT nextval('s')",
     false,
     {3, 0, 0, 0, 0, 0}},
    {"RowsThatKeepTheirValue",
     kThree,
     "INSERT INTO p VALUES (11, 'old'), (12, 'old'); ALTER TABLE p ADD n int GENERATED ALWAYS AS IDENTITY (MAXVALUE 3)",
     false,
     {1, 2, 0, 0, 0, 0}},
    {"ASequenceThatIsAskedAtTimes",
     kThree,
     "CREATE SEQUENCE s MAXVALUE 2; ALTER TABLE p ADD n int;"
     "ALTER TABLE p ALTER n SET DEFAULT CASE WHEN now() > '-infinity' THEN nextval('s') ELSE 0 END",
     true,
     {0, 0, 0, 0, 3, 0}},
    {"ALargeValueThatIsStoredPlain", kLarge, "ALTER TABLE p ALTER t SET STORAGE PLAIN", false, {1, 0, 0, 0, 1, 0}},
    {"ALargeValueOfADomainInAnUpdate",
     kLarge,
     "CREATE DOMAIN d AS text; ALTER TABLE p ALTER t TYPE d, ALTER t SET STORAGE PLAIN; INSERT INTO p VALUES (1, "
     "'old')",
     false,
     {1, 0, 0, 0, 1, 0}},
    {"ALargeValueThatStaysCompressed",
     "VALUES (1, repeat('x', 100000))",
     "ALTER TABLE p ALTER t SET STORAGE PLAIN",
     false,
     {1, 0, 0, 0, 0, 0}},
    {"ALargeComputedValueInAnIndex",
     kSixty,
     "ALTER TABLE p ADD w text GENERATED ALWAYS AS (t || upper(t) || reverse(t)) STORED; CREATE INDEX ON p (w)",
     true,
     {1, 0, 0, 0, 1, 0}},
    {"ALargeComputedArrayInAnIndexOfIts",
     kSixty,
     "ALTER TABLE p ADD w text[] GENERATED ALWAYS AS (ARRAY[t || upper(t) || reverse(t)]) STORED; CREATE INDEX ON p "
     "USING gin (w)",
     true,
     {1, 0, 0, 0, 1, 0}},
    {"ALargeDefaultInAnIndex",
     "VALUES (1, 'a')",
     "ALTER TABLE p ADD w text; CREATE INDEX ON p (w); DO $$BEGIN EXECUTE format('ALTER TABLE p ALTER w SET DEFAULT "
     "%L', (SELECT string_agg(md5(i::text), '') FROM generate_series(1, 500) i)); END$$",
     true,
     {0, 0, 0, 0, 1, 0}},
    {"AComputedValueThatIsStoredPlain",
     kSixty,
     "ALTER TABLE p ADD w text GENERATED ALWAYS AS (t || t || t || t || t) STORED; ALTER TABLE p ALTER w SET STORAGE "
     "PLAIN",
     true,
     {1, 0, 0, 0, 1, 0}},
    {"AShortComputedValueInAnIndex",
     "VALUES (1, 'a'), (2, repeat('x', 400))",
     "ALTER TABLE p ADD w text GENERATED ALWAYS AS (t || upper(t)) STORED; CREATE INDEX ON p (w)",
     false,
     {2, 0, 0, 0, 0, 0}},
    {"ALargeValueOutOfLine", kLarge, "ALTER TABLE p ALTER t SET STORAGE EXTERNAL", false, {2, 0, 0, 0, 0, 0}},
};

class Room : public Transfer, public testing::WithParamInterface<Case> {};

INSTANTIATE_TEST_SUITE_P(For, Room, testing::ValuesIn(kCases),
                         [](const auto& one) { return std::string(one.param.name); });

TEST_P(Room, IsForetoldOrNamed) {
  schema("CREATE TABLE p (id int PRIMARY KEY, t text)");
  source.run(std::string("INSERT INTO p ") + GetParam().rows);
  target.run(GetParam().target);
  ASSERT_EQ(run_export().status, 0);

  const support::Run told = run_import({"--dry-run"});
  const nlohmann::json dry = import({"--dry-run"});
  const nlohmann::json imported = import();

  EXPECT_EQ(verdicts(imported, "p"), GetParam().verdicts) << imported.dump();
  if (GetParam().named) {
    EXPECT_THAT(told.out, HasSubstr("only --rehearse can tell"));
    EXPECT_THAT(told.out, Not(HasSubstr("every row is foretold")));
  } else {
    EXPECT_EQ(verdicts(dry, "p"), GetParam().verdicts) << dry.dump();
    EXPECT_EQ(told.status, status);
    EXPECT_THAT(told.out, HasSubstr("every row is foretold"));
  }
}

class SharedRoom : public Transfer {};

TEST_F(SharedRoom, OfTwoTablesIsNamed) {
  schema("CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE z (id int PRIMARY KEY)");
  source.run("INSERT INTO p VALUES (1), (2), (3); INSERT INTO z VALUES (1), (2)");
  target.run(
      "CREATE SEQUENCE s MAXVALUE 4; ALTER TABLE p ADD n int; ALTER TABLE z ADD n int;"
      "ALTER TABLE p ALTER n SET DEFAULT nextval('s'); ALTER TABLE z ALTER n SET DEFAULT nextval('s')");
  ASSERT_EQ(run_export().status, 0);

  const support::Run told = run_import({"--dry-run"});

  EXPECT_THAT(told.out, HasSubstr("the sequence s may come to its end before all rows have a value; only --rehearse"));
  EXPECT_THAT(told.out, Not(HasSubstr("every row is foretold")));
  EXPECT_EQ(run_import().status, 4);
}

TEST_F(SharedRoom, OfLongNumbersInAnIndexIsForetold) {
  schema("CREATE TABLE p (id int PRIMARY KEY, n numeric, m numeric)");
  source.run(
      "INSERT INTO p SELECT i, CASE i WHEN 1 THEN n ELSE 0 END, CASE i WHEN 2 THEN n ELSE 0 END FROM "
      "generate_series(1, "
      "2) i, (SELECT string_agg(translate(md5(j::text), 'abcdef', '123456'), '')::numeric AS n FROM generate_series(1, "
      "200) j) x");
  target.run("CREATE INDEX ON p (n); CREATE INDEX ON p (id) INCLUDE (m)");
  ASSERT_EQ(run_export().status, 0);

  const nlohmann::json dry = import({"--dry-run"});
  const nlohmann::json imported = import();

  const std::vector<int> both_invalid{0, 0, 0, 0, 2, 0};
  EXPECT_EQ(verdicts(dry, "p"), both_invalid) << dry.dump();
  EXPECT_EQ(verdicts(imported, "p"), both_invalid) << imported.dump();
}

TEST_F(SharedRoom, OfARowWiderThanAPageIsForetold) {
  std::string narrow;
  std::string wide;
  std::string ones;
  for (int i = 0; i < 1200; ++i) {
    narrow += ", c" + std::to_string(i) + " int";
    wide += ", c" + std::to_string(i) + " bigint";
    ones += ", 1";
  }
  source.run("CREATE TABLE p (id int PRIMARY KEY" + narrow +
             "); INSERT INTO p (id) VALUES (1), (2), (4); INSERT INTO p VALUES (3" + ones + ")");
  target.run("CREATE TABLE p (id int PRIMARY KEY" + wide + ")");
  ASSERT_EQ(run_export().status, 0);

  const nlohmann::json dry = import({"--dry-run"});
  const nlohmann::json imported = import();

  const std::vector<int> one_invalid{3, 0, 0, 0, 1, 0};
  EXPECT_EQ(verdicts(dry, "p"), one_invalid) << dry.dump();
  EXPECT_EQ(verdicts(imported, "p"), one_invalid) << imported.dump();
}

}  // namespace
}  // namespace cli
