// Random DDL at random moments beside exports, dry runs and imports. Whatever is said to be done must be so in one
// order of events: the export holds what was there between two changes; the import has done what it does when it is
// run between two changes, each way tried in a copy. Else it says that it has to be run again and has done nothing.
//   DB_TRANSFER_DDL_ROUNDS=1000  how many rounds (12)    DB_TRANSFER_DDL_SEED=7  the first round's seed
#include <gmock/gmock.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>
#include <thread>

#include "live/random_ddl.h"
#include "support/folder.h"
#include "support/program.h"

namespace live {
namespace {

using Lines = std::vector<std::string>;
using Changes = std::vector<std::vector<std::string>>;

constexpr std::uint64_t kFewRounds = 12;  // of three kinds in turn

std::uint64_t number_of(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::stoull(text);
}

bool runs(support::Database& database, const std::vector<std::string>& statements) {
  try {
    if (statements.size() > 1) database.run("BEGIN");
    for (const std::string& statement : statements) database.run(statement);
    if (statements.size() > 1) database.run("COMMIT");
    return true;
  } catch (const std::runtime_error&) {
    if (statements.size() > 1) database.run("ROLLBACK");
    return false;
  }
}

// The records of an export in the words of content().
Lines content_of_file(const std::string& path) {
  const nlohmann::json document = nlohmann::json::parse(support::read_file(path));
  Lines lines;
  for (const auto& [table, records] : document["data"].items()) {
    for (const auto& record : records) {
      std::string line = table;
      for (const auto& [column, value] : record.items()) {  // by name
        if (column == "stamp") continue;
        line += " " + column + "=" +
                (value.is_null()     ? "NULL"
                 : value.is_string() ? value.get<std::string>()
                                     : value.dump());
      }
      lines.push_back(std::move(line));
    }
  }
  std::ranges::sort(lines);
  return lines;
}

std::string words_of(const Changes& changes) {
  std::string text;
  for (const auto& statements : changes) {
    text += "\n  ";
    for (const std::string& statement : statements) text += statement + "; ";
  }
  return text;
}

class Round {
 public:
  Round(std::uint64_t seed, Side side, support::Database& original)
      : ddl_(seed, side), side_(side), original_(original), database_(original.name()) {
    for (std::size_t n = 0; n < 2 + ddl_.below(6); ++n) {  // not always from the same state
      std::vector<std::string> change = ddl_.next();
      if (runs(database_, change)) before_.push_back(std::move(change));
    }
    states_.push_back(content(database_));
  }

  // The program, and one to three changes beside it.
  support::Run beside(std::vector<std::string> words) {
    words.insert(words.end(), {"--url", database_.url(), "--schema", "public"});
    support::Program program(words);
    database_.run("SET lock_timeout = '10s'");
    for (std::size_t n = 0; n < 1 + ddl_.below(3); ++n) {
      std::this_thread::sleep_for(std::chrono::milliseconds(ddl_.below(120)));
      std::vector<std::string> change = ddl_.next();
      if (!runs(database_, change)) continue;
      changes_.push_back(std::move(change));
      if (side_ == Side::kSource) states_.push_back(content(database_));
    }
    return program.finish();
  }

  // What a program does when it is run behind the first `n` changes and before the others; nothing where they then do
  // not all apply.
  template <typename Work>
  std::optional<Lines> replayed(std::size_t n, const Work& work) {
    support::Database copy(original_.name());
    for (const auto& change : before_) runs(copy, change);
    for (std::size_t i = 0; i < n; ++i) runs(copy, changes_[i]);
    work(copy);
    for (std::size_t i = n; i < changes_.size(); ++i) {
      if (!runs(copy, changes_[i])) return {};
    }
    return content(copy);
  }

  support::Database& database() { return database_; }
  const Changes& changes() const { return changes_; }
  const std::vector<Lines>& states() const { return states_; }
  std::string story() const { return "before:" + words_of(before_) + "\nbeside:" + words_of(changes_); }

 private:
  RandomDdl ddl_;
  const Side side_;
  support::Database& original_;
  support::Database database_;
  Changes before_;
  Changes changes_;
  std::vector<Lines> states_;  // before the first change, and behind each; of a source
};

class DdlRounds : public testing::Test {
 protected:
  DdlRounds() {
    source_.run(schema_of_ddl_rounds(Side::kSource));
    target_.run(schema_of_ddl_rounds(Side::kTarget));
    EXPECT_EQ(
        support::run_program({PROGRAM_DIR "/db-export", file_, "--url", source_.url(), "--schema", "public"}).status,
        0);
    source_.disconnect();
    target_.disconnect();
  }

  static bool says_run_again(const support::Run& run) { return run.status == 7 || run.status == 9; }

  void export_round(std::uint64_t seed) {
    Round round(seed, Side::kSource, source_);
    const std::string out = folder_.file("out.json");
    const support::Run run = round.beside({PROGRAM_DIR "/db-export", out, "--force"});
    if (run.status == 0) {
      EXPECT_THAT(round.states(), testing::Contains(content_of_file(out))) << round.story() << "\n" << run.err;
    } else {
      EXPECT_TRUE(says_run_again(run)) << run.status << run.err << round.story();
    }
    again_ += run.status != 0 ? 1 : 0;
  }

  std::vector<std::string> importer(const std::string& url, std::vector<std::string> more) const {
    more.insert(more.begin(), {PROGRAM_DIR "/db-import", file_, "--rejects", folder_.file("rejects.json"), "--json"});
    if (!url.empty()) more.insert(more.end(), {"--url", url, "--schema", "public"});
    std::remove(folder_.file("rejects.json").c_str());
    return more;
  }

  void import_round(std::uint64_t seed) {
    Round round(seed, Side::kTarget, target_);
    const support::Run run = round.beside(importer({}, {}));
    const Lines now = content(round.database());
    ASSERT_TRUE(run.status == 0 || run.status == 4 || says_run_again(run)) << run.status << run.err << round.story();
    again_ += says_run_again(run) ? 1 : 0;
    bool explained = false;
    for (std::size_t n = 0; n <= round.changes().size() && !explained; ++n) {
      const auto expected = round.replayed(n, [&](const support::Database& copy) {
        if (!says_run_again(run)) support::run_program(importer(copy.url(), {}));
      });
      explained = expected == now;
    }
    EXPECT_TRUE(explained) << run.status << run.err << run.out << round.story();
  }

  void dry_round(std::uint64_t seed) {
    Round round(seed, Side::kTarget, target_);
    const support::Run run = round.beside(importer({}, {"--dry-run"}));
    ASSERT_TRUE(run.status == 0 || run.status == 4 || says_run_again(run)) << run.status << run.err << round.story();
    EXPECT_EQ(round.replayed(0, [](const support::Database&) {}), content(round.database())) << round.story();
    again_ += says_run_again(run) ? 1 : 0;
    bool explained = says_run_again(run);
    for (std::size_t n = 0; n <= round.changes().size() && !explained; ++n) {
      round.replayed(n, [&](const support::Database& copy) {
        explained = same_counts(run, support::run_program(importer(copy.url(), {"--dry-run"})));
      });
    }
    EXPECT_TRUE(explained) << run.status << run.err << run.out << round.story();
  }

  static bool same_counts(const support::Run& one, const support::Run& other) {
    if (one.status != other.status) return false;
    return nlohmann::json::parse(one.out)["tables"] == nlohmann::json::parse(other.out)["tables"];
  }

  support::Database source_;
  support::Database target_;
  const support::TemporaryFolder folder_;
  const std::string file_ = folder_.file("export.json");
  std::uint64_t again_ = 0;
};

TEST_F(DdlRounds, LeaveOneOrderOfEvents) {
  const std::uint64_t first = number_of("DB_TRANSFER_DDL_SEED", 1);
  const std::uint64_t rounds = number_of("DB_TRANSFER_DDL_ROUNDS", kFewRounds);
  for (std::uint64_t seed = first; seed < first + rounds && !HasFailure(); ++seed) {
    SCOPED_TRACE("DB_TRANSFER_DDL_ROUNDS=1 DB_TRANSFER_DDL_SEED=" + std::to_string(seed));
    if (seed % 3 == 0) export_round(seed);
    if (seed % 3 == 1) import_round(seed);
    if (seed % 3 == 2) dry_round(seed);
  }
  if (rounds >= kFewRounds) {
    EXPECT_LE(again_, rounds * 3 / 4) << "hardly anything gets through";
  }
}

}  // namespace
}  // namespace live
