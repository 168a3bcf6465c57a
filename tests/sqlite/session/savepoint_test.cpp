// What the database refuses inside a savepoint is an answer, of which nothing is left; everything else is an error.
#include "sqlite/session/savepoint.h"

#include <gtest/gtest.h>

namespace sqlite_test {
namespace {

using sqlite::Access;
using sqlite::Connection;
using sqlite::Savepoint;

class SqliteSavepoint : public ::testing::Test {
 protected:
  SqliteSavepoint() : connection_("", Access::kReadWrite, std::chrono::milliseconds(0), {}) {
    connection_.execute("CREATE TABLE u (id INTEGER PRIMARY KEY)");
    connection_.execute("BEGIN");
  }

  std::uint64_t rows() { return connection_.number("SELECT count(*) FROM u"); }

  sqlite::Attempt insert(bool keep) {
    return keep_if(connection_, "work", [&] { return connection_.execute("INSERT INTO u VALUES (1)") == 1 && keep; });
  }

  Connection connection_;
};

TEST_F(SqliteSavepoint, LeavesNothingOfWorkThatIsNotToBeKept) {
  EXPECT_FALSE(insert(false).kept);
  EXPECT_EQ(rows(), 0U);
  EXPECT_TRUE(insert(true).kept);
  EXPECT_EQ(rows(), 1U);
}

TEST_F(SqliteSavepoint, LeavesNothingOfRefusedWorkAndSaysWhatTheDatabaseSaid) {
  EXPECT_TRUE(insert(true).kept);
  const sqlite::Attempt attempt = keep_if(connection_, "work", [&] {
    connection_.execute("INSERT INTO u VALUES (2)");
    return connection_.execute("INSERT INTO u VALUES (1)") == 1;
  });
  EXPECT_FALSE(attempt.kept);
  ASSERT_TRUE(attempt.refusal);
  EXPECT_TRUE(attempt.refusal->key_is_taken());
  EXPECT_EQ(rows(), 1U);
}

TEST_F(SqliteSavepoint, TakesATriggersWayBackForARefusalAfterWhichThereIsNoTransaction) {
  connection_.execute("CREATE TRIGGER never BEFORE INSERT ON u BEGIN SELECT RAISE(ROLLBACK, 'never'); END");
  connection_.execute("COMMIT");
  connection_.execute("BEGIN");
  EXPECT_TRUE(insert(true).refusal);
  EXPECT_FALSE(connection_.in_transaction());
}

TEST_F(SqliteSavepoint, ThrowsWhatIsNoRowsFault) {
  EXPECT_THROW(keep_if(connection_, "work", [&] { return connection_.execute("INSERT INTO w VALUES (1)") == 1; }),
               sqlite::SqliteError);
}

TEST_F(SqliteSavepoint, OfTheSameNameInsideIsTheOneThatCounts) {
  Savepoint outer(connection_, "work");
  EXPECT_TRUE(insert(true).kept);
  EXPECT_TRUE(insert(true).refusal);
  EXPECT_EQ(rows(), 1U);
  outer.end_without();
  EXPECT_EQ(rows(), 0U);
}

}  // namespace
}  // namespace sqlite_test
