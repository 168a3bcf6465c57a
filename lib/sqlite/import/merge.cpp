#include "sqlite/import/merge.h"

#include <algorithm>
#include <utility>

#include "base/terminal.h"
#include "engine/merge_rounds.h"
#include "sqlite/import/classify_keys.h"
#include "sqlite/import/table_sql.h"
#include "sqlite/import/trigger_effects.h"
#include "sqlite/session/savepoint.h"
#include "sqlite/session/sql_text.h"

namespace sqlite {
namespace {

using base::Error;
using base::ErrorKind;

// FROM: the records of the file that were left out since the merge began. Rows that are to go are in no stage.
constexpr const char* kRefused =
    "FROM {rejects} WHERE record NOT IN (SELECT record FROM {early}) AND record IN (SELECT {record} FROM {stage})";

// As what they were (kNewerOfUpdate). MadeRows::compare_again makes updates of inserts whose row is there by now.
constexpr const char* kRestore = R"sql(
INSERT INTO {verdicts}
SELECT record, CASE WHEN newer IS NULL THEN 'i' ELSE 'u' END, newer
FROM {rejects}
WHERE record IN (SELECT record FROM {retries}))sql";

bool refers_inside(const StagedTable& table, const std::vector<StagedTable>& tables,
                   const std::vector<std::size_t>& component) {
  return std::ranges::any_of(table.details.table.foreign_keys, [&](const auto& key) {
    return std::ranges::any_of(component, [&](std::size_t n) { return tables[n].details.table.name == key.parent; });
  });
}

[[noreturn]] void fail_for_orphans(const std::string& table) {
  throw Error(ErrorKind::kSchema, "the import would leave rows of " + table + " without the row that they refer to",
              "PRAGMA foreign_key_check tells of rows that were so before; look for triggers that change keys");
}

}  // namespace

// Preparing a statement compiles what it sets off.
void demand_writable(Connection& connection, const StagedTable& table) {
  const auto writes = [&](const char* verdict) {
    return connection.number(table_sql(table, "SELECT EXISTS (SELECT 1 FROM {verdicts} WHERE verdict = '{verdict}')",
                                       fmt::arg("verdict", verdict))) != 0;
  };
  const bool inserts = writes("i");
  const bool updates = writes("u");
  const auto fail = [&](const std::string& why, const std::string& what_to_do) {
    throw Error(ErrorKind::kSchema,
                "no row can be written into " + base::printable(table.details.table.name.name) + ": " + why,
                what_to_do + ", or leave the table out with -T");
  };
  if ((inserts || updates) && !table.details.broken_keys.empty() && table.plan.orphans == engine::Orphans::kLeaveOut)
    fail("the foreign key " + base::printable(table.details.broken_keys.front()),
         "mend the schema, take rows without their parent along with --keep-orphans");
  std::vector<std::string> assignments;
  for (const StagedColumn& column : table.columns) assignments.push_back(fmt::format("{0} = {0}", column.quoted));
  try {
    if (inserts) connection.prepare(table_sql(table, "INSERT{or_abort} INTO {target} DEFAULT VALUES"));
    if (updates)
      connection.prepare(table_sql(table, "UPDATE{or_abort} {target} SET {assignments}",
                                   fmt::arg("assignments", join(assignments, ", "))));
  } catch (const SqliteError& error) {
    if (error.kind() != ErrorKind::kSchema) throw;
    fail(error.what(), "a trigger of the table, or a foreign key, asks for what is not there; mend the schema");
  }
}

bool Merger::merge(base::Progress& progress) {
  connection_.execute("PRAGMA defer_foreign_keys = ON");
  // Rows that had no parent before the import are nothing that it did.
  std::vector<std::uint64_t> orphans_before;
  for (const StagedTable& table : tables_) orphans_before.push_back(orphans(table));
  const bool may_try_again = fires_triggers(details_);
  if (may_try_again) {
    for (const StagedTable& table : tables_)
      connection_.execute(table_sql(table, "INSERT INTO {early} SELECT record FROM {rejects}"));
  }
  UndoJudge& undo = classifier_.undo();
  const bool takes_all = undo.is_undo() && foreign_keys_ == ForeignKeys::kJudged;
  std::vector<std::uint64_t> all_orphans_before;
  if (undo.is_any() && !takes_all && foreign_keys_ == ForeignKeys::kJudged) all_orphans_before = orphans_of_all();
  if (undo.is_any()) takes_all ? undo.delete_all() : undo.delete_unreferred();
  const bool goes_ahead = deletes_ == Deletes::kAll && undo.any_to_go();
  if (goes_ahead && !undo.delete_rest()) return false;
  write_components(progress, Rows::kAccepted, may_try_again ? Effort::kQuick : Effort::kThorough);
  if (may_try_again) retry(progress);
  made_rows_.settle();
  if (undo.is_any()) {
    undo.delete_unreferred();
    undo.reject_rest();
  }
  if (!all_orphans_before.empty() && leaves_orphans(all_orphans_before)) {
    if (goes_ahead) return false;
    fail_for_orphans("a table of the target");
  }
  demand_no_new_orphans(orphans_before);
  return true;
}

// How many rows of each table of the target lack their parent, also of tables that this import does not write: who
// refers to a row that goes may be anywhere.
std::vector<std::uint64_t> Merger::orphans_of_all() {
  std::vector<std::uint64_t> all;
  for (const TableDetails& details : details_) all.push_back(orphans(details));
  return all;
}

bool Merger::leaves_orphans(const std::vector<std::uint64_t>& before) {
  for (std::size_t i = 0; i < details_.size(); ++i) {
    const StagedTable* table = find_staged(tables_, details_[i].table.name);
    if (orphans(details_[i]) > before[i] + (table == nullptr ? 0 : table->kept_orphans)) return true;
  }
  return false;
}

void Merger::write_components(base::Progress& progress, Rows rows, Effort effort) {
  bool refused = false;
  left_out_in_parts_ = false;
  for (const auto& component : components_) {
    for (const std::size_t number : component) refused = made_rows_.compare_again(tables_[number], rows) || refused;
    if (refused || rows == Rows::kRetries) classifier_.reject_orphans(component);
    progress.table(tables_[component.front()].details.table.name.name, component.front() + 1);
    refused = merge_component(component, rows, effort) || refused;
  }
}

// What a trigger looked up may be there by now, and a key that another took may be our own row's, made by a trigger.
void Merger::retry(base::Progress& progress) {
  engine::Retries retries(refused());
  Effort effort = Effort::kQuick;
  int in_vain = 0;
  for (int pass = 0; in_vain < 2; ++pass) {
    const std::uint64_t left_out = refused();
    if (left_out == 0) return;
    if (!retries.may_try(left_out)) {
      notices_.push_back(engine::Retries::notice(left_out));
      return;
    }
    const std::uint64_t tried = restore_refused();
    direction_ = pass % 2 == 0 ? Direction::kBackwards : Direction::kForwards;
    write_components(progress, Rows::kRetries, effort);
    const bool admitted = still_refused() < tried;
    // Each row by itself, from either end.
    in_vain = admitted ? 0 : in_vain + (left_out_in_parts_ ? 0 : 1);
    effort = admitted ? Effort::kQuick : Effort::kThorough;
  }
}

// Puts the rows that were left out since the merge began back among those to be written. Returns how many.
std::uint64_t Merger::restore_refused() {
  std::uint64_t all = 0;
  for (StagedTable& table : tables_) {
    connection_.execute("DELETE FROM " + table.retries);
    const std::uint64_t rows =
        connection_.execute(table_sql(table, (std::string("INSERT INTO {retries} SELECT record ") + kRefused).c_str()));
    if (rows == 0) continue;
    connection_.execute(table_sql(table, kRestore));
    connection_.execute(table_sql(table, "DELETE FROM {rejects} WHERE record IN (SELECT record FROM {retries})"));
    table.rejected_rows -= rows;
    all += rows;
  }
  return all;
}

// How many rows were left out since the merge began.
std::uint64_t Merger::refused() {
  std::uint64_t all = 0;
  for (const StagedTable& table : tables_)
    all += connection_.number(table_sql(table, (std::string("SELECT count(*) ") + kRefused).c_str()));
  return all;
}

// How many of those that were tried again are left out once more.
std::uint64_t Merger::still_refused() {
  std::uint64_t all = 0;
  for (const StagedTable& table : tables_)
    all += connection_.number(
        table_sql(table, "SELECT count(*) FROM {rejects} WHERE record IN (SELECT record FROM {retries})"));
  return all;
}

// True when a row was left out. A refused parent's children inside the component may be written already, and rows that
// waited for its key: then all of it is done again without them.
bool Merger::merge_component(const std::vector<std::size_t>& component, Rows rows, Effort effort) {
  const auto is_any = [&](const auto& has) {
    return std::ranges::any_of(component, [&](std::size_t n) { return has(tables_[n]); });
  };
  const bool depends_on_itself =
      is_any([&](const StagedTable& table) { return table.claims_left || refers_inside(table, tables_, component); });
  std::vector<TableProgress> before;
  before.reserve(component.size());
  for (const std::size_t number : component) before.push_back(tables_[number].progress());
  std::vector<Refused> refused;
  while (true) {
    Savepoint start(connection_, "component");
    const bool parked = rows == Rows::kAccepted && set_keys_aside(component);
    const bool refused_now = write_all(component, rows, effort, refused);
    if (!refused_now || (!depends_on_itself && !parked)) {
      start.end();
      break;
    }
    // A way back to the savepoint undoes the temporary tables too.
    start.roll_back();
    for (std::size_t i = 0; i < component.size(); ++i) tables_[component[i]].progress() = before[i];
    if (parked) {
      refused.clear();  // with the circles left out others may be taken
      for (const std::size_t number : component)
        KeyClassifier(connection_, tables_[number], details_).reject_all_circles();
    }
    leave_out_again(refused, rows);
    classifier_.reject_orphans(component);
    start.end();
    if (parked) {
      for (std::size_t i = 0; i < component.size(); ++i) before[i] = tables_[component[i]].progress();
    }
  }
  return !refused.empty() || is_any([](const StagedTable& table) { return table.claims_left; });
}

bool Merger::set_keys_aside(const std::vector<std::size_t>& component) {
  bool parked = false;
  for (const std::size_t number : component) {
    if (tables_[number].claims_left) parked = KeyClassifier(connection_, tables_[number], details_).park() || parked;
  }
  return parked;
}

bool Merger::write_all(const std::vector<std::size_t>& component, Rows rows, Effort effort,
                       std::vector<Refused>& refused) {
  std::vector<TableWriter> writers;
  writers.reserve(component.size());
  for (const std::size_t number : component) writers.push_back(writer_of(number, rows, effort));
  for (const Step step : {Step::kInsert, Step::kUpdate}) {
    for (TableWriter& writer : writers) writer.write(step);
  }
  const auto is_refused = [](const TableWriter& writer) { return !writer.refusals().empty(); };
  if (!std::ranges::any_of(writers, is_refused)) {
    for (TableWriter& writer : writers) writer.write_waiting();
  }
  for (std::size_t i = 0; i < component.size(); ++i) {
    const std::vector<Refusal>& refusals = writers[i].refusals();
    if (!refusals.empty()) refused.push_back({component[i], refusals});
    for (const Refusal& refusal : refusals) left_out_in_parts_ = left_out_in_parts_ || refusal.first != refusal.last;
  }
  return std::ranges::any_of(writers, is_refused);
}

TableWriter Merger::writer_of(std::size_t table, Rows rows, Effort effort) {
  const bool may_stray = writes_itself(tables_[table].details, details_);
  return {connection_, tables_[table], rows, effort, direction_, may_stray ? Astray::kPossible : Astray::kNever};
}

void Merger::leave_out_again(const std::vector<Refused>& refused, Rows rows) {
  for (const auto& [table, refusals] : refused) {
    TableWriter writer = writer_of(table, rows, Effort::kThorough);
    for (const Refusal& refusal : refusals) writer.leave_out(refusal);
  }
}

std::vector<std::string> Merger::notices() const {
  std::vector<std::string> all = made_rows_.notices();
  all.insert(all.end(), notices_.begin(), notices_.end());
  return all;
}

void Merger::demand_no_new_orphans(const std::vector<std::uint64_t>& before) {
  for (std::size_t i = 0; i < tables_.size(); ++i) {
    if (orphans(tables_[i]) <= before[i] + tables_[i].kept_orphans) continue;
    fail_for_orphans(base::printable(tables_[i].details.table.name.name));
  }
}

// Pre-existing ones included; 0 for a table that this import does not write.
std::uint64_t Merger::orphans(const StagedTable& table) {
  const bool is_asked = !table.details.table.foreign_keys.empty() && table.details.broken_keys.empty();
  constexpr const char* kIsWritten = "SELECT EXISTS (SELECT 1 FROM {verdicts})";
  return is_asked && connection_.number(table_sql(table, kIsWritten)) != 0 ? orphans(table.details) : 0;
}

std::uint64_t Merger::orphans(const TableDetails& details) {
  if (details.table.foreign_keys.empty() || !details.broken_keys.empty()) return 0;
  return connection_.number(
      fmt::format("SELECT count(*) FROM pragma_foreign_key_check({}, 'main')", quote_literal(details.table.name.name)));
}

}  // namespace sqlite
