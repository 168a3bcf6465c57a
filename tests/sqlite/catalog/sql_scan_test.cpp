// What is read from the schema's own SQL, where no pragma tells.
#include "sqlite/catalog/sql_scan.h"

#include <gtest/gtest.h>

namespace sqlite {
namespace {

TEST(InOneLine, IsTheSameHoweverTheSqlWasLaidOut) {
  const std::string line = "CREATE VIEW v AS SELECT a.n, 'it''s  two' FROM a WHERE n <= 1 || 2";
  EXPECT_EQ(in_one_line("CREATE VIEW v AS\n  SELECT a . n , -- a comment\n 'it''s  two'\nFROM a /* b */ WHERE n<=1||2"),
            line);
  EXPECT_EQ(in_one_line(line), line);
}

TEST(InOneLine, TellsDifferentSqlApart) {
  EXPECT_NE(in_one_line("a < = b"), in_one_line("a <= b"));
  EXPECT_NE(in_one_line("'a b'"), in_one_line("'a  b'"));
  EXPECT_EQ(in_one_line(""), "");
}

TEST(GeneratedFrom, FindsTheExpressionOfTheColumn) {
  const std::string table =
      "CREATE TABLE t(a DECIMAL(10, 2) DEFAULT (1), \"b, as (x)\" INT GENERATED ALWAYS AS (a * (2 + 1)) STORED,"
      " c AS (upper('),')), CHECK (a > 0))";
  EXPECT_EQ(generated_from(table, "B, AS (x)"), "a * (2 + 1)");
  EXPECT_EQ(generated_from(table, "c"), "upper('),')");
  EXPECT_EQ(generated_from(table, "a"), "");
  EXPECT_EQ(generated_from("CREATE TABLE t(", "a"), "");
}

TEST(TriggerEvent, IsReadBehindANameThatIsAKeyword) {
  EXPECT_EQ(trigger_event("CREATE TRIGGER after BEFORE INSERT ON t BEGIN SELECT 1; END").time, "before");
  EXPECT_EQ(trigger_event("CREATE TEMP TRIGGER IF NOT EXISTS main.instead DELETE ON t BEGIN SELECT 1; END").time,
            "before");
  EXPECT_EQ(trigger_event("CREATE TRIGGER if AFTER UPDATE OF a, b ON t BEGIN SELECT 1; END").time, "after");
  EXPECT_EQ(trigger_event("CREATE TRIGGER before INSTEAD OF INSERT ON v BEGIN SELECT 1; END").time, "instead of");
}

}  // namespace
}  // namespace sqlite
