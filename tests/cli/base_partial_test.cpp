// A base that does not tell all: the merge leaves alone what it cannot judge, or says what it takes for new.
#include "cli/base_fixture.h"

namespace cli {
namespace {

using testing::HasSubstr;

class PartialBase : public Base {
 protected:
  nlohmann::json merged_with_deletions() {
    const support::Run run = merge({"--delete-missing", "t", "--limit", "delete=9", "--json"});
    EXPECT_EQ(run.status, 4) << run.err;
    return nlohmann::json::parse(run.out);
  }
  std::string ids() { return target.value("SELECT string_agg(id::text, ' ' ORDER BY id) FROM t"); }
};

TEST_F(PartialBase, LetsNoRowGoThatTheTargetChangedInAColumnThatTheFileLacks) {
  common(
      "CREATE TABLE t (id int PRIMARY KEY, x text, n text); INSERT INTO t SELECT i, 'x', 'n' FROM generate_series(1, "
      "4) i");
  source.run("ALTER TABLE t DROP n; DELETE FROM t WHERE id > 2");
  target.run("UPDATE t SET n = 'production' WHERE id = 3");

  const auto result = merged_with_deletions();

  EXPECT_EQ(result["total"]["delete"], 1);
  EXPECT_EQ(result["total"]["conflict"], 1);
  EXPECT_EQ(ids(), "1 2 3");
}

TEST_F(PartialBase, LetsNoRowGoThatHasAValueInAColumnOfTheTargetAlone) {
  common("CREATE TABLE t (id int PRIMARY KEY, x text); INSERT INTO t SELECT i, 'x' FROM generate_series(1, 4) i");
  source.run("DELETE FROM t WHERE id > 2");
  target.run(
      "ALTER TABLE t ADD account text, ADD made timestamptz NOT NULL DEFAULT now(); UPDATE t SET account = 'a' WHERE "
      "id = 3");

  const auto result = merged_with_deletions();

  EXPECT_EQ(result["total"]["delete"], 1);
  EXPECT_EQ(result["total"]["conflict"], 1);
  EXPECT_EQ(ids(), "1 2 3");
}

TEST_F(PartialBase, SaysThatItHoldsSomeRowsOnly) {
  schema("CREATE TABLE t (id int PRIMARY KEY, x text); INSERT INTO t SELECT i, 'x' FROM generate_series(1, 6) i");
  ASSERT_EQ(support::run_program({PROGRAM_DIR "/db-export", last, "--where", "t=id < 4", "--url", source.url()}).status,
            0);
  target.run("DELETE FROM t WHERE id = 5");

  const support::Run run = merge({"--dry-run"});

  EXPECT_THAT(run.out,
              HasSubstr("t: the base holds only rows where id < 4: the merge takes all others for new on both sides"));
}

TEST_F(PartialBase, IsRefusedForTablesOfMoreColumnsThanAMergeTakes) {
  std::string columns;
  for (int i = 0; i < 600; ++i) columns += ", c" + std::to_string(i) + " int";
  common("CREATE TABLE wide (id int PRIMARY KEY" + columns + "); INSERT INTO wide VALUES (1)");
  ASSERT_EQ(run_export().status, 0);

  const support::Run run = run_import({"--base", last});

  EXPECT_EQ(run.status, 7);
  EXPECT_THAT(run.err, HasSubstr("wide has 601 columns in the file, and a merge with a base takes 550 at most"));
}

}  // namespace
}  // namespace cli
