// Tables whose rows lie elsewhere: in children by inheritance that the export does not take, on another server. What
// `SELECT count(*)` counts is in the file, or the export is refused.
#include <gmock/gmock.h>

#include "cli/transfer_fixture.h"

namespace live {
namespace {

using testing::HasSubstr;

class RowsElsewhere : public cli::Transfer {
 protected:
  void SetUp() override {
    source.run(
        "CREATE SCHEMA \"Chunks\"; CREATE TABLE metrics (id int PRIMARY KEY, v text); CREATE TABLE \"Chunks\".\"C1\" "
        "() "
        "INHERITS (metrics); INSERT INTO metrics VALUES (1, 'own'); INSERT INTO \"Chunks\".\"C1\" SELECT n, 'child' "
        "FROM generate_series(2, 100) n; CREATE TABLE other (id int)");
  }
  std::size_t rows(const std::string& table) const {
    return nlohmann::json::parse(support::read_file(file))["data"][table].size();
  }
};

TEST_F(RowsElsewhere, InASchemaThatIsNotExportedAreRefused) {
  const support::Run run = run_export({"--schema", "public"});
  EXPECT_EQ(run.status, 7) << run.err;
  EXPECT_THAT(run.err, HasSubstr("\"Chunks\".\"C1\" inherits from \"public\".\"metrics\""));
  EXPECT_THAT(run.err, HasSubstr("--through-parents"));
}

TEST_F(RowsElsewhere, OfTablesThatWereNotNamedAreRefused) {
  EXPECT_EQ(run_export({"-t", "metrics"}).status, 7);
  EXPECT_EQ(run_export({"-t", "metrics", "-t", "C1"}).status, 0);
  EXPECT_EQ(rows("metrics") + rows("Chunks.C1"), 100);
  EXPECT_EQ(run_export({"-t", "other"}).status, 0);
}

TEST_F(RowsElsewhere, AreLeftOutByTheUsersOwnWordAndSaidToBe) {
  const support::Run run = run_export({"-T", "C1"});
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_THAT(run.out + run.err, HasSubstr("its rows are not in the export"));
  EXPECT_EQ(rows("metrics"), 1);
}

TEST_F(RowsElsewhere, GoThroughTheParentWhereThatIsAskedFor) {
  for (const std::vector<std::string>& more : {std::vector<std::string>{}, {"--jobs", "2"}, {"--sorted"}}) {
    std::vector<std::string> options{"--schema", "public", "--through-parents"};
    options.insert(options.end(), more.begin(), more.end());
    const support::Run run = run_export(options);
    ASSERT_EQ(run.status, 0) << run.err;
    EXPECT_THAT(run.out + run.err, HasSubstr("exported as its rows"));
    EXPECT_EQ(rows("metrics"), 100);
  }
  target.run("CREATE TABLE metrics (id int PRIMARY KEY, v text); CREATE TABLE other (id int)");
  EXPECT_EQ(verdicts(import(), "metrics"), (std::vector<int>{100, 0, 0, 0, 0, 0}));
  EXPECT_EQ(verdicts(import(), "metrics"), (std::vector<int>{0, 0, 100, 0, 0, 0}));
}

TEST_F(RowsElsewhere, GoThroughTheNearestParentAndOnlyOnce) {
  source.run(
      "CREATE TABLE here () INHERITS (metrics); INSERT INTO here VALUES (200, 'here'); CREATE TABLE \"Chunks\".below "
      "() INHERITS (here, \"Chunks\".\"C1\"); INSERT INTO \"Chunks\".below VALUES (300, 'below')");
  const support::Run run =
      run_export({"--schema", "public", "--through-parents", "--where", "metrics=id < 3 OR id > 90"});
  ASSERT_EQ(run.status, 0) << run.err;
  EXPECT_EQ(rows("metrics"), 12) << "1 of its own, 2, and 91 to 100";
  EXPECT_EQ(rows("here"), 2);
}

TEST_F(RowsElsewhere, OfAChildWithoutRowsAreNone) {
  source.run("TRUNCATE \"Chunks\".\"C1\"");
  EXPECT_EQ(run_export({"--schema", "public"}).status, 0);
}

// As with an extension that cuts a table into pieces in a schema of its own.
TEST_F(RowsElsewhere, ThatTheRoleMayReadThroughTheParentOnlyAreFoundAllTheSame) {
  const std::string role = "reader_" + source.name();
  source.run("CREATE ROLE " + role + " LOGIN; GRANT SELECT ON metrics, other TO " + role);
  std::string url = source.url();
  url.replace(url.find("postgres@"), 8, role);
  const std::vector<std::string> words{PROGRAM_DIR "/db-export", file, "--force", "--url", url, "--schema", "public"};
  std::vector<std::string> through = words;
  through.emplace_back("--through-parents");
  const support::Run refused = support::run_program(words);
  const support::Run done = support::run_program(through);
  source.run("DROP OWNED BY " + role + "; DROP ROLE " + role);
  EXPECT_EQ(refused.status, 7) << refused.err;
  EXPECT_EQ(done.status, 0) << done.err;
  EXPECT_EQ(rows("metrics"), 100);
}

TEST_F(RowsElsewhere, InForeignPartitionsAreOfNoPointInTime) {
  if (source.value("SELECT count(*) FROM pg_available_extensions WHERE name = 'file_fdw'") == "0")
    GTEST_SKIP() << "needs file_fdw";
  source.run(
      "CREATE EXTENSION file_fdw; CREATE SERVER files FOREIGN DATA WRAPPER file_fdw; CREATE TABLE cold (id int) "
      "PARTITION BY RANGE (id); CREATE TABLE cold_1 PARTITION OF cold FOR VALUES FROM (0) TO (10); INSERT INTO cold "
      "VALUES (1); CREATE FOREIGN TABLE \"Cold 2\" PARTITION OF cold FOR VALUES FROM (10) TO (20) SERVER files OPTIONS "
      "(program 'echo 11; echo 12')");
  const support::Run refused = run_export();
  EXPECT_EQ(refused.status, 7) << refused.err;
  EXPECT_THAT(refused.err, HasSubstr("the partition \"public\".\"Cold 2\" of \"public\".\"cold\" is a foreign table"));
  const support::Run done = run_export({"--through-parents"});
  EXPECT_EQ(done.status, 0) << done.err;
  EXPECT_THAT(done.out + done.err, HasSubstr("not as of the same point in time"));
  EXPECT_EQ(rows("cold"), 3);
}

}  // namespace
}  // namespace live
