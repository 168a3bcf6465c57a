// Constraints that are enforced in part, of part of the rows, or of periods: the same verdict on every path, by the
// real programs. What only a newer server has is skipped on an older one (tests/run --all-servers tries them all).
#include <gmock/gmock.h>

#include <algorithm>

#include "databases/transfer.h"
#include "support/folder.h"
#include "support/program.h"
#include "support/server.h"

namespace databases {
namespace {

using support::Database;

class Constraints : public testing::Test {
 protected:
  // A file of rows that no constraint has seen yet.
  void rows(const std::string& sql) {
    Database source;
    source.run(sql);
    export_database(source.url(), file_);
  }

  // The dry run, the usual way and the way into empty tables, each into a target of its own.
  void expect_everywhere(const std::string& target_sql, const Verdicts& expected,
                         const std::vector<std::string>& more = {}) {
    for (const char* path : {"--dry-run", "--first-load=never", "--first-load=auto"}) {
      Database target;
      target.run(target_sql);
      target.disconnect();
      std::vector<std::string> options = more;
      options.emplace_back(path);
      const auto loses_rows = [](const auto& table) { return table.second.contains("invalid"); };
      const LeftOut left_out =
          std::any_of(expected.begin(), expected.end(), loses_rows) ? LeftOut::kExpected : LeftOut::kNone;
      EXPECT_EQ(import_file(file_, target.url(), options, left_out).verdicts, expected) << path;
    }
  }

  support::TemporaryFolder folder_;
  std::string file_ = folder_.file("export.json");
};

class NewerConstraints : public Constraints {
 protected:
  void SetUp() override {
    if (support::server_version() < 18) GTEST_SKIP() << "needs PostgreSQL 18: tests/run --all-servers";
  }
};

const char* const kOrders =
    "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (id int PRIMARY KEY, p int, n int); INSERT INTO p VALUES (1); "
    "INSERT INTO c VALUES (1, 1, 1), (2, 9, 1), (3, 1, -1);";
const std::string kEmptyOrders =
    "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (id int PRIMARY KEY, p int, n int);";

TEST_F(Constraints, ThatAreNotValidHoldForEveryRowThatIsWritten) {
  rows(kOrders);
  expect_everywhere(kEmptyOrders +
                        "ALTER TABLE c ADD CONSTRAINT \"Of p\" FOREIGN KEY (p) REFERENCES p NOT VALID; ALTER "
                        "TABLE c ADD CONSTRAINT positive CHECK (n > 0) NOT VALID",
                    {{"p", {{"insert", 1}}}, {"c", {{"insert", 1}, {"invalid", 2}}}});
  expect_everywhere(
      "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (id int, p int, n int) PARTITION BY RANGE (id); "
      "CREATE TABLE c1 PARTITION OF c FOR VALUES FROM (0) TO (9); ALTER TABLE c ADD CHECK (n > 0) NOT VALID; "
      "ALTER TABLE c1 ADD FOREIGN KEY (p) REFERENCES p NOT VALID; ALTER TABLE c ADD PRIMARY KEY (id)",
      {{"p", {{"insert", 1}}}, {"c", {{"insert", 1}, {"invalid", 2}}}});
}

class AsRestored : public Constraints {
 protected:
  const std::string kTarget =
      kEmptyOrders +
      "ALTER TABLE c ADD CONSTRAINT \"Of p\" FOREIGN KEY (p) REFERENCES p ON DELETE CASCADE NOT VALID; ALTER TABLE c "
      "ADD "
      "CONSTRAINT positive CHECK (n > 0) NOT VALID; COMMENT ON CONSTRAINT positive ON c IS 'n'; ALTER TABLE c ADD "
      "CONSTRAINT known CHECK (n > -9);";

  static std::string constraints(Database& database) {
    return database.value(
        "SELECT string_agg(concat_ws(' ', conname, convalidated, pg_get_constraintdef(oid), obj_description(oid, "
        "'pg_constraint')), '; ' ORDER BY conname) FROM pg_constraint WHERE conrelid = 'c'::regclass");
  }
};

TEST_F(AsRestored, RowsMayViolateWhatIsNotValidAndNothingElse) {
  rows(std::string(kOrders) + "INSERT INTO c VALUES (4, 9, -9)");
  expect_everywhere(kTarget, {{"p", {{"insert", 1}}}, {"c", {{"insert", 3}, {"invalid", 1}}}}, {"--as-restored"});
  expect_everywhere(kTarget + "ALTER TABLE c ADD FOREIGN KEY (p) REFERENCES p",
                    {{"p", {{"insert", 1}}}, {"c", {{"insert", 2}, {"invalid", 2}}}}, {"--as-restored"});
}

TEST_F(AsRestored, TheConstraintsStayAsTheyWereAndASecondImportChangesNothing) {
  rows(kOrders);
  Database target;
  target.run(kTarget);
  const std::string before = constraints(target);
  const Imported done = import_file(file_, target.url(), {"--as-restored"});
  EXPECT_EQ(done.verdicts, all_rows(file_, "insert"));
  EXPECT_THAT(done.notices, testing::Contains(testing::HasSubstr("they may violate it")));
  EXPECT_EQ(constraints(target), before);
  EXPECT_EQ(target.value("SELECT count(*) FROM c WHERE n < 0 OR p = 9"), "2");
  EXPECT_EQ(import_file(file_, target.url(), {"--as-restored"}).verdicts, all_rows(file_, "unchanged"));
}

TEST_F(AsRestored, RowsOfATableThatIsNotEmptyAreJudged) {
  rows(kOrders);
  expect_everywhere(kTarget + "INSERT INTO c VALUES (7, NULL, 7)",
                    {{"p", {{"insert", 1}}}, {"c", {{"insert", 1}, {"invalid", 2}}}}, {"--as-restored"});
}

TEST_F(AsRestored, ARehearsalLeavesEverythingAsItWas) {
  rows(kOrders);
  Database target;
  target.run(kTarget);
  const std::string before = constraints(target);
  EXPECT_EQ(import_file(file_, target.url(), {"--as-restored", "--rehearse"}).verdicts, all_rows(file_, "insert"));
  EXPECT_EQ(constraints(target) + target.value("SELECT count(*) FROM c"), before + "0");
}

TEST_F(AsRestored, IsForTheOwnerOnly) {
  rows(kOrders);
  Database target;
  target.run(kTarget);
  const std::string role = "role_" + target.name();
  target.run("CREATE ROLE " + role + " LOGIN; GRANT ALL ON p, c TO " + role);
  std::string url = target.url();
  url.replace(url.find("postgres@"), 8, role);
  for (const char* path : {"--dry-run", "--first-load=auto"}) {
    const support::Run run =
        support::run_program({PROGRAM_DIR "/db-import", file_, "--url", url, "--as-restored", path});
    EXPECT_EQ(run.status, 8) << path << run.err;
    EXPECT_THAT(run.err, testing::HasSubstr("cannot be put aside by this role"));
  }
  target.run("DROP OWNED BY " + role + "; DROP ROLE " + role);
}

// The server computes it, and then holds it against the check.
TEST_F(Constraints, OfGeneratedColumnsAreForetold) {
  rows(
      "CREATE TABLE t (id int PRIMARY KEY, a int, \"B\" int); INSERT INTO t VALUES (1, 1, 1), (2, 30, 4), (3, NULL, "
      "1), "
      "(4, 5, NULL)");
  expect_everywhere(
      "CREATE TABLE t (id int PRIMARY KEY, a int, \"B\" int, \"Product\" int GENERATED ALWAYS AS (a * \"B\") "
      "STORED NOT NULL CHECK (\"Product\" < 100))",
      {{"t", {{"insert", 1}, {"invalid", 3}}}});
}

TEST_F(NewerConstraints, OfVirtualColumnsAreForetoldAndTheColumnsAreInNoFile) {
  rows(
      "CREATE TABLE t (id int PRIMARY KEY, a int, v int GENERATED ALWAYS AS (a * 2) VIRTUAL); INSERT INTO t VALUES (1, "
      "1), (2, 30), (3, NULL)");
  EXPECT_EQ(data_of(file_).find("\"v\""), std::string::npos);
  expect_everywhere(
      "CREATE TABLE t (id int PRIMARY KEY, a int, v int GENERATED ALWAYS AS (a * 3) VIRTUAL NOT NULL, CHECK "
      "(v < 50))",
      {{"t", {{"insert", 1}, {"invalid", 2}}}});
}

// The server itself would take them, and then no SELECT of the column would ever end well.
TEST_F(NewerConstraints, VirtualColumnsThatCannotBeComputedAreForetold) {
  rows("CREATE TABLE t (id int PRIMARY KEY, a text, n int); INSERT INTO t VALUES (1, '1', 1), (2, 'x', 2000000000)");
  const std::string start = "CREATE TABLE t (id int PRIMARY KEY, a text, n int, ";
  for (const char* column : {"v int GENERATED ALWAYS AS (a::int) VIRTUAL", "v int GENERATED ALWAYS AS (n * 2)",
                             "\"V v\" int GENERATED ALWAYS AS (1 / (n - 2000000000)), w int GENERATED ALWAYS AS (n)",
                             "v numeric(3) GENERATED ALWAYS AS (n::numeric) VIRTUAL"})
    expect_everywhere(start + column + ")", {{"t", {{"insert", 1}, {"invalid", 1}}}});
  expect_everywhere(start +
                        "v int GENERATED ALWAYS AS (a::int) VIRTUAL) PARTITION BY RANGE (id); CREATE TABLE t1 "
                        "PARTITION OF t FOR VALUES FROM (0) TO (9)",
                    {{"t", {{"insert", 1}, {"invalid", 1}}}});
  expect_everywhere(start + "v int GENERATED ALWAYS AS (length(a)) VIRTUAL)", {{"t", {{"insert", 2}}}});
}

// Its column is in no file: the whole row tells its rows apart, and the key is judged like any other.
TEST_F(Constraints, OfAComputedKeyAreForetold) {
  const std::string tables =
      "CREATE TABLE t (a int, g int GENERATED ALWAYS AS (a * 2) STORED PRIMARY KEY, b text); CREATE TABLE c (id int "
      "PRIMARY KEY, g int REFERENCES t); ";
  rows(tables + "INSERT INTO t (a, b) VALUES (1, 'x'), (2, 'y'); INSERT INTO c VALUES (1, 2), (2, 4)");
  expect_everywhere(tables, {{"t", {{"insert", 2}}}, {"c", {{"insert", 2}}}});
  expect_everywhere(tables + "INSERT INTO t (a, b) VALUES (1, 'x')",
                    {{"t", {{"insert", 1}, {"unchanged", 1}}}, {"c", {{"insert", 2}}}});
}

// A publication sends no virtual column, and stored ones only where it says so: no update of such a table can be sent.
TEST_F(NewerConstraints, UpdatesWhoseIdentityIsNotPublishedAreForetold) {
  rows("CREATE TABLE t (id int NOT NULL UNIQUE, a int); INSERT INTO t VALUES (1, 10), (2, 20)");
  const std::string start =
      "CREATE TABLE t (id int NOT NULL UNIQUE, a int, g int NOT NULL GENERATED ALWAYS AS (id + 1) ";
  const std::string stored = start + "STORED); INSERT INTO t VALUES (1, 1); CREATE UNIQUE INDEX i ON t (g); ";
  const std::string of_index = "ALTER TABLE t REPLICA IDENTITY USING INDEX i; ";
  const std::string full = "ALTER TABLE t REPLICA IDENTITY FULL; ";
  const Verdicts refused = {{"t", {{"insert", 1}, {"invalid", 1}}}};
  const Verdicts taken = {{"t", {{"insert", 1}, {"update", 1}}}};
  expect_everywhere(stored + of_index + "CREATE PUBLICATION p FOR TABLE t", refused);
  expect_everywhere(stored + full + "CREATE PUBLICATION p FOR ALL TABLES", refused);
  expect_everywhere(stored + full + "CREATE PUBLICATION p FOR TABLE t WITH (publish_generated_columns = stored)",
                    taken);
  expect_everywhere(stored + of_index + "CREATE PUBLICATION p FOR TABLE t WITH (publish_generated_columns = stored)",
                    taken);
  expect_everywhere(
      start + "VIRTUAL); INSERT INTO t VALUES (1, 1); " + full + "CREATE PUBLICATION p FOR TABLES IN SCHEMA public",
      refused);
}

TEST_F(Constraints, OfADomainHoldForADefaultOnEveryPath) {
  rows("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1), (2)");
  for (const char* domain : {"int DEFAULT 5 CHECK (VALUE <> 5)", "int CHECK (VALUE IS NOT NULL)",
                             "varchar(2) DEFAULT 'long'", "text DEFAULT 'x' CHECK (VALUE::int > 0)"})
    expect_everywhere(std::string("CREATE DOMAIN d AS ") + domain + "; CREATE TABLE t (id int PRIMARY KEY, x d)",
                      {{"t", {{"invalid", 2}}}});
  for (const char* domain : {"int NOT NULL DEFAULT 5", "int DEFAULT 5 CHECK (VALUE IS NOT NULL)"})
    expect_everywhere(std::string("CREATE DOMAIN d AS ") + domain + "; CREATE TABLE t (id int PRIMARY KEY, x d)",
                      {{"t", {{"insert", 2}}}});
}

TEST_F(NewerConstraints, ThatAreNotEnforcedAreHeldAgainstNobody) {
  rows(kOrders);
  const std::string loose =
      "ALTER TABLE c ADD FOREIGN KEY (p) REFERENCES p NOT ENFORCED; ALTER TABLE c ADD CHECK (n > 0) NOT ENFORCED;";
  expect_everywhere(kEmptyOrders + loose, {{"p", {{"insert", 1}}}, {"c", {{"insert", 3}}}});
  expect_everywhere(kEmptyOrders + loose + "ALTER TABLE c ADD CHECK (n > -1)",
                    {{"p", {{"insert", 1}}}, {"c", {{"insert", 2}, {"invalid", 1}}}});
  expect_everywhere(kEmptyOrders + loose, {{"p", {{"insert", 1}}}, {"c", {{"insert", 3}}}}, {"--as-restored"});
}

// A foreign key of periods wants parents that together contain the child; that they overlap is not enough.
// A foreign key of periods wants parents that together contain the child; that they overlap is not enough. The server
// itself compares only ranges in such keys.
TEST_F(NewerConstraints, OfPeriodsWantTheParentsToContainTheChild) {
  rows(
      "CREATE TABLE p (id int4range, at daterange); CREATE TABLE c (id int PRIMARY KEY, p int4range, at daterange); "
      "INSERT INTO p VALUES ('[1,2)', '[2020-01-01,2021-01-01)'), ('[1,2)', '[2021-01-01,2022-01-01)'), ('[2,3)', "
      "'[2020-01-01,2021-01-01)'); INSERT INTO c VALUES (1, '[1,2)', '[2020-06-01,2021-06-01)'), (2, '[1,2)', "
      "'[2021-06-01,2022-06-01)'), (3, '[2,3)', '[2020-02-01,2020-03-01)'), (4, '[3,4)', '[2020-02-01,2020-03-01)'), "
      "(5, NULL, '[1999-01-01,2000-01-01)'), (6, '[2,3)', NULL), (7, '[7,8)', '[2000-01-01,2000-02-01)'), (8, '[7,8)', "
      "'[2000-01-01,2000-04-01)'), (9, '[1,2)', 'empty')");
  expect_everywhere(
      "CREATE TABLE p (id int4range, at daterange, PRIMARY KEY (id, at WITHOUT OVERLAPS)); INSERT INTO p VALUES "
      "('[7,8)', "
      "'[2000-01-01,2000-03-01)'); CREATE TABLE c (id int PRIMARY KEY, p int4range, at daterange, FOREIGN KEY (p, "
      "PERIOD "
      "at) REFERENCES p (id, PERIOD at))",
      {{"p", {{"insert", 3}}}, {"c", {{"insert", 5}, {"invalid", 4}}}});
  expect_everywhere(
      "CREATE TABLE p (id int4range, at daterange, PRIMARY KEY (id, at WITHOUT OVERLAPS)); CREATE TABLE c (id int "
      "PRIMARY "
      "KEY, p int4range, at daterange, FOREIGN KEY (p, PERIOD at) REFERENCES p (id, PERIOD at))",
      {{"p", {{"insert", 3}}}, {"c", {{"insert", 4}, {"invalid", 5}}}});
}

TEST_F(NewerConstraints, OfKeysWithoutOverlapsExcludeAndTellRowsApart) {
  rows(
      "CREATE TABLE p (id int4range, at int4range, n int); INSERT INTO p VALUES ('[1,2)', '[1,5)', 1), ('[1,2)', "
      "'[5,9)', 2), ('[2,3)', '[1,5)', 3), ('[3,4)', '[3,4)', 4)");
  const std::string target =
      "CREATE TABLE p (id int4range, at int4range, n int, PRIMARY KEY (id, at WITHOUT OVERLAPS)); INSERT INTO p VALUES "
      "('[1,2)', '[1,5)', 1), ('[2,3)', '[1,5)', 9), ('[3,4)', '[1,9)', 4)";
  expect_everywhere(target, {{"p", {{"unchanged", 1}, {"insert", 1}, {"update", 1}, {"invalid", 1}}}});
}

TEST_F(NewerConstraints, OfKeysWithoutOverlapsTakeNoEmptyRange) {
  rows("CREATE TABLE p (id int4range, at int4range); INSERT INTO p VALUES ('[1,2)', 'empty'), ('[2,3)', '[1,5)')");
  const std::string target = "CREATE TABLE p (id int4range, at int4range, PRIMARY KEY (id, at WITHOUT OVERLAPS))";
  expect_everywhere(target, {{"p", {{"insert", 1}, {"invalid", 1}}}});
}

TEST_F(NewerConstraints, NotNullThatIsNotValidHoldsForNewRowsAndIsNoKey) {
  rows("CREATE TABLE t (a int UNIQUE, b int); INSERT INTO t VALUES (1, 1), (NULL, 2)");
  const std::string target =
      "CREATE TABLE t (a int UNIQUE, b int); ALTER TABLE t ADD CONSTRAINT \"A is there\" NOT NULL a "
      "NOT VALID";
  expect_everywhere(target, {{"t", {{"insert", 1}, {"invalid", 1}}}});
  expect_everywhere(target, {{"t", {{"insert", 2}}}}, {"--as-restored"});
  Database again;
  again.run(target);
  import_file(file_, again.url(), {"--as-restored"});
  EXPECT_EQ(again.value(
                "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'n' AND conrelid = 't'::regclass"),
            "NOT NULL a NOT VALID");
  EXPECT_EQ(import_file(file_, again.url()).verdicts, all_rows(file_, "unchanged"));
}

}  // namespace
}  // namespace databases
