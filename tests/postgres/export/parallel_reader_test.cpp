// Several connections, one file: the same bytes as one connection gives.
#include "postgres/export/parallel_reader.h"

#include <gtest/gtest.h>

#include "postgres/import/import_fixture.h"

namespace import_test {
namespace {

std::string rows_of(support::Database& database, unsigned jobs, const std::string& where = {}) {
  postgres::PostgresSource source([&] { return connect(database.url()); }, std::chrono::seconds(5), jobs);
  const auto tables = source.tables({});
  source.open_snapshot(tables);
  database.run("INSERT INTO t VALUES (0, 'behind the snapshot')");
  base::ByteBuffer out;
  const auto reader = source.read({tables.at(0).name, where, engine::RowOrder::kPhysical});
  while (reader->read_batch(out) > 0) {
  }
  database.run("DELETE FROM t WHERE id = 0");
  return std::string(out.view());
}

class SeveralJobs : public testing::Test {
 protected:
  SeveralJobs() {
    database.run(
        "CREATE TABLE t (id int, v text); INSERT INTO t SELECT g, repeat(md5(g::text), 1 + g % 20) FROM "
        "generate_series(1, 60000) g; DELETE FROM t "
        "WHERE id % 7 = 0; UPDATE t SET v = v || 'x' WHERE id % 11 = 0");
  }
  support::Database database;
};

TEST_F(SeveralJobs, GiveTheBytesOfOne) {
  const std::string one = rows_of(database, 1);
  EXPECT_GT(one.size(), 10'000'000U);
  EXPECT_TRUE(rows_of(database, 2) == one);
  EXPECT_TRUE(rows_of(database, 5) == one);
}

TEST_F(SeveralJobs, KeepTheUsersCondition) {
  const std::string where = "id % 2 = 0 OR id = 1 -- a comment";
  EXPECT_TRUE(rows_of(database, 3, where) == rows_of(database, 1, where));
}

TEST_F(SeveralJobs, HandOnTheErrorOfAnyOfThem) {
  EXPECT_THROW(rows_of(database, 3, "1 / (id - 59999) > 5"), base::Error);
}

TEST_F(SeveralJobs, CanBeLeftBeforeTheEnd) {
  postgres::PostgresSource source([&] { return connect(database.url()); }, std::chrono::seconds(5), 3);
  const auto tables = source.tables({});
  source.open_snapshot(tables);
  base::ByteBuffer out;
  source.read({tables.at(0).name, {}, engine::RowOrder::kPhysical})->read_batch(out);
  const std::size_t first = out.size();
  source.read({tables.at(0).name, {}, engine::RowOrder::kPhysical})->read_batch(out);
  EXPECT_TRUE(out.view().substr(0, first) == out.view().substr(first)) << "the connections are good again";
}

}  // namespace
}  // namespace import_test
