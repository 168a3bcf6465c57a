// What the target itself makes of a row, or what its functions look up in other tables of the file: foretold, or named,
// and what can go in does so at the first import. Each case is tried both ways through the programs.
#include <gmock/gmock.h>

#include "cli/transfer_fixture.h"

namespace cli {
namespace {

using testing::HasSubstr;
using testing::Not;

struct Case {
  const char* name;
  const char* target;         // beside kTables
  bool named;                 // the dry run does not tell all
  std::vector<int> verdicts;  // of p, by the import: insert, update, unchanged, conflict, invalid, skipped
};

// Written before the rows of q are: nothing but what the target's functions look up says that they belong together.
constexpr const char* kTables =
    "CREATE TABLE p (id int PRIMARY KEY, q int, t text); CREATE TABLE q (id int PRIMARY KEY)";
constexpr const char* kRows = "INSERT INTO p VALUES (1, 1, 'a'), (2, 2, 'b'); INSERT INTO q VALUES (1)";
#define LOOKS                                                                                                         \
  "CREATE FUNCTION looks(n int) RETURNS bool LANGUAGE sql STABLE AS 'SELECT EXISTS (SELECT FROM public.q WHERE id = " \
  "n)';"
#define FINDS \
  "CREATE FUNCTION finds(n int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT id FROM public.q WHERE id = n';"

const Case kCases[] = {
    // Defaults that their type refuses.
    {"ADefaultThatItsDomainRefuses",
     "CREATE DOMAIN d AS int DEFAULT 5 CHECK (VALUE <> 5); ALTER TABLE p ADD x int; ALTER TABLE p ALTER x TYPE d",
     false,
     {0, 0, 0, 0, 2, 0}},
    {"ADefaultOfTheColumnThatADomainBelowRefuses",
     "CREATE SCHEMA \"Other s\"; CREATE DOMAIN \"Other s\".low AS int CHECK (VALUE > 9);"
     "CREATE DOMAIN \"Other s\".\"High\" AS \"Other s\".low; ALTER TABLE p ADD \"X x\" \"Other s\".\"High\";"
     "ALTER TABLE p ALTER \"X x\" SET DEFAULT 7",
     false,
     {0, 0, 0, 0, 2, 0}},
    {"NoDefaultWhereADomainTakesNoNull",
     "CREATE DOMAIN d AS int CHECK (VALUE IS NOT NULL); ALTER TABLE p ADD x int; ALTER TABLE p ALTER x TYPE d",
     false,
     {0, 0, 0, 0, 2, 0}},
    {"ADefaultThatIsTooLongAndRowsThatKeepWhatTheyHave",
     "ALTER TABLE p ADD x varchar(3); INSERT INTO p VALUES (1, 9, 'a'); ALTER TABLE p ALTER x SET DEFAULT 'long'",
     false,
     {0, 1, 0, 0, 1, 0}},
    {"ADefaultThatFailsByItself",
     "ALTER TABLE p ADD x int; INSERT INTO p VALUES (1, 9, 'a'); ALTER TABLE p ALTER x SET DEFAULT 1 / 0",
     false,
     {0, 1, 0, 0, 1, 0}},
    {"ADefaultThatADomainsFunctionRaisesOver",
     "CREATE FUNCTION f(text) RETURNS bool LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RAISE ''no''; END';"
     "CREATE DOMAIN d AS text CHECK (public.f(VALUE)); ALTER TABLE p ADD x text; ALTER TABLE p ALTER x TYPE d;"
     "ALTER TABLE p ALTER x SET DEFAULT 'y'",
     false,
     {0, 0, 0, 0, 2, 0}},
    // By the assignment to the column alone.
    {"ADefaultThatIsTooLarge",
     "ALTER TABLE p ADD x smallint; ALTER TABLE p ALTER x SET DEFAULT 40000",
     false,
     {0, 0, 0, 0, 2, 0}},
    {"ADefaultThatIsTooLargeForItsDigits",
     "ALTER TABLE p ADD x numeric(3, 1); INSERT INTO p VALUES (1, 9, 'a'); ALTER TABLE p ALTER x SET DEFAULT 1234",
     false,
     {0, 1, 0, 0, 1, 0}},
    {"ADefaultWithTooManyBits",
     "ALTER TABLE p ADD x bit(3); ALTER TABLE p ALTER x SET DEFAULT B'10101'",
     false,
     {0, 0, 0, 0, 2, 0}},
    {"ADefaultWhoseElementIsTooLong",
     "ALTER TABLE p ADD x varchar(3)[]; ALTER TABLE p ALTER x SET DEFAULT ARRAY['a', 'long']",
     false,
     {0, 0, 0, 0, 2, 0}},
    {"ADefaultThatIsNoLabel",
     "CREATE TYPE \"Mood\" AS ENUM ('Good'); ALTER TABLE p ADD x \"Mood\"; ALTER TABLE p ALTER x SET DEFAULT "
     "lower('Good')::\"Mood\"",
     false,
     {0, 0, 0, 0, 2, 0}},
    {"ADefaultThatIsNoJson",
     "ALTER TABLE p ADD x jsonb; ALTER TABLE p ALTER x SET DEFAULT lower('{')::jsonb",
     false,
     {0, 0, 0, 0, 2, 0}},
    {"ADefaultOfACompositeWithADomain",
     "CREATE DOMAIN d AS int CHECK (VALUE > 5); CREATE TYPE pair AS (a d, b text); ALTER TABLE p ADD x pair;"
     "ALTER TABLE p ALTER x SET DEFAULT ROW(3 + 1, 'b')",
     false,
     {0, 0, 0, 0, 2, 0}},
    {"ADefaultOfAnArrayOfADomain",
     "CREATE DOMAIN d AS int CHECK (VALUE > 5); ALTER TABLE p ADD x d[]; ALTER TABLE p ALTER x SET DEFAULT ARRAY[7, "
     "length('abc')]",
     false,
     {0, 0, 0, 0, 2, 0}},
    {"ADefaultOfACompositeThatFits",
     "CREATE DOMAIN d AS int CHECK (VALUE > 5); CREATE TYPE pair AS (a d, b text); ALTER TABLE p ADD x pair DEFAULT "
     "ROW(7, 'b') CHECK ((x).a = 7)",
     false,
     {2, 0, 0, 0, 0, 0}},
    {"AUniqueDefaultThatIsRounded",
     "ALTER TABLE p ADD x numeric(3, 1) UNIQUE; INSERT INTO p VALUES (3, 9, 'a', 1.1); ALTER TABLE p ALTER x SET "
     "DEFAULT 1.06",
     false,
     {0, 0, 0, 2, 0, 0}},
    {"ADefaultThatItsCollationMakesEqual",
     "CREATE COLLATION \"Any case\" (provider = icu, locale = 'und-u-ks-level2', deterministic = false);"
     "ALTER TABLE p ADD x varchar(9) COLLATE \"Any case\" UNIQUE; INSERT INTO p VALUES (3, 9, 'a', 'one'); ALTER TABLE "
     "p ALTER x SET DEFAULT 'ONE'",
     false,
     {0, 0, 0, 2, 0, 0}},
    {"AVolatileDefaultOfADomain",
     "CREATE DOMAIN d AS int CHECK (VALUE > 5); ALTER TABLE p ADD x int; ALTER TABLE p ALTER x TYPE d;"
     "ALTER TABLE p ALTER x SET DEFAULT (random() * 0)::int",
     true,
     {0, 0, 0, 0, 2, 0}},
    // NOT NULL that the default of the domain fulfils.
    {"ADomainThatIsNotNullWithADefault",
     "CREATE DOMAIN d AS int NOT NULL DEFAULT 7; ALTER TABLE p ADD x d",
     false,
     {2, 0, 0, 0, 0, 0}},
    {"ADomainOfADomainWithADefault",
     "CREATE DOMAIN low AS text NOT NULL; CREATE DOMAIN high AS low DEFAULT 'x'; ALTER TABLE p ADD x high",
     false,
     {2, 0, 0, 0, 0, 0}},
    {"ANotNullColumnOfADomainWithADefault",
     "CREATE DOMAIN d AS date DEFAULT now(); ALTER TABLE p ADD x d NOT NULL",
     false,
     {2, 0, 0, 0, 0, 0}},
    {"AUniqueDefaultOfADomain",
     "CREATE DOMAIN d AS int NOT NULL DEFAULT 7; ALTER TABLE p ADD x d UNIQUE",
     false,
     {0, 0, 0, 2, 0, 0}},
    // Functions that look up rows of the same file.
    {"ADomainThatLooksElsewhere",
     LOOKS "CREATE DOMAIN d AS int CHECK (public.looks(VALUE)); ALTER TABLE p ALTER q TYPE d",
     true,
     {1, 0, 0, 0, 1, 0}},
    {"ADomainOverOneThatLooksElsewhereInAnUpdate",
     LOOKS "CREATE DOMAIN low AS int CHECK (VALUE IS NULL OR public.looks(VALUE)); CREATE DOMAIN high AS low CHECK "
           "(VALUE > 0);"
           "INSERT INTO p VALUES (1, NULL, 'a'); ALTER TABLE p ALTER q TYPE high",
     true,
     {0, 1, 0, 0, 1, 0}},
    {"AKeyOfADomainThatLooksElsewhere",
     LOOKS "CREATE DOMAIN d AS int CHECK (public.looks(VALUE)); ALTER TABLE p ALTER id TYPE d, ADD UNIQUE (q)",
     true,
     {1, 0, 0, 0, 1, 0}},
    {"AGeneratedColumnThatLooksElsewhere",
     FINDS "ALTER TABLE p ADD g int NOT NULL GENERATED ALWAYS AS (public.finds(q)) STORED",
     true,
     {1, 0, 0, 0, 1, 0}},
    {"ACheckOfAGeneratedColumnThatLooksElsewhere",
     FINDS "ALTER TABLE p ADD g int GENERATED ALWAYS AS (public.finds(q)) STORED CHECK (g IS NOT NULL)",
     true,
     {1, 0, 0, 0, 1, 0}},
    {"AGeneratedColumnThatRaisesWhereItFindsNothing",
     "CREATE FUNCTION g(n int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS 'DECLARE r int; BEGIN SELECT id INTO STRICT r "
     "FROM public.q WHERE id = n; RETURN r; END';"
     "ALTER TABLE p ADD g int GENERATED ALWAYS AS (public.g(q)) STORED",
     true,
     {1, 0, 0, 0, 1, 0}},
    {"ACheckByAFunctionThatSaysItIsImmutable",
     FINDS "ALTER TABLE p ADD CHECK (public.finds(q) IS NOT NULL)",
     true,
     {1, 0, 0, 0, 1, 0}},
    {"ACheckByAFunctionThatCallsOneThatLooksElsewhere",
     LOOKS "CREATE FUNCTION \"W w\"(n int) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT public.looks(n)';"
           "ALTER TABLE p ADD CHECK (\"W w\"(q))",
     true,
     {1, 0, 0, 0, 1, 0}},
    {"ADomainInsideOfAnArrayThatLooksElsewhere",
     "CREATE FUNCTION fits(n int) RETURNS bool LANGUAGE sql STABLE AS 'SELECT n < 9 OR EXISTS (SELECT FROM public.q)';"
     "CREATE DOMAIN d AS int CHECK (public.fits(VALUE)); ALTER TABLE p ADD x d[] DEFAULT '{1}'",
     true,
     {2, 0, 0, 0, 0, 0}},
    {"ADomainInsideOfACompositeThatLooksElsewhere",
     "CREATE FUNCTION fits(n int) RETURNS bool LANGUAGE sql STABLE AS 'SELECT n < 9 OR EXISTS (SELECT FROM public.q)';"
     "CREATE DOMAIN d AS int CHECK (public.fits(VALUE)); CREATE TYPE \"Pair\" AS (a text, b d); ALTER TABLE p ADD x "
     "\"Pair\"[]; ALTER TABLE p ALTER x SET DEFAULT ARRAY[ROW('a', 1)::\"Pair\"]",
     true,
     {2, 0, 0, 0, 0, 0}},
    {"AnIndexThatLooksElsewhere", FINDS "CREATE UNIQUE INDEX \"By q\" ON p (finds(q))", true, {2, 0, 0, 0, 0, 0}},
    {"AConditionOfAnIndexThatLooksElsewhere",
     FINDS "INSERT INTO p VALUES (3, 1, 'a'); CREATE UNIQUE INDEX ON p (t) WHERE finds(q) IS NOT NULL",
     true,
     {2, 0, 0, 0, 0, 0}},
    {"AnIndexOfAPartitionThatLooksElsewhere",
     FINDS "DROP TABLE p; CREATE TABLE p (id int PRIMARY KEY, q int, t text) PARTITION BY RANGE (id); CREATE TABLE "
           "\"P 1\" PARTITION OF p FOR VALUES FROM (0) TO (9); CREATE UNIQUE INDEX ON \"P 1\" (coalesce(finds(q), 0))",
     true,
     {2, 0, 0, 0, 0, 0}},
    {"APartitionKeyThatLooksElsewhere",
     FINDS
     "DROP TABLE p; CREATE TABLE p (id int, q int, t text) PARTITION BY LIST (finds(q)); CREATE TABLE p1 PARTITION "
     "OF p FOR VALUES IN (1)",
     true,
     {1, 0, 0, 0, 1, 0}},
    {"ADefaultThatLooksElsewhere",
     "CREATE FUNCTION newest() RETURNS int LANGUAGE sql STABLE AS 'SELECT max(id) FROM public.q';"
     "ALTER TABLE p ADD x int NOT NULL DEFAULT newest()",
     true,
     {2, 0, 0, 0, 0, 0}},
    {"AnOperatorThatLooksElsewhere",
     LOOKS "CREATE FUNCTION either(int, int) RETURNS bool LANGUAGE sql STABLE AS 'SELECT public.looks($1)';"
           "CREATE OPERATOR ### (LEFTARG = int, RIGHTARG = int, FUNCTION = either); ALTER TABLE p ADD CHECK (q ### 1)",
     true,
     {1, 0, 0, 0, 1, 0}},
    {"AFunctionThatLooksNowhere",
     "CREATE FUNCTION pure(n int) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT extract(year FROM date "
     "''2020-01-01'') > "
     "n'; CREATE DOMAIN d AS int CHECK (public.pure(VALUE)); ALTER TABLE p ALTER q TYPE d",
     false,
     {2, 0, 0, 0, 0, 0}},
};

class ForetoldOfWhatIsMade : public Transfer, public testing::WithParamInterface<Case> {};

INSTANTIATE_TEST_SUITE_P(By, ForetoldOfWhatIsMade, testing::ValuesIn(kCases),
                         [](const auto& one) { return std::string(one.param.name); });

TEST_P(ForetoldOfWhatIsMade, IsWhatTheImportDoesOrIsNamedAndASecondImportWritesNothing) {
  schema(kTables);
  source.run(kRows);
  target.run(GetParam().target);
  ASSERT_EQ(run_export().status, 0);

  const support::Run told = run_import({"--dry-run"});
  const nlohmann::json dry = import({"--dry-run"});
  const nlohmann::json imported = import();
  const int ended = status;
  const std::string written = writes();
  run_import();

  EXPECT_EQ(verdicts(imported, "p"), GetParam().verdicts) << imported.dump();
  EXPECT_EQ(writes(), written);
  if (GetParam().named) {
    EXPECT_THAT(told.out, HasSubstr("only --rehearse can tell"));
    EXPECT_THAT(told.out, Not(HasSubstr("every row is foretold")));
  } else {
    EXPECT_EQ(verdicts(dry, "p"), GetParam().verdicts) << dry.dump();
    EXPECT_EQ(told.status, ended);
    EXPECT_THAT(told.out, HasSubstr("every row is foretold"));
  }
}

using ForetoldOfParts = Transfer;

// Asked when the values come in.
TEST_F(ForetoldOfParts, ADomainThatLooksElsewhereIsNamedAndAskedAgainByAnotherImport) {
  source.run(
      "CREATE TYPE \"Pair\" AS (a int, b text); CREATE TABLE p (id int PRIMARY KEY, x \"Pair\", y int[]); CREATE TABLE "
      "q (id int PRIMARY KEY); INSERT INTO p VALUES (1, '(1,a)', '{}'), (2, NULL, '{1,1}'), (3, '(3,a)', NULL);"
      "INSERT INTO q VALUES (1)");
  target.run("CREATE TABLE q (id int PRIMARY KEY);" LOOKS
             "CREATE DOMAIN d AS int CHECK (public.looks(VALUE)); CREATE TYPE \"Pair\" AS (a d, b text);"
             "CREATE TABLE p (id int PRIMARY KEY, x \"Pair\", y d[])");
  ASSERT_EQ(run_export().status, 0);

  const support::Run told = run_import({"--dry-run"});
  const support::Run imported = run_import();

  const char* line = "p: the domain d inside of x looks up rows as they were before this import: what it refuses ";
  EXPECT_THAT(told.out, HasSubstr(line));
  EXPECT_THAT(told.out, Not(HasSubstr("every row is foretold")));
  EXPECT_THAT(imported.out, HasSubstr(line));
  EXPECT_EQ(verdicts(import(), "p"), (std::vector<int>{2, 0, 0, 0, 1, 0}));
}

using ForetoldOfIndexes = Transfer;

// A row that is refused so is in its table for a moment: the server counts it.
TEST_F(ForetoldOfIndexes, ThatRaiseWhereTheyFindNothingIsNamedAndRowsWaitForTheirs) {
  schema(kTables);
  source.run(kRows);
  target.run(
      "CREATE FUNCTION g(n int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS 'DECLARE r int; BEGIN SELECT id INTO STRICT "
      "r FROM public.q WHERE id = n; RETURN r; END'; CREATE INDEX \"By g\" ON p (g(q)) WHERE id > 0");
  ASSERT_EQ(run_export().status, 0);

  const support::Run told = run_import({"--dry-run"});

  EXPECT_THAT(told.out, HasSubstr("p: the index By g calls a function that may look up rows of this import; only "));
  EXPECT_EQ(verdicts(import(), "p"), (std::vector<int>{1, 0, 0, 0, 1, 0}));
  EXPECT_EQ(verdicts(import(), "p"), (std::vector<int>{0, 0, 1, 0, 1, 0}));
}

}  // namespace
}  // namespace cli
