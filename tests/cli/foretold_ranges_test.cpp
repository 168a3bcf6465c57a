// Ranges under exclusion constraints that rows of the file hand on to each other, by the real programs: who gives one
// up is written before who takes it, and the import does what its dry run said.
#include <gmock/gmock.h>

#include "cli/transfer_fixture.h"

namespace cli {
namespace {

using testing::HasSubstr;

struct Case {
  const char* name;
  const char* table;          // p
  const char* here;           // rows of the source
  const char* there;          // rows of the target
  std::vector<int> verdicts;  // insert, update, unchanged, conflict, invalid, skipped
};

#define RANGES "CREATE TABLE p (id int PRIMARY KEY, r int4range, EXCLUDE USING gist (r WITH &&)"
#define BOOKINGS                                                                                                    \
  "CREATE TABLE p (id int PRIMARY KEY, a int, b int, who text, EXCLUDE USING gist (int4range(a, b) WITH &&) WHERE " \
  "(who <> 'x'))"

const Case kCases[] = {
    {"ToANewRow", RANGES ")", "(1, '[5,9)'), (2, '[1,5)')", "(1, '[1,5)')", {1, 1, 0, 0, 0, 0}},
    {"AlongAChain",
     RANGES ")",
     "(1, '[5,9)'), (2, '[9,15)'), (3, '[1,5)')",
     "(1, '[1,5)'), (2, '[5,9)')",
     {1, 2, 0, 0, 0, 0}},
    {"ByPartsOfThem", RANGES ")", "(1, '[3,7)'), (2, '[7,10)')", "(1, '[1,5)'), (2, '[5,8)')", {0, 2, 0, 0, 0, 0}},
    {"OfTwoRowsToOne",
     RANGES ")",
     "(1, '[20,25)'), (2, '[30,35)'), (3, '[1,10)')",
     "(1, '[1,5)'), (2, '[5,10)')",
     {1, 2, 0, 0, 0, 0}},
    {"OfAnExpressionUnderACondition",
     BOOKINGS,
     "(1, 5, 9, 'a'), (2, 1, 5, 'b'), (3, 1, 9, 'x')",
     "(1, 1, 5, 'a')",
     {2, 1, 0, 0, 0, 0}},
    {"BesideAUniqueKey",
     "CREATE TABLE p (id int PRIMARY KEY, r int4range, u int UNIQUE, EXCLUDE USING gist (r WITH &&))",
     "(1, '[5,9)', 2), (2, '[9,12)', 3), (3, '[1,5)', 1)",
     "(1, '[1,5)', 1), (2, '[5,9)', 2)",
     {1, 2, 0, 0, 0, 0}},
    {"InAPartitionOfItsOwn",
     "CREATE TABLE p (id int PRIMARY KEY, r int4range) PARTITION BY RANGE (id);"
     "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (9); CREATE TABLE p2 PARTITION OF p DEFAULT;"
     "ALTER TABLE p1 ADD EXCLUDE USING gist (r WITH &&)",
     "(1, '[5,9)'), (2, '[1,5)'), (11, '[1,5)')",
     "(1, '[1,5)')",
     {2, 1, 0, 0, 0, 0}},
    {"OverValuesThatAreEqual",
     "CREATE TABLE p (id int PRIMARY KEY, r int, EXCLUDE USING btree (r WITH =))",
     "(1, 2), (2, 3), (3, 1)",
     "(1, 1), (2, 2)",
     {1, 2, 0, 0, 0, 0}},
    {"SwappedWhereTheCheckWaits",
     RANGES " DEFERRABLE)",
     "(1, '[5,9)'), (2, '[1,5)')",
     "(1, '[1,5)'), (2, '[5,9)')",
     {0, 2, 0, 0, 0, 0}},
    {"RotatedWhereTheCheckComesAtTheCommit",
     RANGES " DEFERRABLE INITIALLY DEFERRED)",
     "(1, '[5,9)'), (2, '[9,12)'), (3, '[1,5)')",
     "(1, '[1,5)'), (2, '[5,9)'), (3, '[9,12)')",
     {0, 3, 0, 0, 0, 0}},
    {"SwappedWhereTheCheckDoesNotWait",
     RANGES ")",
     "(1, '[5,9)'), (2, '[1,5)'), (3, '[50,60)')",
     "(1, '[1,5)'), (2, '[5,9)')",
     {1, 0, 0, 0, 2, 0}},
    {"ThatARowOutsideTheFileHolds",
     RANGES ")",
     "(1, '[5,9)'), (2, '[1,5)')",
     "(1, '[1,5)'), (7, '[8,20)')",
     {0, 0, 0, 0, 2, 0}},
    {"ThatTheirHolderDoesNotGiveUp",
     RANGES ", CHECK (NOT r @> 6))",
     "(2, '[1,5)')",
     "(1, '[1,5)')",
     {0, 0, 0, 0, 1, 0}},
    {"OfATableWithoutAKey",
     "CREATE TABLE p (r int4range, EXCLUDE USING gist (r WITH &&))",
     "('[5,9)'), ('[1,5)')",
     "('[1,6)')",
     {0, 0, 0, 0, 2, 0}},
};

class Ranges : public Transfer, public testing::WithParamInterface<Case> {};

INSTANTIATE_TEST_SUITE_P(HandedOn, Ranges, testing::ValuesIn(kCases),
                         [](const auto& one) { return std::string(one.param.name); });

TEST_P(Ranges, AreForetoldAndASecondImportWritesNothing) {
  schema(GetParam().table);
  source.run(std::string("INSERT INTO p VALUES ") + GetParam().here);
  target.run(std::string("INSERT INTO p VALUES ") + GetParam().there);
  ASSERT_EQ(run_export().status, 0);

  const support::Run told = run_import({"--dry-run"});
  const nlohmann::json dry = import({"--dry-run"});
  const nlohmann::json imported = import();
  const std::string written = writes();
  run_import();

  EXPECT_EQ(verdicts(dry, "p"), GetParam().verdicts) << dry.dump();
  EXPECT_EQ(verdicts(imported, "p"), GetParam().verdicts) << imported.dump();
  EXPECT_THAT(told.out, HasSubstr("every row is foretold"));
  EXPECT_EQ(writes(), written);
}

class RangesOfMany : public Transfer {};

TEST_F(RangesOfMany, AreHandedOnWhicheverWayTheyMove) {
  schema(RANGES ")");
  target.run("INSERT INTO p SELECT i, int4range(i * 10, i * 10 + 10) FROM generate_series(1, 300) i");
  for (const char* moved : {"i * 10 + 3, i * 10 + 13", "i * 10 - 4, i * 10 + 6"}) {
    source.run(std::string("DELETE FROM p; INSERT INTO p SELECT i, int4range(") + moved +
               ") FROM generate_series(1, 300) i");
    ASSERT_EQ(run_export().status, 0);
    EXPECT_EQ(run_import({"--dry-run"}).status, 0);
    EXPECT_EQ(run_import({"--atomic"}).status, 0);
    EXPECT_EQ(verdicts(import(), "p"), (std::vector{0, 0, 300, 0, 0, 0}));
  }
}

// And the advice helps.
TEST_F(RangesOfMany, ThatSwapAreToldWhatToDo) {
  schema(RANGES ")");
  source.run("INSERT INTO p VALUES (1, '[5,9)'), (2, '[1,5)')");
  target.run("INSERT INTO p VALUES (1, '[1,5)'), (2, '[5,9)')");
  ASSERT_EQ(run_export().status, 0);

  const support::Run refused = run_import();
  target.run("ALTER TABLE p DROP CONSTRAINT p_r_excl, ADD EXCLUDE USING gist (r WITH &&) DEFERRABLE");
  const support::Run imported = run_import();

  EXPECT_EQ(refused.status, 4);
  EXPECT_THAT(refused.out + refused.err, HasSubstr("make its constraint DEFERRABLE"));
  EXPECT_EQ(imported.status, 0) << imported.err;
  EXPECT_EQ(target.value("SELECT r FROM p WHERE id = 1"), "[5,9)");
}

}  // namespace
}  // namespace cli
