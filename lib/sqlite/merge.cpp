#include "sqlite/merge.h"

#include <algorithm>
#include <utility>

#include "base/terminal.h"
#include "sqlite/classify_keys.h"
#include "sqlite/sql_text.h"

namespace sqlite {
namespace {

using base::Error;
using base::ErrorKind;

std::string trigger_names(const StagedTable& table) {
  std::vector<std::string> names;
  for (const TableTrigger& trigger : table.details.triggers) names.push_back(trigger.name);
  return names.empty() ? "a trigger" : "trigger " + join(names, ", ");
}

bool refers_inside(const StagedTable& table, const std::vector<StagedTable>& tables,
                   const std::vector<std::size_t>& component) {
  return std::ranges::any_of(table.details.table.foreign_keys, [&](const auto& key) {
    return std::ranges::any_of(component, [&](std::size_t n) { return tables[n].details.table.name == key.parent; });
  });
}

}  // namespace

// Preparing a statement compiles what it sets off.
void demand_writable(Connection& connection, const StagedTable& table) {
  std::vector<std::string> assignments;
  for (const StagedColumn& column : table.columns) assignments.push_back(column.quoted + " = " + column.quoted);
  try {
    if (table.plan.mode != engine::Mode::kUpdate)
      connection.prepare("INSERT OR ABORT INTO " + table.target + " DEFAULT VALUES");
    if (table.plan.mode != engine::Mode::kInsert && !table.plan.identity.empty() && !assignments.empty())
      connection.prepare("UPDATE OR ABORT " + table.target + " SET " + join(assignments, ", "));
  } catch (const SqliteError& error) {
    if (error.kind() != ErrorKind::kSchema) throw;
    throw Error(ErrorKind::kSchema,
                "no row can be written into " + base::printable(table.details.table.name.name) + ": " + error.what(),
                "a foreign key or a trigger of the table refers to what is not there; mend the schema, or leave the "
                "table out with -T");
  }
}

void Merger::merge(base::Progress& progress) {
  connection_.execute("PRAGMA defer_foreign_keys = ON");
  // Rows without a parent from before are not ours to judge.
  std::vector<std::uint64_t> orphans_before;
  for (const StagedTable& table : tables_) orphans_before.push_back(orphans(table));
  bool refused = false;
  for (const auto& component : components_) {
    if (refused) classifier_.reject_orphans(component);
    progress.table(tables_[component.front()].details.table.name.name);
    refused = merge_component(component) || refused;
    for (const std::size_t number : component) report_changed(tables_[number]);
  }
  for (std::size_t i = 0; i < tables_.size(); ++i) {
    if (orphans(tables_[i]) <= orphans_before[i]) continue;
    throw Error(ErrorKind::kSchema,
                "the import would leave rows of " + base::printable(tables_[i].details.table.name.name) +
                    " without the row that they refer to",
                "PRAGMA foreign_key_check tells of rows that were so before; look for triggers that change keys");
  }
}

// Pre-existing ones included; 0 for a table that this import does not write.
std::uint64_t Merger::orphans(const StagedTable& table) {
  if (table.details.table.foreign_keys.empty()) return 0;
  if (connection_.number("SELECT EXISTS (SELECT 1 FROM " + table.verdicts + ")") == 0) return 0;
  return connection_.number("SELECT count(*) FROM pragma_foreign_key_check(" +
                            quote_literal(table.details.table.name.name) + ", 'main')");
}

// True when the database refused a row. A refused parent's children inside the component may be written already: then
// all of it is done again without them.
bool Merger::merge_component(const std::vector<std::size_t>& component) {
  const bool moves_keys = std::ranges::any_of(component, [&](std::size_t n) { return tables_[n].claims_left; });
  if (moves_keys && write_with_moved_keys(component)) return false;
  const bool refers_to_itself = std::any_of(
      component.begin(), component.end(), [&](std::size_t n) { return refers_inside(tables_[n], tables_, component); });
  std::vector<std::uint64_t> rejected_before;
  for (const std::size_t number : component) rejected_before.push_back(tables_[number].rejected_rows);
  refusals_.clear();
  while (true) {
    connection_.execute("SAVEPOINT component");
    const bool refused_now = write_all(component);
    if (!refused_now || !refers_to_itself) break;
    begin_again(component, rejected_before);
  }
  connection_.execute("RELEASE component");
  return moves_keys || !refusals_.empty();
}

// Rows of the target give up the keys that others claim, then everything is written. Should a row be refused, nothing
// of it is kept and the rows that wanted the keys are left out: false.
bool Merger::write_with_moved_keys(const std::vector<std::size_t>& component) {
  const std::vector<StagedTable> before = tables_;
  refusals_.clear();
  connection_.execute("SAVEPOINT parked");
  try {
    for (const std::size_t number : component) KeyClassifier(connection_, tables_[number], details_).park();
    if (!write_all(component)) {
      connection_.execute("RELEASE parked");
      return true;
    }
  } catch (const SqliteError& error) {
    if (!error.blames_a_row()) throw;
    demand_transaction(tables_[component.front()], error);
  }
  connection_.execute("ROLLBACK TO parked");
  connection_.execute("RELEASE parked");
  tables_ = before;
  for (const std::size_t number : component) KeyClassifier(connection_, tables_[number], details_).reject_all_claims();
  classifier_.reject_orphans(component);
  return false;
}

bool Merger::write_all(const std::vector<std::size_t>& component) {
  const std::size_t refused_before = refusals_.size();
  for (const Step step : {Step::kInsert, Step::kUpdate}) {
    for (const std::size_t number : component) {
      if (step == Step::kUpdate) find_assignments(tables_[number]);
      write_range(number, step, {1, tables_[number].counts.rows});
    }
  }
  return refusals_.size() > refused_before;
}

// A way back to the savepoint undoes the temporary tables too, so the refusals are entered again.
void Merger::begin_again(const std::vector<std::size_t>& component, const std::vector<std::uint64_t>& rejected_before) {
  connection_.execute("ROLLBACK TO component");
  for (std::size_t i = 0; i < component.size(); ++i) tables_[component[i]].rejected_rows = rejected_before[i];
  for (const Refusal& refusal : refusals_) leave_out(refusal);
  classifier_.reject_orphans(component);
  connection_.execute("RELEASE component");
}

void Merger::write_range(std::size_t number, Step step, Range range) {
  StagedTable& table = tables_[number];
  const std::uint64_t rows = count(table, step, range);
  if (rows == 0) return;
  std::optional<Refusal> refusal = try_range(table, step, range, rows);
  if (!refusal) return;
  if (rows == 1) {
    refusal->table = number;
    refusal->record = first_record(table, step, range);
    leave_out(*refusal);
    refusals_.push_back(std::move(*refusal));
    return;
  }
  const std::uint64_t middle = range.first + (range.last - range.first) / 2;
  write_range(number, step, {range.first, middle});
  write_range(number, step, {middle + 1, range.last});
}

// Nothing: all of them are written. Otherwise none is.
std::optional<Merger::Refusal> Merger::try_range(const StagedTable& table, Step step, Range range, std::uint64_t rows) {
  Refusal refusal{0, 0, 'x', "dropped by " + trigger_names(table) + " of the target"};
  connection_.execute("SAVEPOINT part");
  try {
    if (connection_.execute(step == Step::kInsert ? insert_sql(table, range) : update_sql(table, range)) == rows) {
      connection_.execute("RELEASE part");
      return std::nullopt;
    }
  } catch (const SqliteError& error) {
    if (!error.blames_a_row()) throw;
    demand_transaction(table, error);
    refusal.verdict = error.key_is_taken() ? 'c' : 'x';
    refusal.reason = error.what();
  }
  connection_.execute("ROLLBACK TO part");
  connection_.execute("RELEASE part");
  return refusal;
}

void Merger::demand_transaction(const StagedTable& table, const SqliteError& error) const {
  if (connection_.in_transaction()) return;
  throw Error(ErrorKind::kSchema,
              trigger_names(table) + " of " + base::printable(table.details.table.name.name) +
                  " rolled the import back: " + error.what(),
              "a trigger that means one row says RAISE(ABORT, …) and not RAISE(ROLLBACK, …)");
}

void Merger::leave_out(const Refusal& refusal) {
  StagedTable& table = tables_[refusal.table];
  const std::string record = std::to_string(refusal.record);
  table.rejected_rows += connection_.execute(
      reject_sql(table, record, {refusal.verdict, quote_literal(base::printable(refusal.reason)), {}, {}, {}},
                 table.stage + " s WHERE s." + table.record + " = " + record));
  connection_.execute("DELETE FROM " + table.verdicts + " WHERE record = " + record);
}

std::uint64_t Merger::count(const StagedTable& table, Step step, Range range) {
  return connection_.number("SELECT count(*) FROM " + table.verdicts + " v" + whose(step, range));
}

std::uint64_t Merger::first_record(const StagedTable& table, Step step, Range range) {
  return connection_.number("SELECT min(v.record) FROM " + table.verdicts + " v" + whose(step, range));
}

std::string Merger::whose(Step step, Range range) {
  return std::string(" WHERE v.verdict = '") + (step == Step::kInsert ? 'i' : 'u') + "' AND v.record BETWEEN " +
         std::to_string(range.first) + " AND " + std::to_string(range.last);
}

// OR ABORT: a conflict clause of the schema (UNIQUE ON CONFLICT REPLACE) must not delete a row.
std::string Merger::insert_sql(const StagedTable& table, Range range) {
  std::vector<std::string> columns;
  std::vector<std::string> values;
  for (const StagedColumn& column : table.columns) {
    columns.push_back(column.quoted);
    values.push_back("s." + column.quoted);
  }
  if (columns.empty()) {  // every column of the target has its default
    columns.push_back(quote_name(table.details.table.columns.front().name));
    values.emplace_back("NULL");
  }
  return "INSERT OR ABORT INTO " + table.target + " (" + join(columns, ", ") + ") SELECT " + join(values, ", ") +
         " FROM " + table.accepted_rows() + whose(Step::kInsert, range) + " ORDER BY v.record";
}

// Plain joins: which of the three comes first is SQLite's to choose, each has an index for the next.
std::string Merger::update_sql(const StagedTable& table, Range range) const {
  return "UPDATE OR ABORT " + table.target + " AS t SET " + join(assignments_, ", ") + " FROM " + table.verdicts +
         " v JOIN " + table.stage + " s ON s." + table.record + " = v.record" + whose(Step::kUpdate, range) + " AND " +
         table.same_identity("s", "t");
}

// Only columns that differ in some row: SQLite looks for the children of every key that is assigned, changed or not,
// and writes every index of it.
void Merger::find_assignments(const StagedTable& table) {
  constexpr std::size_t kColumnsAtOnce = 500;  // a query takes 2000 aggregates at most
  assignments_.clear();
  if (table.plan.identity.empty()) return;
  for (std::size_t first = 0; first < table.columns.size(); first += kColumnsAtOnce) {
    const std::size_t last = std::min(table.columns.size(), first + kColumnsAtOnce);
    std::vector<std::string> differ;
    for (std::size_t i = first; i < last; ++i) {
      const std::string& column = table.columns[i].quoted;
      differ.push_back("max(db_transfer_differs(s." + column + ", t." + column + "))");
    }
    Statement row =
        connection_.prepare("SELECT " + join(differ, ", ") + " FROM " + table.accepted_rows() + " CROSS JOIN " +
                            table.target + " t ON " + table.same_identity("s", "t") + " WHERE v.verdict = 'u'");
    if (!row.next()) continue;
    for (std::size_t i = first; i < last; ++i) {
      const std::string& column = table.columns[i].quoted;
      if (row.integer(static_cast<int>(i - first)) != 0) assignments_.push_back(column + " = s." + column);
    }
  }
}

void Merger::report_changed(const StagedTable& table) {
  if (table.details.triggers.empty() || table.plan.identity.empty()) return;
  const std::uint64_t written = connection_.number("SELECT count(*) FROM " + table.verdicts);
  const std::uint64_t as_in_the_file =
      connection_.number("SELECT count(*) FROM " + table.accepted_rows() + " CROSS JOIN " + table.target + " t ON " +
                         table.same_identity("s", "t") + " WHERE NOT " + table.differs("s", "t"));
  if (as_in_the_file >= written) return;
  notices_.push_back(table.details.table.name.name + ": " + std::to_string(written - as_in_the_file) +
                     " rows do not hold the file's values after the import; " + trigger_names(table) + " changed them");
}

}  // namespace sqlite
