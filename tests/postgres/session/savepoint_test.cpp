// What the server refuses inside a savepoint is an answer, of which nothing is left; everything else is an error.
#include "postgres/session/savepoint.h"

#include "postgres/import/import_fixture.h"

namespace import_test {
namespace {

using postgres::Refusal;
using postgres::Savepoint;

constexpr const char* kTable = "CREATE TABLE u (id int PRIMARY KEY)";

std::unique_ptr<postgres::Connection> begin(const Case& test) {
  auto connection = connect(test.database.url());
  connection->execute("BEGIN");
  return connection;
}

int rows_of_u(postgres::Connection& connection) { return connection.query("SELECT count(*) FROM u")[0][0].as<int>(); }

TEST(Savepoint, KeepsWhatTheServerTook) {
  Case t(kTable);
  const auto connection = begin(t);
  EXPECT_FALSE(refusal_of(*connection, "work", [&] { connection->execute("INSERT INTO u VALUES (1)"); }));
  EXPECT_EQ(rows_of_u(*connection), 1);
}

TEST(Savepoint, LeavesNothingOfRefusedWorkAndSaysWhatTheServerSaid) {
  Case t(kTable);
  const auto connection = begin(t);
  const auto refused = refusal_of(*connection, "work", [&] {
    connection->execute("INSERT INTO u VALUES (1)");
    connection->execute("INSERT INTO u VALUES (2), (2)");
  });
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->fields().constraint, "u_pkey");
  EXPECT_EQ(rows_of_u(*connection), 0);
}

TEST(Savepoint, TakesAnExpressionThatCannotBeEvaluatedForARefusalWhereThatIsAskedFor) {
  Case t(kTable);
  const auto connection = begin(t);
  const auto work = [&] { connection->execute("SELECT no_such_function(1)"); };
  EXPECT_TRUE(refusal_of(*connection, "work", work, Refusal::kOfAnExpression));
  EXPECT_THROW(refusal_of(*connection, "work", work), postgres::ServerError);
}

TEST(Savepoint, ThrowsWhatIsNoRowsFault) {
  Case t(kTable);
  const auto connection = begin(t);
  const auto deadlock = [&] { connection->execute("DO $$BEGIN RAISE 'x' USING ERRCODE = '40P01'; END$$"); };
  EXPECT_THROW(refusal_of(*connection, "work", deadlock), postgres::ServerError);
}

TEST(Savepoint, LeavesNothingOfWorkThatIsNotToBeKept) {
  Case t(kTable);
  const auto connection = begin(t);
  const auto insert = [&](bool keep) {
    return keep_if(*connection, "work",
                   [&, keep] { return connection->execute("INSERT INTO u VALUES (1)") == 1 && keep; });
  };
  EXPECT_FALSE(insert(false).kept);
  EXPECT_EQ(rows_of_u(*connection), 0);
  EXPECT_TRUE(insert(true).kept);
  EXPECT_TRUE(insert(true).refusal);
  EXPECT_EQ(rows_of_u(*connection), 1);
}

TEST(Savepoint, OfTheSameNameInsideIsTheOneThatCounts) {
  Case t(kTable);
  const auto connection = begin(t);
  Savepoint outer(*connection, "work");
  connection->execute("INSERT INTO u VALUES (1)");
  EXPECT_TRUE(refusal_of(*connection, "work", [&] { connection->execute("INSERT INTO u VALUES (1)"); }));
  EXPECT_EQ(rows_of_u(*connection), 1);
  outer.end_without();
  EXPECT_EQ(rows_of_u(*connection), 0);
}

}  // namespace
}  // namespace import_test
