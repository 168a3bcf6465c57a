// Servers that follow another, and those that take over from it.
#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <thread>

#include "support/folder.h"
#include "support/own_server.h"
#include "support/program.h"
#include "support/server.h"
#include "support/standby.h"
#include "support/wire_proxy.h"

namespace live {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;

constexpr const char* kExport = PROGRAM_DIR "/db-export";
constexpr const char* kImport = PROGRAM_DIR "/db-import";

// False if that takes a minute.
bool comes_true(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + 60s;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(5ms);
  }
  return true;
}

class Standby : public testing::Test {
 protected:
  const support::OwnServer primary_{support::Standby::primary_settings({"synchronous_commit=on"})};
  support::Database database_ = support::Database::on(primary_.connection());
  const support::TemporaryFolder folder_;
  const std::string file_ = folder_.file("a.json");
};

TEST_F(Standby, IsReadByAnExportButNothingIsImportedThere) {
  database_.run("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t SELECT generate_series(1, 5)");
  const support::Standby standby(primary_);
  const std::string url = standby.url(database_.name());

  const support::Run exported = support::run_program({kExport, file_, "--url", url});
  const support::Run imported = support::run_program({kImport, file_, "--url", url, "--allow-same"});
  const support::Run dry = support::run_program({kImport, file_, "--url", url, "--dry-run", "--allow-same"});

  EXPECT_EQ(exported.status, 0) << exported.err;
  for (const support::Run& run : {imported, dry}) {
    EXPECT_EQ(run.status, 8) << run.err;
    EXPECT_THAT(run.err, HasSubstr("is a standby"));
    EXPECT_THAT(run.err, HasSubstr("primary"));
  }
}

TEST_F(Standby, HasNoRowsOfUnloggedTablesAndNamesThem) {
  database_.run("CREATE TABLE kept (id int PRIMARY KEY); CREATE UNLOGGED TABLE \"Lost\" (id int PRIMARY KEY)");
  const support::Standby standby(primary_);
  const std::vector<std::string> words{kExport, file_, "--url", standby.url(database_.name())};

  const support::Run refused = support::run_program(words);
  EXPECT_EQ(refused.status, 8) << refused.err;
  EXPECT_THAT(refused.err, HasSubstr("unlogged tables: public.\"Lost\""));

  std::vector<std::string> without = words;
  without.insert(without.end(), {"-T", "Lost"});
  EXPECT_EQ(support::run_program(without).status, 0);
}

// The primary removes rows that the export still reads, and the standby may not wait.
TEST_F(Standby, ThatMustCatchUpEndsAnExportWithoutAFileAndNamesTheSetting) {
  database_.run(
      "CREATE TABLE t (id int PRIMARY KEY, filling text); INSERT INTO t SELECT n, repeat('x', 1000) FROM "
      "generate_series(1, 10000) n");
  const support::Standby standby(primary_, {"max_standby_streaming_delay=2s", "hot_standby_feedback=off"});
  std::atomic<bool> in_the_way = false;
  // The startup process first waits for the export, then tells it to end.
  const auto remove_the_rows = [&] {
    database_.run("DELETE FROM t WHERE id > 5");
    database_.run("VACUUM t");
    const auto waits = [&] {
      return standby.value(
                 "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'startup' AND wait_event LIKE "
                 "'RecoveryConflict%'") == "1";
    };
    // Between two of its naps it does not wait for a moment.
    in_the_way = comes_true(waits) && comes_true([&] { return !waits() && !waits(); });
  };
  const auto export_over = [&](support::Injury injury) {
    support::WireProxy proxy(standby.connection(), std::move(injury));
    support::Run run = support::run_program({kExport, file_, "--force", "--url", proxy.url(database_.name())});
    return std::pair(std::move(run), proxy.messages(support::Way::kToClient));
  };
  const auto [whole, messages] = export_over({});
  ASSERT_EQ(whole.status, 0) << whole.err;
  std::filesystem::remove(file_);
  const auto first_row = std::find_if(messages.begin(), messages.end(), [](const std::string& message) {
    return message.starts_with("d ") && message.find("xxxx") != std::string::npos;
  });
  ASSERT_TRUE(first_row != messages.end());

  const support::Run run = export_over({.harm = support::Harm::kCall,
                                        .way = support::Way::kToClient,
                                        .message = static_cast<std::size_t>(first_row - messages.begin()) + 1,
                                        .call = remove_the_rows})
                               .first;

  EXPECT_TRUE(in_the_way);
  EXPECT_EQ(run.status, 9) << run.err;
  EXPECT_THAT(run.err, AllOf(HasSubstr("hot_standby_feedback"), HasSubstr("max_standby_streaming_delay")));
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
}

// The primary goes before it has the COMMIT; who answers next has given the transaction's number to another one.
TEST_F(Standby, ThatHasTakenOverIsNotBelievedWhatItSaysOfACommit) {
  support::Database source;
  source.run("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)");
  ASSERT_EQ(support::run_program({kExport, file_, "--url", source.url()}).status, 0);
  database_.run("CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE other (n int)");
  const support::Standby standby(primary_);
  standby.promote();
  standby.value("DO 'BEGIN FOR n IN 1..1000 LOOP INSERT INTO other VALUES (n); COMMIT; END LOOP; END'",
                database_.name());
  const std::string address = folder_.file("address");  // what a name in DNS is elsewhere
  std::filesystem::create_symlink(primary_.folder(), address);
  const auto import_over = [&](support::Injury injury) {
    support::WireProxy proxy("host=" + address + " port=5432", std::move(injury));
    support::Run run = support::run_program({kImport, file_, "--url", proxy.url(database_.name())});
    return std::pair(std::move(run), proxy.messages(support::Way::kToServer));
  };
  const auto [whole, messages] = import_over({});
  ASSERT_EQ(whole.status, 0) << whole.err;
  database_.run("DELETE FROM t");
  // The last one: what is read before the locks is a transaction of its own.
  const auto commit = std::find_if(messages.rbegin(), messages.rend(),
                                   [](const std::string& message) { return message.starts_with("Q COMMIT"); });
  ASSERT_TRUE(commit != messages.rend());

  const auto take_over = [&] {
    primary_.stop_at_once();
    std::filesystem::remove(address);
    std::filesystem::create_symlink(standby.folder(), address);
  };
  const support::Run run = import_over({.harm = support::Harm::kCall,
                                        .message = static_cast<std::size_t>(messages.rend() - commit),
                                        .call = take_over})
                               .first;
  database_.disconnect();
  primary_.start_again();

  EXPECT_EQ(run.status, 11) << run.err << run.out;
  EXPECT_THAT(run.err, AllOf(HasSubstr("another server"), HasSubstr("txid_status"), Not(HasSubstr("is committed"))));
  EXPECT_EQ(database_.value("SELECT count(*) FROM t"), "0");
}

}  // namespace
}  // namespace live
