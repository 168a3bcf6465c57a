// Exports of one version of PostgreSQL in a database of another, each into each. The servers are those of
// tests/run --all-servers; a plain run has none of them.
#include <gmock/gmock.h>

#include <functional>

#include "databases/real_database.h"
#include "databases/transfer.h"
#include "support/dump.h"
#include "support/folder.h"

namespace databases {
namespace {

using support::Database;
using support::Server;

constexpr int kHasMultiranges = 14;

class Versions : public testing::Test {
 protected:
  void SetUp() override {
    if (servers_.size() < 2) GTEST_SKIP() << "needs servers of several versions: tests/run --all-servers";
  }

  const Server& newest() const { return servers_.back(); }

  // `fill` makes schema and rows, `shape` the schema alone.
  void expect_exports_to_go_everywhere(const std::function<void(Database&)>& fill,
                                       const std::function<void(Database&)>& shape) {
    for (const Server& from : servers_) {
      Database source = Database::on(from.connection);
      fill(source);
      export_database(source.url(), file_);
      for (const Server& to : servers_) {
        if (from.version == to.version) continue;
        SCOPED_TRACE("from " + from.version + " to " + to.version);
        Database target = Database::on(to.connection);
        shape(target);
        expect_transfer(source, target);
      }
    }
  }

  void expect_transfer(Database& source, Database& target) {
    EXPECT_EQ(import_file(file_, target.url()).verdicts, all_rows(file_, "insert"));
    EXPECT_TRUE(support::copied_rows(target.url()) == support::copied_rows(source.url()));
    const auto before = write_trace(target);
    EXPECT_EQ(import_file(file_, target.url()).verdicts, all_rows(file_, "unchanged"));
    EXPECT_EQ(write_trace(target), before);
    export_database(target.url(), again_);
    EXPECT_TRUE(data_of(again_) == data_of(file_));
  }

  support::TemporaryFolder folder_;
  std::string file_ = folder_.file("export.json");
  std::string again_ = folder_.file("again.json");
  std::vector<Server> servers_ = support::servers();
};

TEST_F(Versions, ReadEachOthersEveryKindOfValueAndTable) {
  const auto kinds = support::read_file(SOURCE_DIR "/tests/databases/kinds.sql");
  std::erase_if(servers_, [](const Server& server) { return std::stoi(server.version) < kHasMultiranges; });
  expect_exports_to_go_everywhere(
      [&](Database& database) { database.run(kinds); },
      [&](Database& database) {
        database.run(kinds);
        database.run("TRUNCATE types, \"Other Schema\".\"Parent.Table\", a_child, hen, egg, no_key");
      });
}

TEST_F(Versions, ReadWhatThoseBeforeMultirangesHold) {
  auto kinds = support::read_file(SOURCE_DIR "/tests/databases/kinds.sql");
  const auto replace = [&](const std::string& newer, const std::string& older) {
    kinds.replace(kinds.find(newer), newer.size(), older);
  };
  replace("nummultirange", "text");
  replace("'-0', 'Infinity'", "'-0', 'NaN'");  // a numeric
  std::erase_if(servers_, [&](const Server& server) {
    return std::stoi(server.version) >= kHasMultiranges && server.version != newest().version;
  });
  expect_exports_to_go_everywhere(
      [&](Database& database) { database.run(kinds); },
      [&](Database& database) {
        database.run(kinds);
        database.run("TRUNCATE types, \"Other Schema\".\"Parent.Table\", a_child, hen, egg, no_key");
      });
}

TEST_F(Versions, ReadEachOthersRealDatabase) {
  const std::string dump = dump_path("adventureworkslt");
  if (dump.empty()) GTEST_SKIP() << "the folder of dumps is not beside the repository";
  expect_exports_to_go_everywhere([&](Database& database) { restore(database, dump, Content::kSchemaAndRows); },
                                  [&](Database& database) { restore(database, dump, Content::kSchema); });
}

// Virtual generated columns are new in 18.
TEST_F(Versions, LeaveOutWhatANewerOneComputesWhileItReads) {
  if (std::stoi(newest().version) < 18) GTEST_SKIP() << "no server of version 18";
  Database source = Database::on(newest().connection);
  source.run(
      "CREATE TABLE t (id int PRIMARY KEY, twice int GENERATED ALWAYS AS (id * 2) VIRTUAL); INSERT INTO t VALUES (1), "
      "(2);");
  export_database(source.url(), file_);
  Database target;
  target.run("CREATE TABLE t (id int PRIMARY KEY, twice int GENERATED ALWAYS AS (id * 2) STORED)");

  expect_transfer(source, target);

  EXPECT_EQ(target.value("SELECT sum(twice) FROM t"), "6");
}

// Keys WITHOUT OVERLAPS and foreign keys with PERIOD are new in 18: two rows of one key differ in their period, and a
// child's period may be covered by several parents together.
TEST_F(Versions, KeepKeysThatHoldForAPeriod) {
  if (std::stoi(newest().version) < 18) GTEST_SKIP() << "no server of version 18";
  const char* schema =
      "CREATE EXTENSION btree_gist;"
      "CREATE TABLE price (id int, valid daterange, cents int, PRIMARY KEY (id, valid WITHOUT OVERLAPS));"
      "CREATE TABLE offer (id int PRIMARY KEY, price int, valid daterange, FOREIGN KEY (price, PERIOD valid) "
      "REFERENCES price (id, PERIOD valid));";
  Database source = Database::on(newest().connection);
  source.run(schema);
  source.run(
      "INSERT INTO price VALUES (1, '[2024-01-01,2024-02-01)', 100), (1, '[2024-02-01,2024-03-01)', 200);"
      "INSERT INTO offer VALUES (1, 1, '[2024-01-15,2024-02-15)');");
  export_database(source.url(), file_);
  Database target = Database::on(newest().connection);
  target.run(schema);

  expect_transfer(source, target);

  target.run("DELETE FROM offer; UPDATE price SET cents = 0 WHERE cents = 200");
  EXPECT_EQ(import_file(file_, target.url()).verdicts,
            (Verdicts{{"price", {{"unchanged", 1}, {"update", 1}}}, {"offer", {{"insert", 1}}}}));

  // A row whose period only overlaps is another row; it keeps the file's rows out, and is a parent as good as they.
  target.run("DELETE FROM offer; DELETE FROM price; INSERT INTO price VALUES (1, '[2024-01-15,2024-02-15)', 300)");
  EXPECT_EQ(import_file(file_, target.url(), {}, LeftOut::kExpected).verdicts,
            (Verdicts{{"price", {{"invalid", 2}}}, {"offer", {{"insert", 1}}}}));
  EXPECT_EQ(target.value("SELECT string_agg(p::text, ' ') FROM price p"), "(1,\"[2024-01-15,2024-02-15)\",300)");
}

}  // namespace
}  // namespace databases
