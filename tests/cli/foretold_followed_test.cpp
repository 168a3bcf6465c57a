// Columns that follow two keys at once (ON UPDATE CASCADE of both): each update needs the other one's, and the import
// does what its dry run said of them.
#include <gmock/gmock.h>

#include "cli/transfer_fixture.h"

namespace cli {
namespace {

using testing::HasSubstr;

struct Case {
  const char* name;
  const char* tables;
  const char* here;   // rows of the source
  const char* there;  // rows of the target
};

#define PARENTS \
  "CREATE TABLE p (id int PRIMARY KEY, k text UNIQUE); CREATE TABLE q (id int PRIMARY KEY, k text UNIQUE);"
#define BOTH "k text REFERENCES p (k) ON UPDATE CASCADE REFERENCES q (k) ON UPDATE CASCADE"

const Case kCases[] = {
    {"TwoKeys", PARENTS "CREATE TABLE c (id int PRIMARY KEY, " BOTH ")",
     "INSERT INTO p VALUES (1, 'b'); INSERT INTO q VALUES (1, 'b'); INSERT INTO c VALUES (1, 'b')",
     "INSERT INTO p VALUES (1, 'a'); INSERT INTO q VALUES (1, 'a'); INSERT INTO c VALUES (1, 'a')"},
    {"TwoKeysOfARowThatIsNotInTheFile", PARENTS "CREATE TABLE c (id int PRIMARY KEY, " BOTH ")",
     "INSERT INTO p VALUES (1, 'b'); INSERT INTO q VALUES (1, 'b')",
     "INSERT INTO p VALUES (1, 'a'); INSERT INTO q VALUES (1, 'a'); INSERT INTO c VALUES (1, 'a')"},
    {"ThreeKeys",
     PARENTS "CREATE TABLE r (id int PRIMARY KEY, k text UNIQUE);"
             "CREATE TABLE c (id int PRIMARY KEY, " BOTH " REFERENCES r (k) ON UPDATE CASCADE)",
     "INSERT INTO p VALUES (1, 'b'); INSERT INTO q VALUES (1, 'b'); INSERT INTO r VALUES (1, 'b');"
     "INSERT INTO c VALUES (1, 'b')",
     "INSERT INTO p VALUES (1, 'a'); INSERT INTO q VALUES (1, 'a'); INSERT INTO r VALUES (1, 'a');"
     "INSERT INTO c VALUES (1, 'a')"},
    {"KeysThatAreHandedOn", PARENTS "CREATE TABLE c (id int PRIMARY KEY, " BOTH ")",
     "INSERT INTO p VALUES (1, 'b'), (2, 'c'); INSERT INTO q VALUES (1, 'b'), (2, 'c');"
     "INSERT INTO c VALUES (1, 'b'), (2, 'c')",
     "INSERT INTO p VALUES (1, 'a'), (2, 'b'); INSERT INTO q VALUES (1, 'a'), (2, 'b');"
     "INSERT INTO c VALUES (1, 'a'), (2, 'b')"},
    {"AColumnOfTwoCompositeKeys",
     "CREATE TABLE tenant (uid int PRIMARY KEY, id int UNIQUE);"
     "CREATE TABLE p (uid int PRIMARY KEY, t int REFERENCES tenant (id) ON UPDATE CASCADE, k text, UNIQUE (t, k));"
     "CREATE TABLE q (uid int PRIMARY KEY, t int REFERENCES tenant (id) ON UPDATE CASCADE, k text, UNIQUE (t, k));"
     "CREATE TABLE c (id int PRIMARY KEY, t int, a text, b text, FOREIGN KEY (t, a) REFERENCES p (t, k) ON UPDATE "
     "CASCADE, FOREIGN KEY (t, b) REFERENCES q (t, k) ON UPDATE CASCADE)",
     "INSERT INTO tenant VALUES (1, 2); INSERT INTO p VALUES (1, 2, 'x'); INSERT INTO q VALUES (1, 2, 'y');"
     "INSERT INTO c VALUES (1, 2, 'x', 'y')",
     "INSERT INTO tenant VALUES (1, 1); INSERT INTO p VALUES (1, 1, 'x'); INSERT INTO q VALUES (1, 1, 'y');"
     "INSERT INTO c VALUES (1, 1, 'x', 'y')"},
    {"AKeyThatIsNewInTheOtherTable",
     PARENTS "CREATE TABLE c (id int PRIMARY KEY, k text REFERENCES p (k) ON UPDATE CASCADE REFERENCES q (k))",
     "INSERT INTO p VALUES (1, 'b'); INSERT INTO q VALUES (1, 'a'), (2, 'b'); INSERT INTO c VALUES (1, 'b')",
     "INSERT INTO p VALUES (1, 'a'); INSERT INTO q VALUES (1, 'a'); INSERT INTO c VALUES (1, 'a')"},
    {"OneKeyThatFollowsAndOneThatIsSetNull",
     PARENTS "CREATE TABLE c (id int PRIMARY KEY, k text REFERENCES p (k) ON UPDATE CASCADE REFERENCES q (k) ON UPDATE "
             "SET NULL)",
     "INSERT INTO p VALUES (1, 'b'); INSERT INTO q VALUES (1, 'b'); INSERT INTO c VALUES (1, 'b')",
     "INSERT INTO p VALUES (1, 'a'); INSERT INTO q VALUES (1, 'a'); INSERT INTO c VALUES (1, 'a')"},
    {"TablesOfStrangeNamesWithTriggers",
     "CREATE SCHEMA \"S s\"; CREATE TABLE \"S s\".\"P\" (\"Id\" int PRIMARY KEY, \"K k\" text UNIQUE);"
     "CREATE TABLE q (id int PRIMARY KEY, k text UNIQUE);"
     "CREATE TABLE c (id int PRIMARY KEY, k text REFERENCES \"S s\".\"P\" (\"K k\") ON UPDATE CASCADE REFERENCES q (k) "
     "ON UPDATE CASCADE);"
     "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';"
     "CREATE TRIGGER t BEFORE UPDATE ON c FOR EACH ROW EXECUTE FUNCTION f();"
     "CREATE TRIGGER t BEFORE UPDATE ON \"S s\".\"P\" FOR EACH ROW EXECUTE FUNCTION f()",
     "INSERT INTO \"S s\".\"P\" VALUES (1, 'b'); INSERT INTO q VALUES (1, 'b'); INSERT INTO c VALUES (1, 'b')",
     "INSERT INTO \"S s\".\"P\" VALUES (1, 'a'); INSERT INTO q VALUES (1, 'a'); INSERT INTO c VALUES (1, 'a')"},
};

class TwoParents : public Transfer, public testing::WithParamInterface<Case> {};

INSTANTIATE_TEST_SUITE_P(Of, TwoParents, testing::ValuesIn(kCases),
                         [](const auto& one) { return std::string(one.param.name); });

TEST_P(TwoParents, AreUpdatedTogetherAsTheDryRunSaid) {
  schema(GetParam().tables);
  source.run(GetParam().here);
  target.run(GetParam().there);
  ASSERT_EQ(run_export().status, 0);

  const nlohmann::json dry = import({"--dry-run"});
  EXPECT_EQ(status, 0);
  const nlohmann::json imported = import();

  EXPECT_EQ(status, 0) << imported.dump();
  for (const auto& one : imported["tables"]) EXPECT_EQ(one["counts"], table(dry, one["name"])["counts"]);
  const std::string written = writes();
  EXPECT_EQ(run_import().status, 0);
  EXPECT_EQ(writes(), written);
}

class OneOfTwoParents : public Transfer {};

TEST_F(OneOfTwoParents, WhoseChildTheOtherOneHoldsBackIsNamed) {
  schema(PARENTS "CREATE TABLE c (id int PRIMARY KEY, " BOTH ")");
  source.run("INSERT INTO p VALUES (1, 'b')");
  target.run("INSERT INTO p VALUES (1, 'a'); INSERT INTO q VALUES (1, 'a'); INSERT INTO c VALUES (1, 'a')");
  ASSERT_EQ(run_export({"-t", "p"}).status, 0);

  const support::Run told = run_import({"--dry-run"});
  const nlohmann::json imported = import();

  EXPECT_THAT(told.out, HasSubstr("only --rehearse can tell"));
  EXPECT_EQ(status, 4);
  EXPECT_EQ(verdicts(imported, "p"), (std::vector{0, 0, 0, 0, 1, 0}));
}

}  // namespace
}  // namespace cli
