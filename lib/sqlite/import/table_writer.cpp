#include "sqlite/import/table_writer.h"

#include <algorithm>
#include <utility>

#include "base/terminal.h"
#include "sqlite/import/rejects.h"
#include "sqlite/import/table_sql.h"
#include "sqlite/import/trigger_effects.h"
#include "sqlite/session/savepoint.h"
#include "sqlite/session/sql_text.h"

namespace sqlite {
namespace {

using base::Error;
using base::ErrorKind;

// Refusals of one table in one pass, before a quick one stops looking for single rows.
constexpr std::size_t kRefusalsEach = 200;
constexpr std::size_t kColumnsAtOnce = 500;  // a query takes 2000 aggregates at most

Verdict verdict_of(Step step) { return step == Step::kInsert ? Verdict::kInsert : Verdict::kUpdate; }

std::string trigger_names(const StagedTable& table) {
  std::vector<std::string> names;
  for (const TableTrigger& trigger : table.details.triggers) names.push_back(trigger.name);
  return names.empty() ? "a trigger" : "trigger " + join(names, ", ");
}

// Fills mask_N; {marks}: a digit for each awaited column, 1 where it differs.
constexpr const char* kMarks = R"sql(
INSERT INTO {masks}
SELECT v.record, {marks}
FROM {accepted}
CROSS JOIN {target} t ON {same}{whose})sql";

// Whether some row that was inserted is not in the target under its identity.
constexpr const char* kIsAstray = R"sql(
SELECT EXISTS (
  SELECT 1
  FROM {accepted}
  LEFT JOIN {target} t ON {same}{whose} AND t.{column} IS NULL{others}))sql";

constexpr const char* kNextWaiting = R"sql(
SELECT o.place, o.record, v.verdict
FROM {order} o
CROSS JOIN {verdicts} v ON v.record = o.record
WHERE o.place > ?
ORDER BY o.place)sql";

constexpr const char* kInsert = R"sql(
INSERT{or_abort} INTO {target} ({columns})
SELECT {values}
FROM {accepted}{whose}
ORDER BY v.record{direction})sql";

// Plain joins: which of the three comes first is SQLite's to choose, each has an index for the next.
constexpr const char* kUpdate = R"sql(
UPDATE{or_abort} {target} AS t SET {assignments}
FROM {verdicts} v
JOIN {stage} s ON s.{record} = v.record{whose}
  AND {same})sql";

constexpr const char* kDiffering = R"sql(
SELECT {differing}
FROM {accepted}
CROSS JOIN {target} t ON {same}{whose})sql";

// {whose}: WHERE …, on the verdicts v.
template <typename... Places>
std::string part_sql(const StagedTable& table, const char* text, const std::string& whose, const Places&... places) {
  return table_sql(table, text, fmt::arg("whose", whose), places...);
}

}  // namespace

std::string dropped_by(const StagedTable& table) { return "dropped by " + trigger_names(table) + " of the target"; }

void TableWriter::write(Step step) {
  const std::uint64_t last = table_.counts.rows;
  if (step == Step::kUpdate) return write_updates();
  prepare(step, {});
  write_part({step, 1, last, {}});
}

// UPDATE OF is fired by a column that is named, changed or not.
bool TableWriter::waits_for_columns() const {
  const std::vector<std::string> awaited = awaited_columns(table_.details);
  return std::ranges::any_of(awaited, [&](const std::string& column) { return table_.has_columns({column}); });
}

void TableWriter::write_updates() {
  const std::uint64_t last = table_.counts.rows;
  const Part all{Step::kUpdate, 1, last, {}};
  if (connection_.number(part_sql(table_, "SELECT count(*) FROM {verdicts} v{whose}", whose(all))) == 0) return;
  if (!waits_for_columns()) {
    assignments_ = differing(whose(all));
    prepare(Step::kUpdate, {});
    return write_part(all);
  }
  std::vector<std::string> marks;
  for (const std::string& column : awaited_columns(table_.details)) {
    const std::string name = quote_name(column);
    if (table_.has_columns({column})) marks.push_back(fmt::format("db_transfer_differs(s.{0}, t.{0})", name));
  }
  connection_.execute("DELETE FROM " + table_.masks);
  connection_.execute(part_sql(table_, kMarks, whose(all), fmt::arg("marks", join(marks, " || "))));
  masked_ = true;
  std::string mask;
  while (true) {
    const std::string next = connection_.text(
        table_sql(table_, "SELECT min(mask) FROM {masks} WHERE mask > {mask}", fmt::arg("mask", quote_literal(mask))));
    if (next.empty()) break;
    mask = next;
    assignments_ = differing(whose({Step::kUpdate, 1, last, mask}));
    prepare(Step::kUpdate, mask);
    write_part({Step::kUpdate, 1, last, mask});
  }
}

void TableWriter::write_part(const Part& part) {
  const std::uint64_t rows = count(part);
  if (rows == 0) return;
  std::optional<Refusal> refusal = try_part(part, rows);
  if (!refusal) return;
  const bool is_enough = effort_ == Effort::kQuick && refusals_.size() >= kRefusalsEach;
  if (rows == 1 || is_enough) return refuse(part, std::move(*refusal));
  const std::uint64_t middle = part.first + (part.last - part.first) / 2;
  const Part lower{part.step, part.first, middle, part.mask};
  const Part upper{part.step, middle + 1, part.last, part.mask};
  write_part(direction_ == Direction::kForwards ? lower : upper);
  write_part(direction_ == Direction::kForwards ? upper : lower);
}

// Nothing: all of them are written. Otherwise none is.
std::optional<Refusal> TableWriter::try_part(const Part& part, std::uint64_t rows) {
  Refusal refusal{.step = part.step,
                  .first = part.first,
                  .last = part.last,
                  .verdict = Verdict::kInvalid,
                  .reason = dropped_by(table_)};
  if (part.step == Step::kUpdate && assignments_.empty())
    return std::nullopt;  // brought to the file's values meanwhile
  const Attempt attempt = keep_if(connection_, "part", [&] {
    prepared_->write.bind_integer(1, static_cast<std::int64_t>(part.first));
    prepared_->write.bind_integer(2, static_cast<std::int64_t>(part.last));
    if (prepared_->write.execute() != rows) return false;
    if (!is_astray(part.step, whose(part))) return true;
    refusal.reason = astray();
    return false;
  });
  if (attempt.kept) return std::nullopt;
  if (attempt.refusal) take_reason(*attempt.refusal, refusal);
  return refusal;
}

// Whether a row that was inserted is not where its identity says.
bool TableWriter::is_astray(Step step, const std::string& whose) {
  if (step != Step::kInsert || astray_ == Astray::kNever || table_.plan.identity.empty()) return false;
  const std::string others = table_.identity_may_be_null() ? " AND NOT " + table_.lacks_identity("s") : "";
  return connection_.number(part_sql(table_, kIsAstray, whose,
                                     fmt::arg("column", quote_name(table_.plan.identity.front())),
                                     fmt::arg("others", others))) != 0;
}

std::string TableWriter::astray() const {
  return "is not in the target after its insert: " + trigger_names(table_) +
         ", or one that it sets off, took it away or gave it another key";
}

void TableWriter::take_reason(const SqliteError& error, Refusal& refusal) const {
  if (!connection_.in_transaction())
    throw Error(ErrorKind::kSchema,
                trigger_names(table_) + " of " + base::printable(table_.details.table.name.name) +
                    " rolled the import back" + (table_.plan.values_withheld ? "" : std::string(": ") + error.what()),
                "a trigger that means one row says RAISE(ABORT, …) and not RAISE(ROLLBACK, …)");
  refusal.verdict = error.key_is_taken() ? Verdict::kConflict : Verdict::kInvalid;
  refusal.reason = words_of(table_, error);
}

void TableWriter::write_waiting() {
  if (!table_.claims_left || rows_ == Rows::kRetries) return;
  const bool one_by_one = waits_for_columns();
  if (!one_by_one) assignments_ = differing(table_sql(table_, "\nWHERE v.record IN (SELECT record FROM {order})"));
  Statement next = connection_.prepare(table_sql(table_, kNextWaiting));
  std::optional<Statement> insert;
  std::optional<Statement> update;
  std::int64_t place = 0;
  while (true) {
    next.bind_integer(1, place);
    if (!next.next()) return;
    place = next.integer(0);  // by position: for each row
    const auto record = static_cast<std::uint64_t>(next.integer(1));
    const Step step = next.text(2) == "i" ? Step::kInsert : Step::kUpdate;
    next.reset();
    if (step == Step::kUpdate && one_by_one) {
      assignments_ = differing(fmt::format("\nWHERE v.record = {}", record));
      update.reset();
    }
    if (step == Step::kUpdate && assignments_.empty()) continue;
    if (step == Step::kInsert && !insert) insert.emplace(connection_.prepare(insert_sql("\nWHERE v.record = ?")));
    if (step == Step::kUpdate && !update) update.emplace(connection_.prepare(update_sql("\nWHERE v.record = ?")));
    std::optional<Refusal> refusal = try_one(step == Step::kInsert ? *insert : *update, step, record);
    if (!refusal) continue;
    leave_out(*refusal);
    refusals_.push_back(std::move(*refusal));
  }
}

std::optional<Refusal> TableWriter::try_one(Statement& statement, Step step, std::uint64_t record) {
  Refusal refusal{
      .step = step, .first = record, .last = record, .verdict = Verdict::kInvalid, .reason = dropped_by(table_)};
  const Attempt attempt = keep_if(connection_, "part", [&] {
    statement.bind_integer(1, static_cast<std::int64_t>(record));
    if (statement.execute() != 1) return false;
    if (!is_astray(step, fmt::format("\nWHERE v.record = {}", record))) return true;
    refusal.reason = astray();
    return false;
  });
  if (attempt.kept) return std::nullopt;
  if (attempt.refusal) take_reason(*attempt.refusal, refusal);
  return refusal;
}

void TableWriter::refuse(const Part& part, Refusal refusal) {
  const std::uint64_t first = first_record(part);
  if (leave_out(refusal, whose(part)) == 1) refusal.first = refusal.last = first;
  refusals_.push_back(std::move(refusal));
}

// Without the mask: more rows of the part may be left out than the database refused, and are tried again.
void TableWriter::leave_out(const Refusal& refusal) {
  masked_ = false;
  const bool one = refusal.first == refusal.last;
  leave_out(refusal, one ? fmt::format("\nWHERE v.record = {}", refusal.first)
                         : whose({refusal.step, refusal.first, refusal.last, {}}));
}

std::uint64_t TableWriter::leave_out(const Refusal& refusal, const std::string& whose) {
  const std::uint64_t rows = connection_.execute(reject_sql(
      table_, "v.record",
      {.verdict = refusal.verdict, .reason = quote_literal(base::printable(refusal.reason)), .newer = kNewerOfUpdate},
      part_sql(table_, "{accepted}{whose}", whose)));
  table_.rejected_rows += rows;
  connection_.execute(part_sql(table_, "DELETE FROM {verdicts} AS v{whose}", whose));
  return rows;
}

// Once for all parts: compiling a statement compiles the triggers that it sets off, which may be many.
void TableWriter::prepare(Step step, const std::string& mask) {
  prepared_.reset();
  const std::string rows = whose(step, "?1", "?2", mask);
  Statement count = connection_.prepare(part_sql(table_, "SELECT count(*) FROM {verdicts} v{whose}", rows));
  if (step == Step::kUpdate && assignments_.empty()) return;  // brought to the file's values meanwhile
  prepared_.emplace(std::move(count), connection_.prepare(step == Step::kInsert ? insert_sql(rows) : update_sql(rows)));
}

std::uint64_t TableWriter::count(const Part& part) {
  if (!prepared_) return 0;
  prepared_->count.bind_integer(1, static_cast<std::int64_t>(part.first));
  prepared_->count.bind_integer(2, static_cast<std::int64_t>(part.last));
  const auto rows = static_cast<std::uint64_t>(prepared_->count.next() ? prepared_->count.integer(0) : 0);
  prepared_->count.reset();
  return rows;
}

std::uint64_t TableWriter::first_record(const Part& part) {
  return connection_.number(part_sql(table_, "SELECT min(v.record) FROM {verdicts} v{whose}", whose(part)));
}

std::string TableWriter::whose(const Part& part) const {
  return whose(part.step, std::to_string(part.first), std::to_string(part.last), part.mask);
}

// The + keeps the search on the range of records: the lists are asked about one row only.
std::string TableWriter::whose(Step step, const std::string& first, const std::string& last,
                               const std::string& mask) const {
  std::string rows = fmt::format("\nWHERE v.verdict = '{}' AND v.record BETWEEN {} AND {}",
                                 verdict_letter(verdict_of(step)), first, last);
  if (rows_ == Rows::kRetries) {
    rows += table_sql(table_, " AND +v.record IN (SELECT record FROM {retries})");
  } else if (table_.claims_left) {
    rows += table_sql(table_, " AND v.record NOT IN (SELECT record FROM {order})");
  }
  if (masked_ && !mask.empty())
    rows += table_sql(table_, " AND EXISTS (SELECT 1 FROM {masks} k WHERE k.record = v.record AND k.mask = {mask})",
                      fmt::arg("mask", quote_literal(mask)));
  return rows;
}

std::string TableWriter::insert_sql(const std::string& whose) const {
  std::vector<std::string> columns;
  std::vector<std::string> values;
  for (const StagedColumn& column : table_.columns) {
    columns.push_back(column.quoted);
    values.push_back("s." + column.quoted);
  }
  for (const MadeColumn& column : table_.made) {  // as they were judged
    if (column.computed.empty()) continue;
    columns.push_back(column.quoted);
    values.push_back("s." + column.quoted);
  }
  if (columns.empty()) {  // every column of the target has its default
    columns.push_back(quote_name(table_.details.table.columns.front().name));
    values.emplace_back("NULL");
  }
  return part_sql(table_, kInsert, whose, fmt::arg("columns", join(columns, ", ")),
                  fmt::arg("values", join(values, ", ")),
                  fmt::arg("direction", direction_ == Direction::kForwards ? "" : " DESC"));
}

std::string TableWriter::update_sql(const std::string& whose) const {
  return part_sql(table_, kUpdate, whose, fmt::arg("assignments", join(assignments_, ", ")));
}

// Only columns that differ in some row: SQLite looks for the children of every key that is assigned, changed or not,
// and writes every index of it.
std::vector<std::string> TableWriter::differing(const std::string& whose) {
  std::vector<std::string> assignments;
  for (std::size_t first = 0; first < table_.columns.size(); first += kColumnsAtOnce) {
    const std::size_t last = std::min(table_.columns.size(), first + kColumnsAtOnce);
    std::vector<std::string> differ;
    for (std::size_t i = first; i < last; ++i)
      differ.push_back(fmt::format("max(db_transfer_differs(s.{0}, t.{0}))", table_.columns[i].quoted));
    Statement row = connection_.prepare(part_sql(table_, kDiffering, whose, fmt::arg("differing", join(differ, ", "))));
    if (!row.next()) continue;
    for (std::size_t i = first; i < last; ++i) {
      const std::string& column = table_.columns[i].quoted;
      if (row.integer(static_cast<int>(i - first)) != 0) assignments.push_back(fmt::format("{0} = s.{0}", column));
    }
  }
  return assignments;
}

}  // namespace sqlite
