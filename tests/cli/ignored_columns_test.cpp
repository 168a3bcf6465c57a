// "ignore" of the transfer file, through the real programs: columns in which a difference does not count.
#include <gmock/gmock.h>

#include "cli/transfer_fixture.h"

namespace cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class IgnoredColumns : public Transfer {
 protected:
  std::vector<std::string> with(const std::string& config) const {
    folder.write("transfer.json", config);
    return {"--config", folder.file("transfer.json")};
  }
};

TEST_F(IgnoredColumns, MakeNoUpdateOfARowThatDiffersInThemAlone) {
  schema(R"(CREATE TABLE t (id int PRIMARY KEY, v int, "seenAt" int, plain json))");
  source.run(R"(INSERT INTO t VALUES (1, 1, 1, '{}'), (2, 2, 1, '{}'), (3, 3, NULL, '{}'), (4, 4, 1, '{}'))");
  target.run(R"(INSERT INTO t VALUES (1, 1, 9, '{}'), (2, 0, 9, '{}'), (3, 3, 9, '[]'))");

  const auto result = transfer(with(R"({"tables": {"t": {"ignore": ["seenAt", "plain"]}}})"));

  EXPECT_THAT(verdicts(result, "t"), ElementsAre(1, 1, 2, 0, 0, 0));
  EXPECT_EQ(target.value(R"(SELECT string_agg(concat(id, v, "seenAt"), ' ' ORDER BY id) FROM t)"), "119 221 339 441")
      << "written with the rest of a row that is inserted or updated";
}

TEST_F(IgnoredColumns, DoNotTellRowsOfATableWithoutAKeyApart) {
  schema("CREATE TABLE t (v int, at int)");
  source.run("INSERT INTO t VALUES (1, 5), (1, 6), (2, 5)");
  target.run("INSERT INTO t VALUES (1, 9)");

  const auto result = transfer(with(R"({"tables": {"t": {"ignore": ["at"]}}})"));

  EXPECT_THAT(verdicts(result, "t"), ElementsAre(2, 0, 1, 0, 0, 0));
  EXPECT_THAT(verdicts(import(with(R"({"tables": {"t": {"ignore": ["at"]}}})")), "t"), ElementsAre(0, 0, 3, 0, 0, 0));
}

TEST_F(IgnoredColumns, CountForSqliteAlike) {
  const auto shell = [&](const char* name, const std::string& sql) {
    const support::Run run = support::run_program({"sqlite3", "-bail", folder.file(name)}, {.input = sql});
    EXPECT_EQ(run.status, 0) << run.err;
    return run.out;
  };
  const std::string tables = "CREATE TABLE t (id INTEGER PRIMARY KEY, v, at); CREATE TABLE k (v, at);";
  shell("from.db", tables + "INSERT INTO t VALUES (1, 1, 5), (2, 2, 5); INSERT INTO k VALUES (1, 5), (2, 5)");
  shell("to.db", tables + "INSERT INTO t VALUES (1, 1, 9), (2, 0, 9); INSERT INTO k VALUES (1, 9)");
  const std::string from = "sqlite:" + folder.file("from.db");
  ASSERT_EQ(support::run_program({PROGRAM_DIR "/db-export", file, "--url", from}).status, 0);
  std::vector<std::string> options = with(R"({"tables": {"*": {"ignore": ["at"]}}})");
  options.insert(options.end(), {"--url", "sqlite:" + folder.file("to.db")});

  const auto result = import(options);

  EXPECT_THAT(verdicts(result, "t"), ElementsAre(0, 1, 1, 0, 0, 0));
  EXPECT_THAT(verdicts(result, "k"), ElementsAre(1, 0, 1, 0, 0, 0));
  EXPECT_EQ(shell("to.db", "SELECT group_concat(id || v || at, ' ') FROM (SELECT * FROM t ORDER BY id)"), "119 225\n");
}

TEST_F(IgnoredColumns, OfAPatternAreThoseThatATableHas) {
  schema("CREATE TABLE a (id int PRIMARY KEY, at int); CREATE TABLE b (id int PRIMARY KEY, v int)");
  source.run("INSERT INTO a VALUES (1, 1); INSERT INTO b VALUES (1, 1)");
  target.run("INSERT INTO a VALUES (1, 2); INSERT INTO b VALUES (1, 2)");

  const auto result = transfer(with(R"({"tables": {"*": {"ignore": ["at"]}}})"));

  EXPECT_THAT(verdicts(result, "a"), ElementsAre(0, 0, 1, 0, 0, 0));
  EXPECT_THAT(verdicts(result, "b"), ElementsAre(0, 1, 0, 0, 0, 0));
}

TEST_F(IgnoredColumns, ThatAreNotThereOrTellRowsApartAreWrongUse) {
  schema("CREATE TABLE t (id int PRIMARY KEY, v int)");
  ASSERT_EQ(run_export().status, 0);

  const support::Run unknown = run_import(with(R"({"tables": {"t": {"ignore": ["w"]}}})"));
  const support::Run key = run_import(with(R"({"tables": {"t": {"ignore": ["id"]}}})"));

  EXPECT_EQ(unknown.status, 2);
  EXPECT_THAT(unknown.err, HasSubstr("has no column w to ignore"));
  EXPECT_EQ(key.status, 2);
  EXPECT_THAT(key.err, HasSubstr("t.id, by which rows of the table are found"));
}

}  // namespace
}  // namespace cli
