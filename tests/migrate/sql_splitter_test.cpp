// Where one statement ends and the next begins, by the lexical rules of PostgreSQL and of SQLite.
#include "migrate/sql_splitter.h"

#include <gmock/gmock.h>

#include "base/error.h"

namespace migrate {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> texts(std::string_view script) {
  std::vector<std::string> all;
  for (const Statement& statement : split_sql(script)) all.push_back(statement.text);
  return all;
}

// A script of this statement and a second one: it is left whole exactly if the second one is found.
void expect_whole(const std::string& statement) {
  EXPECT_THAT(texts(statement + ";\nSELECT 2"), ElementsAre(statement, "SELECT 2"));
}

std::string complaint(std::string_view script) {
  try {
    split_sql(script);
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::kUsage);
    return error.what();
  }
  return "no complaint";
}

Statement only(std::string_view script) {
  const auto all = split_sql(script);
  EXPECT_EQ(all.size(), 1U) << script;
  return all.at(0);
}

TEST(SqlSplitter, CutsAtSemicolonsAndLeavesOutEmptyStatements) {
  EXPECT_THAT(texts("SELECT 1; ;; SELECT\n 2 ;\n"), ElementsAre("SELECT 1", "SELECT\n 2"));
  EXPECT_THAT(texts(""), IsEmpty());
  EXPECT_THAT(texts(" -- nothing;\n /* nor; here */ ;"), IsEmpty());
}

TEST(SqlSplitter, TellsTheLineOfEachStatementBehindItsComments) {
  const auto all = split_sql("-- one\n\nSELECT 1;\n/* two\n lines */ SELECT 2;");
  EXPECT_EQ(all.at(0).line, 3U);
  EXPECT_EQ(all.at(1).line, 5U);
}

TEST(SqlSplitter, LeavesQuotesWhole) {
  expect_whole("SELECT 'a;b', 'it''s; so', \"odd;\"\";name\"");
  expect_whole(R"(SELECT 'C:\')");  // a backslash is nothing special
  expect_whole(R"(SELECT E'it\'s; so', e'\\')");
  expect_whole(R"(SELECT U&'\0061;', N';', B'0', X'1F')");
  expect_whole("SELECT $$ ; ' \" $$, $tag$ $$ ; $other$ $tag$, $é$;$é$");
}

TEST(SqlSplitter, GoesOnWithEscapesInAStringOnTheNextLine) {
  expect_whole("SELECT E'a' -- more\n  'it\\'s; so'");
  // Not without a line break, and not after a plain string.
  EXPECT_THAT(complaint("SELECT E'a' 'it\\'s; so'"), HasSubstr("a string that begins in line 1 never ends"));
  EXPECT_THAT(complaint("SELECT 'a'\n'it\\'s; so'"), HasSubstr("a string that begins in line 2 never ends"));
}

TEST(SqlSplitter, TakesNoEscapesFromANameThatEndsInE) {
  EXPECT_THAT(texts(R"(SELECT date'2020\'; SELECT 2)"), ElementsAre(R"(SELECT date'2020\')", "SELECT 2"));
}

TEST(SqlSplitter, LeavesCommentsWhole) {
  expect_whole("SELECT 1 /* ; /* nested ; */ ' still ; */ + 1");
  expect_whole("SELECT 1 -- ; ' $$ \"\n + 1");
  expect_whole("SELECT 4 - -1, 6 / 2, 2 * 3");
}

TEST(SqlSplitter, TakesADollarForAQuoteOnlyWhereOneCanBegin) {
  expect_whole("SELECT a$$b, $1, $2 FROM t$x$");  // within names, and parameters
  EXPECT_THAT(texts("SELECT 1 $ ; SELECT 2"), ElementsAre("SELECT 1 $", "SELECT 2"));
}

TEST(SqlSplitter, LeavesParenthesesWhole) {
  expect_whole("CREATE RULE r AS ON INSERT TO t DO (INSERT INTO u VALUES (1); DELETE FROM v)");
}

TEST(SqlSplitter, LeavesRoutinesWithAtomicBodiesAndTriggersWhole) {
  expect_whole(
      "CREATE OR REPLACE FUNCTION f(a int) RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT CASE a WHEN 1 THEN 2 "
      "END; END");
  expect_whole("create procedure p() begin atomic insert into t values (1); end");
  expect_whole("CREATE TEMP TRIGGER t AFTER INSERT ON u BEGIN UPDATE u SET a = 1; DELETE FROM v; END");
  EXPECT_THAT(texts("BEGIN; SELECT 1; END"), ElementsAre("BEGIN", "SELECT 1", "END"));
}

TEST(SqlSplitter, GoesByTheRulesOfSqliteWhereItIsTold) {
  const auto all =
      split_sql("SELECT `a;'`, [b;'], '$$;', E'\\'; /* one /* two */ SELECT $a; SELECT 3", Dialect::kSqlite);
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].text, "SELECT `a;'`, [b;'], '$$;', E'\\'");
  EXPECT_EQ(all[1].text, "SELECT $a");
  EXPECT_THROW(split_sql("SELECT [a", Dialect::kSqlite), base::Error);
}

TEST(SqlSplitter, NamesWhatNeverEnds) {
  EXPECT_THAT(complaint("SELECT 1;\n\nSELECT 'a"), HasSubstr("a string that begins in line 3"));
  EXPECT_THAT(complaint("SELECT \"a"), HasSubstr("a quoted name that begins in line 1"));
  EXPECT_THAT(complaint("/* a /* b */"), HasSubstr("a comment that begins in line 1"));
  EXPECT_THAT(complaint("\nDO $x$ a $$"), HasSubstr("a dollar-quoted text that begins in line 2"));
}

TEST(SqlSplitter, KnowsWhatControlsATransaction) {
  for (const char* sql : {"begin", "START TRANSACTION READ ONLY", "COMMIT AND CHAIN", "/* x */ end", "ROLLBACK",
                          "ABORT", "PREPARE TRANSACTION 'x'", "rollback work"})
    EXPECT_TRUE(controls_transaction(only(sql))) << sql;
  for (const char* sql : {"ROLLBACK TO x", "ROLLBACK WORK TO SAVEPOINT x", "SAVEPOINT x", "RELEASE x",
                          "PREPARE p AS SELECT 1", "SET TRANSACTION READ ONLY", "\"begin\"", "SELECT 'COMMIT'"})
    EXPECT_FALSE(controls_transaction(only(sql))) << sql;
}

TEST(SqlSplitter, MakesARehearsalOfWhatRunsInNoTransaction) {
  EXPECT_EQ(rehearsable(only("CREATE INDEX CONCURRENTLY i ON t (a)")), "CREATE INDEX              i ON t (a)");
  EXPECT_EQ(rehearsable(only("DROP INDEX concurrently i")), "DROP INDEX              i");
  EXPECT_EQ(rehearsable(only("INSERT INTO t VALUES ('CONCURRENTLY')")), "INSERT INTO t VALUES ('CONCURRENTLY')");
  EXPECT_EQ(rehearsable(only("VACUUM t")), "");
  EXPECT_EQ(rehearsable(only("CREATE DATABASE d")), "");
  EXPECT_EQ(rehearsable(only("COMMIT")), "");
  EXPECT_EQ(rehearsable(only("PRAGMA journal_mode = WAL")), "");
}

}  // namespace
}  // namespace migrate
