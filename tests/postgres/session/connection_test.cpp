// Errors of libpq and libpqxx come out as ours, and the connection is good for the next statement.
#include "postgres/session/connection.h"

#include <thread>

#include "postgres/import/import_fixture.h"

namespace import_test {
namespace {

using base::ErrorKind;

ErrorKind kind_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const base::Error& error) {
    return error.kind();
  }
  ADD_FAILURE() << "no error";
  return ErrorKind::kInternal;
}

TEST(Connection, SaysWhatTheServerSaid) {
  Case t("CREATE TABLE u (id int CONSTRAINT only_once PRIMARY KEY); INSERT INTO u VALUES (1)");
  const auto connection = connect(t.database.url());
  try {
    connection->execute("INSERT INTO u VALUES (1)");
    FAIL() << "no error";
  } catch (const postgres::ServerError& error) {
    EXPECT_EQ(error.fields().sqlstate, "23505");
    EXPECT_EQ(error.fields().constraint, "only_once");
    EXPECT_TRUE(error.blames_a_row());
    EXPECT_FALSE(error.may_be_retried());
  }
  EXPECT_EQ(connection->execute("INSERT INTO u VALUES (2), (3)"), 2U);
}

TEST(Connection, MeansTheSameKindWhicheverWayTheErrorCame) {
  Case t("SELECT 1");
  const auto connection = connect(t.database.url());
  for (const auto& [sql, kind] : std::vector<std::pair<std::string, ErrorKind>>{
           {"SELECT * FROM nothing", ErrorKind::kSchema},
           {"SET ROLE nobody_at_all", ErrorKind::kInternal},
           {"DO $$BEGIN RAISE 'x' USING ERRCODE = '40001'; END$$", ErrorKind::kLock},
           {"DO $$BEGIN RAISE 'x' USING ERRCODE = '40P01'; END$$", ErrorKind::kLock},
           {"DO $$BEGIN RAISE 'x' USING ERRCODE = '42501'; END$$", ErrorKind::kPrivilege},
           {"SET statement_timeout = 1; SELECT pg_sleep(10)", ErrorKind::kLock}}) {
    EXPECT_EQ(kind_of([&] { connection->execute(sql); }), kind) << sql;
    EXPECT_EQ(kind_of([&] { connection->query(sql); }), kind) << sql;
  }
}

TEST(Connection, ACommitOfAFailedTransactionIsTaggedRollback) {
  Case t("SELECT 1");
  const auto connection = connect(t.database.url());
  connection->execute("BEGIN");
  EXPECT_EQ(kind_of([&] { connection->execute("SELECT 1 / 0"); }), ErrorKind::kInternal);
  EXPECT_EQ(connection->execute_for_tag("COMMIT"), "ROLLBACK");
}

TEST(Connection, ARefusedCopyLeavesItReady) {
  Case t("CREATE TABLE n (id int)");
  const auto connection = connect(t.database.url());
  connection->begin_copy_in("COPY n FROM STDIN");
  connection->send_chunk("1\nx\n");
  EXPECT_EQ(kind_of([&] { connection->end_copy_in(); }), ErrorKind::kInternal);
  connection->begin_copy_in("COPY n FROM STDIN");
  connection->send_chunk("1\n");
  connection->fail_copy_in("abandoned");
  connection->begin_copy_in("COPY n FROM STDIN");
  connection->send_chunk("7\n8\n");
  EXPECT_EQ(connection->end_copy_in(), 2U);
  EXPECT_EQ(t.holds("SELECT id FROM n ORDER BY id"), "7 8");
}

TEST(Connection, AnUnreadCopyDoesNotSpoilTheNextStatement) {
  Case t("CREATE TABLE n AS SELECT generate_series(1, 100000) AS id");
  const auto connection = connect(t.database.url());
  connection->begin_copy_out("COPY n TO STDOUT");
  EXPECT_FALSE(connection->next_chunk().empty());
  EXPECT_STREQ(connection->query("SELECT 1")[0][0].c_str(), "1");
}

TEST(Connection, AStopCancelsTheRunningStatement) {
  Case t("SELECT 1");
  std::stop_source stop;
  const auto connection = connect(t.database.url(), stop.get_token());
  const std::jthread stopper([&] {
    while (t.holds("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'SELECT "
                   "pg_sleep%'") == "0")
      std::this_thread::yield();
    stop.request_stop();
  });
  EXPECT_EQ(kind_of([&] { connection->execute("SELECT pg_sleep(60)"); }), ErrorKind::kInterrupted);
}

TEST(Connection, OneThatCannotBeMadeIsAConnectionErrorWithoutThePassword) {
  try {
    postgres::Connection({{"host", "/nowhere"}, {"password", "secret"}}, "the place", std::stop_token{});
    FAIL() << "no error";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kConnection);
    EXPECT_TRUE(contains(error.what(), "the place"));
    EXPECT_FALSE(contains(error.what(), "secret"));
  }
}

}  // namespace
}  // namespace import_test
