// A dry run of many rows with its whole report: in little memory, and in nobody's way.
// DB_TRANSFER_SCALE_ROWS=1000000 makes it as large as the promise is.
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "cli/transfer_fixture.h"

namespace cli {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::int64_t kMostBytes = std::int64_t{1} << 40;  // a sanitizer's own memory hides ours
#else
constexpr std::int64_t kMostBytes = std::int64_t{64} << 20;
#endif

std::int64_t wanted_rows() {
  const char* words = std::getenv("DB_TRANSFER_SCALE_ROWS");
  return words == nullptr ? 100'000 : std::atoll(words);
}

// The peak of resident memory since the process began, while it is there to be asked; 0 afterwards.
std::int64_t peak_bytes(pid_t process) {
  std::ifstream status("/proc/" + std::to_string(process) + "/status");
  std::string word;
  std::int64_t kibibytes = 0;
  while (status >> word) {
    if (word == "VmHWM:" && status >> kibibytes) return kibibytes * 1024;
  }
  return 0;
}

struct Measured {
  support::Run run;
  std::int64_t peak = 0;
  std::chrono::milliseconds duration{};
};

// `meanwhile` is called again and again.
template <typename Meanwhile>
Measured watch(const std::vector<std::string>& arguments, const Meanwhile& meanwhile) {
  Measured measured;
  const auto start = std::chrono::steady_clock::now();
  support::Program program(arguments);
  const pid_t process = program.process();
  std::atomic<bool> ended = false;
  std::thread watcher([&] {
    while (!ended) {
      measured.peak = std::max(measured.peak, peak_bytes(process));
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  });
  std::thread other([&] {
    while (!ended) meanwhile();
  });
  measured.run = program.finish();
  measured.duration = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start);
  ended = true;
  watcher.join();
  other.join();
  return measured;
}

// Counts the lines of the report that hold a decision of this verdict: too many for a JSON document in memory.
std::int64_t decisions(const std::string& report, const std::string& verdict) {
  std::ifstream in(report);
  std::string line;
  std::int64_t found = 0;
  while (std::getline(in, line)) {
    if (line.starts_with("{\"table\":") && line.find("\"verdict\":\"" + verdict + "\"") != std::string::npos) ++found;
  }
  return found;
}

class DryRunOfManyRows : public Transfer {
 protected:
  // A fifth of the rows differs, one in a thousand claims an address that another row holds.
  void SetUp() override {
    schema(
        "CREATE TABLE accounts (id int PRIMARY KEY, email text NOT NULL UNIQUE, name text, balance numeric(12,2), "
        "seen timestamptz, notes jsonb)");
    const std::string fields =
        "'Name of ' || n, n / 7.0, '2025-01-01'::timestamptz + n * interval '1 s', jsonb_build_object('n', n, 'tags', "
        "ARRAY['a', 'b']) FROM generate_series(1, " +
        std::to_string(rows) + ") n";
    source.run("INSERT INTO accounts SELECT n, 'user' || n || '@example.org', " + fields);
    target.run(
        "INSERT INTO accounts SELECT CASE WHEN n % 1000 = 1 THEN -n ELSE n END, 'user' || n || '@example.org', " +
        fields + "; UPDATE accounts SET name = 'Old ' || name WHERE id % 5 = 0; ANALYZE accounts");
  }

  const std::int64_t rows = wanted_rows();
  const std::string report = folder.file("report.json");
};

TEST_F(DryRunOfManyRows, StaysSmallAndLetsTheApplicationWrite) {
  const Measured exported = watch({PROGRAM_DIR "/db-export", file, "--url", source.url(), "-q"},
                                  [] { std::this_thread::sleep_for(std::chrono::milliseconds(5)); });
  ASSERT_EQ(exported.run.status, 0) << exported.run.err;
  EXPECT_LT(exported.peak, kMostBytes);

  // What would have to wait for a lock of the dry run fails after 200 ms.
  target.run("SET lock_timeout = '200ms'");
  std::int64_t written = 0;
  std::string refused;
  std::string strong_locks;
  const auto write = [&] {
    try {
      const std::string id = std::to_string(rows + 1 + written);
      target.run("INSERT INTO accounts VALUES (" + id + ", 'new' || " + id +
                 "); UPDATE accounts SET name = name WHERE id IN (" + id + ", 10, " +
                 std::to_string(1 + written % rows) + "); DELETE FROM accounts WHERE id = " + id);
      strong_locks += target.value(
          "SELECT string_agg(DISTINCT l.mode, ' ') FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE "
          "a.datname = current_database() AND a.application_name = 'db-transfer' AND l.relation = 'accounts'::regclass "
          "AND l.mode <> 'AccessShareLock'");
      ++written;
    } catch (const std::exception& error) {
      refused = error.what();
    }
  };
  const Measured dry =
      watch({PROGRAM_DIR "/db-import", file, "--dry-run", "--report", report, "--json", "--url", target.url()}, write);

  EXPECT_EQ(dry.run.status, 4) << dry.run.err;
  const auto result = nlohmann::json::parse(dry.run.out);
  EXPECT_THAT(verdicts(result, "accounts"),
              testing::ElementsAre(0, rows / 5, rows - rows / 5 - rows / 1000, rows / 1000, 0, 0));
  EXPECT_EQ(decisions(report, "update"), rows / 5);
  EXPECT_EQ(decisions(report, "conflict"), rows / 1000);
  EXPECT_LT(dry.peak, kMostBytes);
  EXPECT_EQ(refused, "");
  EXPECT_EQ(strong_locks, "");
  EXPECT_GT(written, 10);
  RecordProperty("export_peak_kibibytes", std::to_string(exported.peak / 1024));
  RecordProperty("dry_run_peak_kibibytes", std::to_string(dry.peak / 1024));
  RecordProperty("dry_run_milliseconds", std::to_string(dry.duration.count()));
  RecordProperty("writes_meanwhile", std::to_string(written));
}

}  // namespace
}  // namespace cli
