// A plan holds the rows that follow an update by way of foreign keys, which the file does not speak of: how many,
// which, and how, through the real programs.
#include <gmock/gmock.h>

#include "cli/transfer_fixture.h"

namespace cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class ApplyBesideFollowers : public Transfer {
 protected:
  void make_plan() {
    const support::Run made = run_import({"--dry-run", "--report", plan});
    ASSERT_EQ(made.status, 0) << made.err;
  }
  support::Run apply() { return run_import({"--apply", plan}); }
  // Refused with 7, nothing written, and `what` said.
  void expect_moved(const std::string& what) {
    const std::string before = support::normalized_dump(target.url());
    const support::Run run = apply();
    EXPECT_EQ(run.status, 7) << run.out << run.err;
    EXPECT_THAT(run.err, AllOf(HasSubstr("the plan no longer holds"), HasSubstr(what)));
    EXPECT_EQ(support::normalized_dump(target.url()), before);
  }

  std::string plan = folder.file("audit.json");
};

TEST_F(ApplyBesideFollowers, NamesRowsOfNoFileThatFollowAnUpdateSince) {
  schema("CREATE TABLE teams (id int PRIMARY KEY, code text UNIQUE)");
  target.run(
      "CREATE TABLE players (id int PRIMARY KEY, code text CONSTRAINT plays REFERENCES teams (code) ON UPDATE "
      "CASCADE); "
      "INSERT INTO teams VALUES (1, 'a'); INSERT INTO players VALUES (1, 'a')");
  source.run("INSERT INTO teams VALUES (1, 'b')");
  ASSERT_EQ(run_export().status, 0);
  make_plan();
  target.run("INSERT INTO players VALUES (2, 'a')");
  expect_moved("players by plays follow the updates: 2, approved were 1");
  target.run("DELETE FROM players");
  expect_moved("players by plays follow the updates: 0, approved were 1");
  target.run("INSERT INTO players VALUES (7, 'a')");
  expect_moved("players by plays follow the updates: as many as were approved, but others");
  target.run("UPDATE players SET id = 1");
  EXPECT_EQ(apply().status, 0);
  EXPECT_EQ(target.value("SELECT code FROM players"), "b");
}

// Two rows of another table have swapped what they refer to, or a level behind it; a table without a key.
TEST_F(ApplyBesideFollowers, TellsTheRowsThatFollowApart) {
  schema("CREATE TABLE teams (id int PRIMARY KEY, \"Code\" text UNIQUE)");
  target.run(
      "CREATE TABLE players (id int, no int, code text UNIQUE REFERENCES teams (\"Code\") ON UPDATE CASCADE, note "
      "text, PRIMARY KEY (no, id)); CREATE TABLE fans (name text, of text CONSTRAINT fan REFERENCES players (code) ON "
      "UPDATE CASCADE); INSERT INTO teams VALUES (1, 'a'), (5, 'z'); INSERT INTO players VALUES (1, 1, 'a'), (2, 1, "
      "'z'); INSERT INTO fans VALUES ('Al', 'a'), ('Bo', 'a'), ('Cy', NULL)");
  source.run("INSERT INTO teams VALUES (1, 'b')");
  ASSERT_EQ(run_export().status, 0);
  make_plan();
  const std::string swap = "UPDATE players SET id = -id; UPDATE players SET id = id + 3";
  target.run(swap);
  expect_moved("players by players_code_fkey follow the updates: as many as were approved, but others");
  target.run(swap + "; UPDATE fans SET name = 'Di' WHERE name = 'Bo'");
  expect_moved("fans by fan follow the updates: as many as were approved, but others");
  target.run("UPDATE fans SET name = 'Bo' WHERE name = 'Di'; UPDATE players SET note = 'seen'; ANALYZE");
  EXPECT_EQ(apply().status, 0);
  EXPECT_EQ(target.value("SELECT string_agg(of, '' ORDER BY name) FROM fans"), "bb");
}

}  // namespace
}  // namespace cli
