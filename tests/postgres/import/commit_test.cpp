// What the server says to COMMIT is told as what it is, and not as a lost connection.
#include "postgres/import/commit.h"

#include "postgres/import/import_fixture.h"

namespace import_test {
namespace {

using base::ErrorKind;

// The error of a COMMIT at which a deferred trigger raises `sqlstate`.
std::pair<ErrorKind, std::string> error_of_commit(support::Database& database, const std::string& sqlstate) {
  database.run(
      "CREATE TABLE a (id int); CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION "
      "'not so' USING ERRCODE = '" +
      sqlstate +
      "'; END $$; CREATE CONSTRAINT TRIGGER late AFTER INSERT ON a DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE "
      "FUNCTION refuse()");
  auto connection = connect(database.url());
  connection->execute("BEGIN; INSERT INTO a VALUES (1)");
  try {
    postgres::commit(
        connection, [&] { return connect(database.url()); }, postgres::history_of(*connection));
  } catch (const base::Error& error) {
    EXPECT_EQ(connection->query("SELECT count(*) FROM a")[0][0].as<int>(), 0);
    return {error.kind(), error.what()};
  }
  return {ErrorKind::kInternal, "committed"};
}

TEST(Commit, ThatFindsNoSharedMemorySaysSo) {
  support::Database database;
  const auto [kind, message] = error_of_commit(database, "53200");
  EXPECT_EQ(kind, ErrorKind::kConnection);
  EXPECT_TRUE(contains(message, "the server refused to commit, and rolled the import back: not so [SQLSTATE 53200]"))
      << message;
}

TEST(Commit, ThatTheServerRefusesForADiskOrARowSaysSo) {
  for (const char* sqlstate : {"53100", "23505", "P0001", "54000"}) {
    support::Database database;
    const std::string message = error_of_commit(database, sqlstate).second;
    EXPECT_TRUE(contains(message, "the server refused to commit")) << message;
    EXPECT_FALSE(contains(message, "lost the connection")) << message;
  }
}

TEST(Commit, ThatEndsInADeadlockOrASerializationFailureMayBeTriedAgain) {
  support::Database database;
  EXPECT_EQ(error_of_commit(database, "40001").first, ErrorKind::kLock);
}

}  // namespace
}  // namespace import_test
