// What the tests of faults share: a small transfer with every kind of work in it, the two states that its target may be
// in, and how many of the places where a fault can strike are tried. DB_TRANSFER_FAULTS=all (tests/run --faults) tries
// every one, otherwise one in so many.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "support/folder.h"
#include "support/program.h"
#include "support/server.h"

namespace faults {

constexpr const char* kExport = PROGRAM_DIR "/db-export";
constexpr const char* kImport = PROGRAM_DIR "/db-import";
constexpr std::chrono::seconds kWatchdog{std::string_view(SANITIZERS).empty() ? 30 : 180};

inline bool every_place() {
  const char* wanted = std::getenv("DB_TRANSFER_FAULTS");
  return wanted != nullptr && std::string_view(wanted) == "all";
}

// The distance from one place that is tried to the next: in the short run, and in the long one where every place would
// take too long.
inline std::size_t stride(std::size_t in_short, std::size_t in_long = 1) { return every_place() ? in_long : in_short; }

// How many faults this process has let happen; printed at its end.
std::size_t& injected();

// Both ends empty but for the tables. `parents` has a sequence and a second key, `children` refer to it.
class Faults : public testing::Test {
 protected:
  Faults() {
    std::filesystem::create_directory(work_);
    for (support::Database* database : {&source_, &target_}) {
      database->run(
          "CREATE TABLE parents (id serial PRIMARY KEY, code text UNIQUE, name text NOT NULL); CREATE TABLE children "
          "(id int PRIMARY KEY, parent int NOT NULL REFERENCES parents, note text); CREATE INDEX ON children (parent)");
    }
    source_.run(
        "INSERT INTO parents VALUES (1, 'a', 'Ada'), (2, 'b', 'Bob'), (3, 'c', 'Cyd'), (4, 'd', NULLIF('Dan', '')); "
        "INSERT INTO children SELECT n, n % 4 + 1, repeat('note ', n) FROM generate_series(1, 6) n");
    const support::Run exported = support::run_program({kExport, file_, "--url", source_.url(), "-q"});
    if (exported.status != 0) throw std::runtime_error(exported.err);
  }

  // What stands in the target before an import: of the file's rows one as it is, one different, and one of its own.
  void fill_target() {
    target_.run(
        "TRUNCATE parents, children RESTART IDENTITY; INSERT INTO parents VALUES (1, 'a', 'Ada'), (2, 'b', 'Bo'), "
        "(9, 'z', 'Zoe'); INSERT INTO children VALUES (1, 2, 'note '), (2, 9, NULL); SELECT setval('parents_id_seq', "
        "2)");
  }
  void empty_target() { target_.run("TRUNCATE parents, children RESTART IDENTITY"); }

  // All rows, and everything of the catalog that an import could leave behind, as seen over a connection of our own.
  // The value of the sequence is not part of it: raising one is for good, also in a transaction that is rolled back.
  std::string state() {
    wait_for_the_end_of_sessions();
    const std::string rows = target_.value(
        "SELECT concat_ws(E'\\n', (SELECT string_agg(t::text, ';' ORDER BY id) FROM parents t), (SELECT "
        "string_agg(t::text, ';' ORDER BY id) FROM children t))");
    const std::string objects = target_.value(
        "SELECT concat_ws(' ', (SELECT count(*) FROM pg_class), (SELECT count(*) FROM pg_type), (SELECT count(*) FROM "
        "pg_proc), (SELECT count(*) FROM pg_constraint), (SELECT count(*) FROM pg_trigger), (SELECT count(*) FROM "
        "pg_namespace WHERE nspname !~ '^pg_(toast_)?temp_'), (SELECT count(*) FROM pg_prepared_xacts), (SELECT "
        "count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname "
        "= current_database())))");
    target_.disconnect();  // a first load is only where nobody else is
    return rows + "\nobjects: " + objects;
  }

  // A server process outlives the program that was killed by the time it needs to notice.
  void wait_for_the_end_of_sessions() {
    for (int tries = 0; tries < 5000; ++tries) {
      if (source_.value("SELECT count(*) FROM pg_stat_activity WHERE datname = '" + target_.name() +
                        "' AND application_name = 'db-transfer'") == "0")
        return;
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    ADD_FAILURE() << "a session of the program is left on the server";
  }

  std::vector<std::string> import_words(const std::string& url) const { return {kImport, file_, "--url", url, "-q"}; }

  // The program's own folders, in which a fault must leave nothing that is not named here.
  support::RunOptions surroundings() const {
    return {.environment = {"TMPDIR=" + work_, "PGOPTIONS="}, .folder = work_};
  }
  // The same on a file system where every file has a name.
  support::RunOptions surroundings_with_names() const {
    support::RunOptions options = surroundings();
    options.environment.insert(options.environment.end(), {"LD_PRELOAD=" FAIL_CALL_LIBRARY, "FAIL_NAMELESS=yes"});
    return options;
  }
  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(work_)) names.push_back(entry.path().filename());
    std::sort(names.begin(), names.end());
    return names;
  }

  support::Database source_;
  support::Database target_;
  const support::TemporaryFolder folder_;
  const std::string file_ = folder_.file("export.json");
  const std::string work_ = folder_.file("work");
};

}  // namespace faults
