#include "migrate/runner.h"

#include <algorithm>
#include <map>
#include <string>

#include "base/error.h"
#include "base/terminal.h"

namespace migrate {
namespace {

using base::Error;
using base::ErrorKind;
using base::printable;
using engine::MigrationDatabase;
using std::chrono::duration_cast;
using std::chrono::microseconds;
using std::chrono::steady_clock;

// Rolled back unless it is committed.
class Transaction {
 public:
  explicit Transaction(MigrationDatabase& database) : database_(database) { database_.begin(); }
  ~Transaction() {
    if (open_) database_.roll_back();
  }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  void commit() {
    open_ = false;  // whatever becomes of it
    database_.commit();
  }

 private:
  MigrationDatabase& database_;
  bool open_ = true;
};

class Locked {
 public:
  explicit Locked(MigrationDatabase& database) : database_(database) { database_.lock(); }
  ~Locked() {
    try {
      database_.unlock();
    } catch (const Error&) {
      // The connection is gone, and the lock with it.
    }
  }
  Locked(const Locked&) = delete;
  Locked& operator=(const Locked&) = delete;

 private:
  MigrationDatabase& database_;
};

bool is_of_a_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         (static_cast<unsigned char>(c) & 0x80) != 0;
}

// Where the first literal begins, or a comment: what they hold is the file's business.
std::size_t first_literal(const std::string& line) {
  bool in_name = false;  // "…"
  for (std::size_t i = 0; i < line.size(); ++i) {
    const bool begins = i == 0 || !is_of_a_word(line[i - 1]);
    if (line[i] == '"') in_name = !in_name;
    if (in_name) continue;
    if (line[i] == '\'' || (begins && (line[i] == '$' || (line[i] >= '0' && line[i] <= '9')))) return i;
    if (line.compare(i, 2, "--") == 0 || line.compare(i, 2, "/*") == 0) return i;
  }
  return line.size();
}

std::string first_line(const std::string& text) {
  constexpr std::size_t kMostBytes = 100;
  const std::string line = text.substr(0, text.find('\n'));
  std::size_t end = std::min(first_literal(line), kMostBytes);
  if (end >= line.size()) return line;
  while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xC0) == 0x80) --end;  // not within a character
  return line.substr(0, end) + "…";
}

std::string place_of(const MigrationFile& file, const Statement& statement) {
  return file.name + ", line " + std::to_string(statement.line);
}

std::string join_lines(const std::string& above, const std::string& below) {
  return above.empty() || below.empty() ? above + below : above + "\n" + below;
}

Error with_place(const Error& error, const MigrationFile& file, const Statement& statement, const std::string& advice) {
  return {error.kind(), place_of(file, statement) + ": " + error.what() + "\n" + first_line(statement.text),
          join_lines(error.hint(), advice)};
}

bool blames_the_file(const Error& error) {
  return error.kind() != ErrorKind::kInterrupted && error.kind() != ErrorKind::kConnection;
}

void run_inside(MigrationDatabase& database, const MigrationFile& file) {
  for (const Statement& statement : file.statements) {
    try {
      database.execute(statement.text);
    } catch (const Error& error) {
      if (!blames_the_file(error)) throw;
      throw with_place(error, file, statement,
                       "nothing of " + file.name +
                           " is left behind, and it is not in the ledger; what came before "
                           "it stays applied");
    }
  }
}

std::string what_is_left(MigrationDatabase& database, const MigrationFile& file, std::size_t done) {
  std::string text = done == 0 ? "nothing of " + file.name + " was done before it"
                               : "it runs in no transaction: the " + std::to_string(done) +
                                     (done == 1 ? " statement" : " statements") + " before this one stay done";
  text += "; the file is not in the ledger";
  for (const std::string& advice : database.leftovers()) text += "\n" + advice;
  return text + "\ncorrect it so that it can run again (IF NOT EXISTS), then run db-migrate up";
}

void run_outside(MigrationDatabase& database, const MigrationFile& file) {
  for (std::size_t done = 0; done < file.statements.size(); ++done) {
    const Statement& statement = file.statements[done];
    try {
      database.execute(statement.text);
    } catch (const Error& error) {
      if (!blames_the_file(error))
        throw Error(error.kind(), place_of(file, statement) + ": " + error.what(),
                    "the file runs in no transaction: what comes before this line is done, this statement perhaps; "
                    "the file is not in the ledger");
      throw with_place(error, file, statement, what_is_left(database, file, done));
    }
  }
}

const MigrationFile& file_of(const std::vector<MigrationFile>& files, const std::string& name) {
  return *std::find_if(files.begin(), files.end(), [&](const MigrationFile& file) { return file.name == name; });
}

// The first pending file; nullptr when there is none. Throws when the ledger contradicts the files.
const MigrationFile* next_file(MigrationDatabase& database, const std::vector<MigrationFile>& files) {
  const std::vector<Entry> plan = make_plan(files, database.ledger());
  demand_sound(plan);
  for (const Entry& entry : plan) {
    if (entry.state == State::kPending) return &file_of(files, entry.name);
  }
  return nullptr;
}

template <typename Run>
void run_and_record(MigrationDatabase& database, const MigrationFile& file, const Run& run) {
  const auto begin = steady_clock::now();
  run(database, file);
  database.record({file.name, file.checksum, {}, duration_cast<microseconds>(steady_clock::now() - begin)});
}

void apply_outside(MigrationDatabase& database, const std::vector<MigrationFile>& files, const MigrationFile& file) {
  const Locked locked(database);
  if (next_file(database, files) != &file) return;  // another run was quicker
  run_and_record(database, file, run_outside);
}

// Applies one file; nullptr when none is pending.
const MigrationFile* apply_next(MigrationDatabase& database, const std::vector<MigrationFile>& files,
                                const OnFile& on_file) {
  Transaction transaction(database);
  const MigrationFile* file = next_file(database, files);
  if (file == nullptr || file->transaction == TransactionUse::kNone) return file;
  on_file(*file);
  run_and_record(database, *file, run_inside);
  try {
    transaction.commit();
  } catch (const Error& error) {  // a deferred constraint, for one
    throw Error(error.kind(), file->name + ": " + error.what(), error.hint());
  }
  return file;
}

// What the ledger says after the run, with what this run added marked as `added`.
std::vector<Entry> plan_after(const std::vector<Entry>& before, std::vector<Entry> after, State added) {
  std::map<std::string, State> known;
  for (const Entry& entry : before) known.emplace(entry.name, entry.state);
  for (Entry& entry : after) {
    const bool was_there = known[entry.name] == State::kApplied || known[entry.name] == State::kBaselined;
    const bool is_there = entry.state == State::kApplied || entry.state == State::kBaselined;
    if (is_there && !was_there) entry.state = added;
  }
  return after;
}

std::vector<Entry> try_up(MigrationDatabase& database, const std::vector<MigrationFile>& files, const OnFile& on_file) {
  const Transaction transaction(database);
  const std::vector<Entry> before = make_plan(files, database.ledger());
  while (const MigrationFile* file = next_file(database, files)) {
    on_file(*file);
    run_and_record(database, *file, rehearse);
  }
  auto after = plan_after(before, make_plan(files, database.ledger()), State::kWouldApply);
  for (Entry& entry : after) {
    if (entry.state == State::kWouldApply) entry.applied_at.clear();
  }
  return after;
}

}  // namespace

void rehearse(MigrationDatabase& database, const MigrationFile& file) {
  for (const Statement& statement : file.statements) {
    const std::string text = file.transaction == TransactionUse::kNone ? rehearsable(statement) : statement.text;
    if (text.empty()) continue;
    try {
      database.execute(text);
    } catch (const Error& error) {
      if (!blames_the_file(error)) throw;
      throw with_place(error, file, statement, "nothing was changed: everything is rolled back");
    }
  }
}

std::vector<Entry> up(MigrationDatabase& database, const std::vector<MigrationFile>& files, Intent intent,
                      const OnFile& on_file) {
  if (intent == Intent::kDryRun) return try_up(database, files, on_file);
  std::vector<Entry> before = make_plan(files, database.ledger());
  demand_sound(before);
  if (count(before, State::kPending) == 0) return before;
  while (const MigrationFile* file = apply_next(database, files, on_file)) {
    if (file->transaction == TransactionUse::kOne) continue;
    on_file(*file);
    apply_outside(database, files, *file);
  }
  return plan_after(before, make_plan(files, database.ledger()), State::kAppliedNow);
}

std::vector<Entry> baseline(MigrationDatabase& database, const std::vector<MigrationFile>& files,
                            std::uint64_t number) {
  const bool known =
      std::any_of(files.begin(), files.end(), [&](const MigrationFile& file) { return file.number == number; });
  if (!known)
    throw Error(ErrorKind::kUsage, "there is no migration with the number " + std::to_string(number),
                "the last one is " + files.back().name);
  Transaction transaction(database);
  const std::vector<Entry> before = make_plan(files, database.ledger());
  for (const Entry& entry : before) {
    const bool missing = entry.state == State::kPending || entry.state == State::kOutOfOrder;
    if (missing && number_of(entry.name) <= number)
      database.record({entry.name, file_of(files, entry.name).checksum, {}, {}});
  }
  auto after = plan_after(before, make_plan(files, database.ledger()), State::kBaselinedNow);
  demand_sound(after);
  transaction.commit();
  return after;
}

}  // namespace migrate
