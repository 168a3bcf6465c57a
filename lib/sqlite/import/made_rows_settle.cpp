// MadeRows after the merge: rows of the file that do not hold its values are brought back to them.
#include "sqlite/import/made_rows.h"

#include <algorithm>
#include <optional>

#include "engine/reasons.h"
#include "sqlite/import/multiset.h"
#include "sqlite/import/rejects.h"
#include "sqlite/import/table_sql.h"
#include "sqlite/import/trigger_effects.h"
#include "sqlite/session/savepoint.h"
#include "sqlite/session/sql_text.h"

namespace sqlite {
namespace {

constexpr int kMostPasses = 3;               // that write; the last look comes after them
constexpr std::size_t kColumnsAtOnce = 500;  // a query takes 2000 aggregates at most

// The rows of the file that a look found changed, or not there.
constexpr const char* kCreateUnsettled = R"sql(
CREATE TABLE temp.unsettled (
  place INTEGER, look INTEGER, record INTEGER, there INTEGER,
  PRIMARY KEY (place, look, record)
) WITHOUT ROWID)sql";

// Notes the rows of the file, the unchanged ones too, that do not hold its values or are not there.
constexpr const char* kLook = R"sql(
INSERT INTO temp.unsettled
SELECT {place}, {look}, s.{record}, {there} IS NOT NULL
FROM {stage} s
LEFT JOIN {target} t ON {same}
WHERE ({there} IS NULL OR {differs}) AND s.{record} NOT IN (SELECT record FROM {rejects}){others})sql";

constexpr const char* kUnsettled = R"sql(temp.unsettled x
CROSS JOIN {stage} s ON x.place = {place} AND x.look = {look} AND s.{record} = x.record{filter})sql";

constexpr const char* kBringBack = R"sql(
UPDATE{or_abort} {target} AS t SET {assignments}
FROM {unsettled}
WHERE {same} AND {differs})sql";

constexpr const char* kForgetLeftOut = R"sql(
DELETE FROM temp.unsettled
WHERE place = {place} AND record IN (SELECT record FROM {rejects}))sql";

constexpr const char* kNotWritten = " AND x.record NOT IN (SELECT record FROM {verdicts})";

constexpr const char* kCountChanged = R"sql(
INSERT INTO {verdicts}
SELECT x.record, 'u', 0
FROM {unsettled}
WHERE x.there{not_written})sql";

constexpr const char* kDiffering = R"sql({unsettled}
CROSS JOIN {target} t ON {same}
WHERE {differs})sql";

constexpr const char* kDifferences = R"sql(
SELECT {sums}
FROM {unsettled}
CROSS JOIN {target} t ON {same})sql";

}  // namespace

void MadeRows::settle() {
  if (std::ranges::none_of(reached_, [](bool reached) { return reached; })) return;
  connection_.execute(kCreateUnsettled);
  looks_.resize(tables_.size());
  for (const StagedTable& table : tables_) tell_made(table);
  bool again = true;
  for (int pass = 0; again && pass < kMostPasses; ++pass) {
    again = false;
    for (StagedTable& table : tables_) {
      if (is_settled(table)) again = bring_back(table) || again;
    }
  }
  for (StagedTable& table : tables_) conclude(table);
}

bool MadeRows::is_settled(const StagedTable& table) const {
  return reached_[place_of(table)] && !table.plan.identity.empty() && table.staged_rows > 0;
}

void MadeRows::look(const StagedTable& table) {
  Looks& looks = looks_[place_of(table)];
  ++looks.number;
  const std::string others = table.identity_may_be_null() ? " AND NOT " + table.lacks_identity("s") : "";
  looks.rows = connection_.execute(table_sql(table, kLook, fmt::arg("place", place_of(table)),
                                             fmt::arg("look", looks.number), fmt::arg("others", others),
                                             fmt::arg("there", "t." + quote_name(table.plan.identity.front()))));
}

// What the last look found: staged rows s. `filter`: on the look's row x.
std::string MadeRows::unsettled(const StagedTable& table, const std::string& filter) const {
  const std::size_t place = place_of(table);
  return table_sql(table, kUnsettled, fmt::arg("place", place), fmt::arg("look", looks_[place].number),
                   fmt::arg("filter", filter));
}

// True when something else was written because of it. A key that another of the rows holds may come free meanwhile.
bool MadeRows::bring_back(StagedTable& table) {
  look(table);
  if (looks_[place_of(table)].rows == 0) return false;
  leave_existing(table);
  bool set_off = false;
  for (const Round round : {Round::kUpwards, Round::kDownwards, Round::kLast}) {
    round_ = round;
    waits_for_keys_ = false;
    set_off = bring_back(table, "") || set_off;
    if (!waits_for_keys_) break;
  }
  return set_off;
}

// What is overwritten again at once is not written a second time; what the database refuses, or a trigger drops, is
// left out, and the others are brought back without it.
bool MadeRows::bring_back(StagedTable& table, const std::string& filter) {
  std::vector<std::string> assignments;
  for (const StagedColumn* column : differing(table, filter))
    assignments.push_back(fmt::format("{0} = s.{0}", column->quoted));
  if (assignments.empty()) return false;
  const std::uint64_t before = differing_values(table, filter);
  const std::uint64_t rows_before = differing_rows(table, filter);
  const std::uint64_t all_before = connection_.number("SELECT total_changes()");
  std::uint64_t rows = 0;
  bool dropped = false;
  const auto [kept, refusal] = keep_if(connection_, "settle", [&] {
    rows = connection_.execute(table_sql(table, kBringBack, fmt::arg("assignments", join(assignments, ", ")),
                                         fmt::arg("unsettled", unsettled(table, filter))));
    dropped = rows < rows_before && differing_rows(table, filter) > 0;
    return !dropped && differing_values(table, filter) < before;
  });
  if (refusal && !connection_.in_transaction()) throw SqliteError(*refusal);
  if (refusal) return bring_back_without(table, filter, refused(table, *refusal));
  if (dropped) {
    const Rejection why{
        .verdict = Verdict::kInvalid,
        .reason = "a trigger of the target changed it, and what brings it back is " + dropped_by(table)};
    if (rows == 0) return leave_out(table, filter, why), false;
    return bring_back_without(table, filter, why);
  }
  if (!kept) return false;
  wrote_ = true;
  const bool set_off = connection_.number("SELECT total_changes()") != all_before + rows;
  set_off_ = set_off_ || set_off;
  return set_off;
}

Rejection MadeRows::refused(const StagedTable& table, const SqliteError& refusal) {
  const bool taken = refusal.key_is_taken();
  std::string reason = "a trigger of the target changed it, and brought back to the file's values it is refused: " +
                       words_of(table, refusal);
  if (taken) reason += "; the next import of the file writes rows that exchange a key among themselves";
  return {.verdict = taken ? Verdict::kConflict : Verdict::kInvalid, .reason = reason};
}

// Halves, as long as there are refusals left to ask for; then the rest of the part goes with its refused row.
bool MadeRows::bring_back_without(StagedTable& table, const std::string& filter, const Rejection& why) {
  const std::string there = unsettled(table, filter + " AND x.there");
  const std::uint64_t first = connection_.number("SELECT min(x.record) FROM " + there);
  const std::uint64_t last = connection_.number("SELECT max(x.record) FROM " + there);
  if (first == last || refusals_left_ == 0) {
    if (why.verdict != Verdict::kConflict || round_ == Round::kLast) return leave_out(table, filter, why), false;
    waits_for_keys_ = true;
    return false;
  }
  --refusals_left_;
  const std::uint64_t middle = first + (last - first) / 2;
  std::string halves[] = {fmt::format("{} AND x.record <= {}", filter, middle),
                          fmt::format("{} AND x.record > {}", filter, middle)};
  if (round_ == Round::kDownwards) std::swap(halves[0], halves[1]);
  const bool one = bring_back(table, halves[0]);
  return bring_back(table, halves[1]) || one;
}

// Rows of the last look that still do not hold the file's values.
void MadeRows::leave_out(StagedTable& table, const std::string& filter, const Rejection& why) {
  const std::string rows = differing_there(table, filter + " AND x.there");
  const std::uint64_t unwritten = connection_.number("SELECT count(*) FROM " + rows + table_sql(table, kNotWritten));
  reject(connection_, table,
         reject_sql(table, "s." + table.record, {.verdict = why.verdict, .reason = quote_literal(why.reason)}, rows));
  table.counts.unchanged -= unwritten;
  connection_.execute(table_sql(table, kForgetLeftOut, fmt::arg("place", place_of(table))));
}

// Rows that are there are not written where only new ones are asked for.
void MadeRows::leave_existing(StagedTable& table) {
  if (table.plan.mode != engine::Mode::kInsert) return;
  leave_out(table, table_sql(table, kNotWritten),
            {.verdict = Verdict::kSkipped, .reason = engine::reasons::kRowWasChanged});
}

// The last look, after all that was written.
void MadeRows::conclude(StagedTable& table) {
  if (reached_[place_of(table)]) demand_no_growth(table);
  if (!is_settled(table)) return;
  const Looks& looks = looks_[place_of(table)];
  if (set_off_ || (wrote_ && looks.rows > 0)) look(table);
  tell_brought_back(table);
  if (looks.rows == 0) return;
  reject_gone(table);
  leave_existing(table);
  count_changed(table);
  const std::uint64_t left = connection_.number("SELECT count(*) FROM " + unsettled(table) + " WHERE x.there");
  if (left > 0) tell_left(table, left);
}

void MadeRows::reject_gone(StagedTable& table) {
  const std::string gone = unsettled(table) + " WHERE NOT x.there";
  const std::uint64_t unwritten = connection_.number("SELECT count(*) FROM " + gone + table_sql(table, kNotWritten));
  const std::vector<std::string> writers = writers_of(table.details, details_);
  const std::string reason = "is not in the target after the merge: " +
                             (writers.empty() ? "a trigger or cascade" : "trigger " + join(writers, ", ")) +
                             " took it away or gave it another key";
  reject(connection_, table,
         reject_sql(table, "s." + table.record, {.verdict = Verdict::kInvalid, .reason = quote_literal(reason)}, gone));
  table.counts.unchanged -= unwritten;
}

// Rows that were to stay untouched and did not.
void MadeRows::count_changed(StagedTable& table) {
  table.counts.unchanged -= connection_.execute(table_sql(table, kCountChanged, fmt::arg("unsettled", unsettled(table)),
                                                          fmt::arg("not_written", table_sql(table, kNotWritten))));
}

// Rows without a key that somebody changed after their insert: they cannot be told from others any more.
void MadeRows::demand_no_growth(const StagedTable& table) {
  const bool has_no_key = table.plan.identity.empty() || table.identity_may_be_null();
  if (!has_no_key || table.staged_rows == 0) return;
  const std::uint64_t rows = connection_.number(fmt::format("SELECT count(*) FROM ({})", lacking_rows(table)));
  if (rows == 0) return;
  const std::string what = fmt::format(
      "{} of the file, which {} not in the target after the merge: a trigger of the target changed them, and each "
      "import of the file would add them again",
      rows == 1 ? "1 row" : fmt::format("{} rows", rows), rows == 1 ? "has no key, is" : "have no key, are");
  if (table.plan.growth == engine::Growth::kAllow) return tell(table, what);
  throw base::Error(base::ErrorKind::kSchema, table.details.table.name.name + ": " + what,
                    "nothing was written: leave the table out with -T, or say --allow-growth");
}

// In how many rows of the last look each column differs that is not ignored; 0 of one that is.
std::vector<std::uint64_t> MadeRows::differences(const StagedTable& table, const std::string& filter) {
  std::vector<std::uint64_t> found;
  for (std::size_t first = 0; first < table.columns.size(); first += kColumnsAtOnce) {
    const std::size_t last = std::min(table.columns.size(), first + kColumnsAtOnce);
    std::vector<std::string> sums;
    for (std::size_t i = first; i < last; ++i) {
      const std::string& column = table.columns[i].quoted;
      const bool ignored = table.is_ignored(table.columns[i].name);
      sums.push_back(ignored ? "0" : fmt::format("sum(db_transfer_differs(s.{0}, t.{0}))", column));
    }
    Statement row = connection_.prepare(table_sql(table, kDifferences, fmt::arg("sums", join(sums, ", ")),
                                                  fmt::arg("unsettled", unsettled(table, filter))));
    row.next();
    for (std::size_t i = first; i < last; ++i)
      found.push_back(static_cast<std::uint64_t>(row.integer(static_cast<int>(i - first))));
  }
  return found;
}

std::vector<const StagedColumn*> MadeRows::differing(const StagedTable& table, const std::string& filter) {
  const std::vector<std::uint64_t> rows = differences(table, filter);
  std::vector<const StagedColumn*> columns;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i] > 0) columns.push_back(&table.columns[i]);
  }
  return columns;
}

// Staged rows s of the last look that differ from their row t of the target.
std::string MadeRows::differing_there(const StagedTable& table, const std::string& filter) const {
  return table_sql(table, kDiffering, fmt::arg("unsettled", unsettled(table, filter)));
}

std::uint64_t MadeRows::differing_rows(const StagedTable& table, const std::string& filter) {
  return connection_.number("SELECT count(*) FROM " + differing_there(table, filter));
}

// Of single columns, not of rows: one column of a row may hold now while another never will.
std::uint64_t MadeRows::differing_values(const StagedTable& table, const std::string& filter) {
  std::uint64_t all = 0;
  for (const std::uint64_t rows : differences(table, filter)) all += rows;
  return all;
}

}  // namespace sqlite
