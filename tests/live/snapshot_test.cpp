// Exports of a database that is at work: each is one point in time, or it is refused, but never less than was there.
#include <gmock/gmock.h>

#include <atomic>
#include <nlohmann/json.hpp>
#include <thread>

#include "support/folder.h"
#include "support/program.h"
#include "support/server.h"

namespace live {
namespace {

using testing::AnyOf;

constexpr const char* kExport = PROGRAM_DIR "/db-export";

// A session of an application, which does the same until this object goes.
class Application {
 public:
  Application(const std::string& url, std::vector<std::string> statements)
      : thread_([this, url, statements = std::move(statements)] {
          const std::unique_ptr<PGconn, decltype(&PQfinish)> session(PQconnectdb(url.c_str()), PQfinish);
          for (std::size_t n = 0; !done_; n = (n + 1) % statements.size()) {
            PGresult* result = PQexec(session.get(), statements[n].c_str());
            if (PQresultStatus(result) == PGRES_COMMAND_OK || PQresultStatus(result) == PGRES_TUPLES_OK) ++rounds_;
            PQclear(result);
          }
        }) {}
  ~Application() {
    done_ = true;
    thread_.join();
  }
  Application(const Application&) = delete;
  Application& operator=(const Application&) = delete;

  int rounds() const { return rounds_; }
  void wait_for_more() const {
    const int before = rounds_;
    while (rounds_ < before + 2) std::this_thread::yield();
  }

 private:
  std::atomic<bool> done_{false};
  std::atomic<int> rounds_{0};
  std::thread thread_;
};

class ExportOfADatabaseAtWork : public testing::Test {
 protected:
  nlohmann::json exported(const std::vector<std::string>& options = {}) {
    std::vector<std::string> words{kExport, file_, "--url", database_.url(), "--force", "-q"};
    words.insert(words.end(), options.begin(), options.end());
    run_ = support::run_program(words);
    return run_.status == 0 ? nlohmann::json::parse(support::read_file(file_))["data"] : nlohmann::json();
  }

  support::Database database_;
  const support::TemporaryFolder folder_;
  const std::string file_ = folder_.file("export.json");
  support::Run run_;
};

TEST_F(ExportOfADatabaseAtWork, KeepsTheSumThatEveryTransferKeeps) {
  // Two tables that are read one after the other, so that money between them would be counted twice or not at all.
  database_.run(
      "CREATE TABLE here (id int PRIMARY KEY, balance int NOT NULL, filler text); CREATE TABLE there (id int PRIMARY "
      "KEY, balance int NOT NULL, filler text); INSERT INTO here SELECT n, 100, repeat('x', 2000) FROM "
      "generate_series(1, 6000) n; INSERT INTO there SELECT * FROM here");
  const auto transfer = [](const std::string& from, const std::string& to) {
    return "DO $$ DECLARE a int := 1 + floor(random() * 6000); BEGIN UPDATE " + from +
           " SET balance = balance - 7 WHERE id = a; UPDATE " + to +
           " SET balance = balance + 7 WHERE id = 6001 - a; END $$";
  };
  const Application one(database_.url(), {transfer("here", "there")});
  const Application other(database_.url(), {transfer("there", "here"), transfer("here", "here")});
  for (const char* jobs : {"1", "2", "1", "2"}) {
    one.wait_for_more();
    const int before = one.rounds();
    const nlohmann::json data = exported({"--jobs", jobs});
    ASSERT_EQ(run_.status, 0) << run_.err;
    EXPECT_GT(one.rounds(), before) << "nothing happened meanwhile";
    int sum = 0;
    for (const char* table : {"here", "there"}) {
      ASSERT_EQ(data[table].size(), 6000);
      for (const auto& row : data[table]) sum += row["balance"].get<int>();
    }
    EXPECT_EQ(sum, 1'200'000) << jobs;
  }
}

TEST_F(ExportOfADatabaseAtWork, SeesNoTableEmptyThatIsOnlyEmptiedToBeFilledAgain) {
  database_.run(
      "CREATE TABLE prices (id int PRIMARY KEY, price int); INSERT INTO prices SELECT n, 0 FROM generate_series(1, "
      "500) n");
  const Application application(database_.url(), {"BEGIN; TRUNCATE prices; INSERT INTO prices SELECT n, (random() * "
                                                  "9)::int FROM generate_series(1, 500) n; COMMIT"});
  int whole = 0;
  for (int n = 0; n < 12; ++n) {
    application.wait_for_more();
    const nlohmann::json data = exported();
    ASSERT_THAT(run_.status, AnyOf(0, 9)) << run_.err;
    if (run_.status != 0) continue;
    ++whole;
    EXPECT_EQ(data["prices"].size(), 500);
  }
  EXPECT_GT(whole, 0);
}

// Another table under the same name, with other columns, by turns.
TEST_F(ExportOfADatabaseAtWork, SeesOneShapeOfATableThatIsReplacedMeanwhile) {
  database_.run(
      "CREATE TABLE prices (id int PRIMARY KEY, price int); INSERT INTO prices SELECT n, 0 FROM generate_series(1, "
      "300) n");
  const Application application(
      database_.url(),
      {"BEGIN; DROP TABLE prices; CREATE TABLE prices (id int PRIMARY KEY, amount text); INSERT INTO prices SELECT n, "
       "'a' FROM generate_series(1, 200) n; COMMIT",
       "BEGIN; DROP TABLE prices; CREATE TABLE prices (id int PRIMARY KEY, price int); INSERT INTO prices SELECT n, 0 "
       "FROM generate_series(1, 300) n; COMMIT"});
  for (int n = 0; n < 12; ++n) {
    application.wait_for_more();
    const nlohmann::json data = exported();
    ASSERT_THAT(run_.status, AnyOf(0, 7, 9)) << run_.err;
    if (run_.status != 0) continue;
    const nlohmann::json& prices = data["prices"];
    ASSERT_FALSE(prices.empty());
    EXPECT_EQ(prices.size(), prices[0].contains("price") ? 300 : 200);
  }
}

// Between the look at the catalog and the locks: what is locked is looked at again.
TEST_F(ExportOfADatabaseAtWork, BeginsAgainWhenATableIsReplacedByAViewBeforeItIsLocked) {
  database_.run("CREATE TABLE prices (id int PRIMARY KEY); INSERT INTO prices VALUES (1)");
  database_.run("BEGIN; LOCK TABLE prices IN ACCESS EXCLUSIVE MODE");
  support::Program exporter({kExport, file_, "--url", database_.url()});
  while (database_.value("SELECT count(*) FROM pg_locks WHERE NOT granted AND database = (SELECT oid FROM pg_database "
                         "WHERE datname = current_database())") == "0")
    std::this_thread::yield();
  database_.run("ALTER TABLE prices RENAME TO prices_of_old; CREATE VIEW prices AS SELECT 2 AS id; COMMIT");
  const support::Run run = exporter.finish();
  EXPECT_EQ(run.status, 0) << run.err;
  const nlohmann::json data = nlohmann::json::parse(support::read_file(file_))["data"];
  EXPECT_EQ(data.size(), 1);
  EXPECT_EQ(data["prices_of_old"].size(), 1);
}

}  // namespace
}  // namespace live
