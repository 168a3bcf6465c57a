#include "sqlite/import/made_rows.h"

#include <algorithm>
#include <optional>

#include "sqlite/import/rejects.h"
#include "sqlite/import/remap.h"
#include "sqlite/import/trigger_effects.h"
#include "sqlite/session/row_functions.h"
#include "sqlite/session/sql_text.h"

namespace sqlite {
namespace {

constexpr int kMostPasses = 3;               // that write; the last look comes behind them
constexpr std::size_t kColumnsAtOnce = 500;  // a query takes 2000 aggregates at most

std::string number(std::uint64_t rows) { return std::to_string(rows) + (rows == 1 ? " row" : " rows"); }

}  // namespace

MadeRows::MadeRows(Connection& connection, std::vector<StagedTable>& tables, const std::vector<TableDetails>& details)
    : connection_(connection), tables_(tables), details_(details), reached_(reached_tables(tables, details)) {}

bool MadeRows::compare_again(StagedTable& table, Rows rows) {
  if (table.plan.identity.empty()) return compare_multiset(table, rows), false;
  if (rows == Rows::kAccepted && !reached_[place_of(table)]) return false;
  const bool left_out = rows == Rows::kAccepted && !table.plan.match.empty() && match_again(table);
  const std::string there =
      " FROM " + table.accepted_rows() + " CROSS JOIN " + table.target + " t ON " + table.same_identity("s", "t") +
      " WHERE v.verdict = 'i'" +
      (rows == Rows::kRetries ? " AND v.record IN (SELECT record FROM " + table.retries + ")" : "");
  if (table.plan.mode == engine::Mode::kInsert) return skip_made(table, there), left_out;
  const std::uint64_t equal =
      connection_.execute("DELETE FROM " + table.verdicts + " WHERE record IN (SELECT v.record" + there + " AND NOT " +
                          table.differs("s", "t") + ")");
  table.counts.unchanged += equal;
  const std::uint64_t made = connection_.execute("UPDATE " + table.verdicts +
                                                 " SET verdict = 'u' WHERE record IN (SELECT v.record" + there + ")");
  table.made_equal += equal;
  table.made_by_triggers += made;
  return left_out;
}

// Left out for good: another try would find them there again.
void MadeRows::skip_made(StagedTable& table, const std::string& there) {
  const std::string rows = there.substr(std::string_view(" FROM ").size());
  const std::uint64_t made = reject(
      connection_, table,
      reject_sql(table, "v.record",
                 {'s',
                  quote_literal("only new rows are written, and a trigger of the target has made this one meanwhile"),
                  {},
                  {},
                  "v.newer"},
                 rows));
  if (made > 0 && fires_triggers(details_))
    connection_.execute("INSERT OR IGNORE INTO " + table.early + " SELECT record FROM " + table.rejects +
                        " WHERE verdict = 's'");
}

// What is left out here was judged, not refused: another try would take somebody else's row for it.
bool MadeRows::match_again(StagedTable& table) {
  std::vector<std::uint64_t> before;
  for (const StagedTable& each : tables_) before.push_back(each.rejected_rows);
  const std::uint64_t rejected = remap(connection_, tables_, table, Remap::kInserts);
  if (rejected == 0) return false;
  table.rejected_rows += rejected;
  connection_.execute("DELETE FROM " + table.verdicts + " WHERE record IN (SELECT record FROM " + table.rejects + ")");
  for (std::size_t i = 0; i < tables_.size(); ++i) {
    if (tables_[i].rejected_rows > before[i] && fires_triggers(details_))
      connection_.execute("INSERT OR IGNORE INTO " + tables_[i].early + " SELECT record FROM " + tables_[i].rejects);
  }
  return true;
}

// Before its first write, where every insert is still to come.
void MadeRows::compare_multiset(StagedTable& table, Rows rows) {
  if (rows != Rows::kAccepted || !reached_[place_of(table)] || table.has_marks()) return;
  const std::uint64_t equal = connection_.execute(
      "DELETE FROM " + table.verdicts + " WHERE verdict = 'i' AND record NOT IN (" + lacking_rows(table) + ")");
  table.counts.unchanged += equal;
  table.made_equal += equal;
}

void MadeRows::settle() {
  if (std::ranges::none_of(reached_, [](bool reached) { return reached; })) return;
  // The rows of the file that a look found changed, or not there.
  connection_.execute(
      "CREATE TABLE temp.unsettled (place INTEGER, look INTEGER, record INTEGER, there INTEGER, PRIMARY KEY (place, "
      "look, record)) WITHOUT ROWID");
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

// Of all rows that the file brings, the unchanged ones too.
void MadeRows::look(const StagedTable& table) {
  Looks& looks = looks_[place_of(table)];
  ++looks.number;
  const std::string there = "t." + quote_name(table.plan.identity.front());
  looks.rows = connection_.execute(
      "INSERT INTO temp.unsettled SELECT " + std::to_string(place_of(table)) + ", " + std::to_string(looks.number) +
      ", s." + table.record + ", " + there + " IS NOT NULL FROM " + table.stage + " s LEFT JOIN " + table.target +
      " t ON " + table.same_identity("s", "t") + " WHERE (" + there + " IS NULL OR " + table.differs("s", "t") +
      ") AND s." + table.record + " NOT IN (SELECT record FROM " + table.rejects + ")" +
      (table.identity_may_be_null() ? " AND NOT " + table.lacks_identity("s") : std::string{}));
}

// What the last look found: staged rows s. `filter`: on the look's row x.
std::string MadeRows::unsettled(const StagedTable& table, const std::string& filter) const {
  const std::size_t place = place_of(table);
  return "temp.unsettled x CROSS JOIN " + table.stage + " s ON x.place = " + std::to_string(place) +
         " AND x.look = " + std::to_string(looks_[place].number) + " AND s." + table.record + " = x.record" + filter;
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
    assignments.push_back(column->quoted + " = s." + column->quoted);
  if (assignments.empty()) return false;
  const std::uint64_t before = differing_values(table, filter);
  const std::uint64_t rows_before = differing_rows(table, filter);
  const std::uint64_t all_before = connection_.number("SELECT total_changes()");
  std::uint64_t rows = 0;
  bool kept = false;
  bool dropped = false;
  std::optional<SqliteError> refusal;
  connection_.execute("SAVEPOINT settle");
  try {
    rows = connection_.execute("UPDATE" + table.or_abort + " " + table.target + " AS t SET " + join(assignments, ", ") +
                               " FROM " + unsettled(table, filter) + " WHERE " + table.same_identity("s", "t") +
                               " AND " + table.differs("s", "t"));
    dropped = rows < rows_before && differing_rows(table, filter) > 0;
    kept = !dropped && differing_values(table, filter) < before;
  } catch (const SqliteError& error) {
    if (!error.blames_a_row() || !connection_.in_transaction()) throw;
    refusal = error;
  }
  if (!kept) connection_.execute("ROLLBACK TO settle");
  connection_.execute("RELEASE settle");
  if (refusal) return bring_back_without(table, filter, refused(table, *refusal));
  if (dropped) {
    const Rejection why{
        'x', "a trigger of the target changed it, and what brings it back is " + dropped_by(table), {}, {}, {}};
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
  return {taken ? 'c' : 'x', reason, {}, {}, {}};
}

// Halves, as long as there are refusals left to ask for; then the rest of the part goes with its refused row.
bool MadeRows::bring_back_without(StagedTable& table, const std::string& filter, const Rejection& why) {
  const std::string there = " FROM " + unsettled(table, filter + " AND x.there");
  const std::uint64_t first = connection_.number("SELECT min(x.record)" + there);
  const std::uint64_t last = connection_.number("SELECT max(x.record)" + there);
  if (first == last || refusals_left_ == 0) {
    if (why.verdict != 'c' || round_ == Round::kLast) return leave_out(table, filter, why), false;
    waits_for_keys_ = true;
    return false;
  }
  --refusals_left_;
  const std::string middle = std::to_string(first + (last - first) / 2);
  std::string halves[] = {filter + " AND x.record <= " + middle, filter + " AND x.record > " + middle};
  if (round_ == Round::kDownwards) std::swap(halves[0], halves[1]);
  const bool one = bring_back(table, halves[0]);
  return bring_back(table, halves[1]) || one;
}

// Rows of the last look that still do not hold the file's values.
void MadeRows::leave_out(StagedTable& table, const std::string& filter, const Rejection& why) {
  const std::string rows = differing_there(table, filter + " AND x.there");
  const std::uint64_t unwritten = connection_.number("SELECT count(*) FROM " + rows + " AND x.record NOT IN (SELECT " +
                                                     "record FROM " + table.verdicts + ")");
  reject(connection_, table,
         reject_sql(table, "s." + table.record, {why.verdict, quote_literal(why.reason), {}, {}, {}}, rows));
  table.counts.unchanged -= unwritten;
  connection_.execute("DELETE FROM temp.unsettled WHERE place = " + std::to_string(place_of(table)) +
                      " AND record IN (SELECT record FROM " + table.rejects + ")");
}

// Rows that are there are not written where only new ones are asked for.
void MadeRows::leave_existing(StagedTable& table) {
  if (table.plan.mode != engine::Mode::kInsert) return;
  leave_out(table, " AND x.record NOT IN (SELECT record FROM " + table.verdicts + ")",
            {'s', "only new rows are written, and a trigger of the target has changed this one meanwhile", {}, {}, {}});
}

// The last look, behind all that was written.
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
  const std::uint64_t unwritten = connection_.number(
      "SELECT count(*) FROM " + gone + " AND x.record NOT IN (SELECT record FROM " + table.verdicts + ")");
  const std::vector<std::string> writers = writers_of(table.details, details_);
  const std::string reason = "is not in the target behind the merge: " +
                             (writers.empty() ? "a trigger or cascade" : "trigger " + join(writers, ", ")) +
                             " took it away or gave it another key";
  reject(connection_, table, reject_sql(table, "s." + table.record, {'x', quote_literal(reason), {}, {}, {}}, gone));
  table.counts.unchanged -= unwritten;
}

// Rows that were to stay untouched and did not.
void MadeRows::count_changed(StagedTable& table) {
  table.counts.unchanged -=
      connection_.execute("INSERT INTO " + table.verdicts + " SELECT x.record, 'u', 0 FROM " + unsettled(table) +
                          " WHERE x.there AND x.record NOT IN (SELECT record FROM " + table.verdicts + ")");
}

// Rows without a key that somebody changed behind their insert: they cannot be told from others any more.
void MadeRows::demand_no_growth(const StagedTable& table) {
  const bool has_no_key = table.plan.identity.empty() || table.identity_may_be_null();
  if (!has_no_key || table.staged_rows == 0) return;
  const std::uint64_t rows = connection_.number("SELECT count(*) FROM (" + lacking_rows(table) + ")");
  if (rows == 0) return;
  const std::string what =
      number(rows) + (rows == 1 ? " of the file, which has no key, does" : " of the file, which have no key, do") +
      " not stand in the target behind the merge: a trigger of the target changed them, and each "
      "import of the file would add them again";
  if (table.plan.growth == engine::Growth::kAllow) return tell(table, what);
  throw base::Error(base::ErrorKind::kSchema, table.details.table.name.name + ": " + what,
                    "nothing was written: leave the table out with -T, or say --allow-growth");
}

// Records of rows without a key that the target does not hold: the n-th equal row of the file stands for the n-th equal
// row of the target.
std::string MadeRows::lacking_rows(const StagedTable& table) {
  std::vector<std::string> columns;
  for (const StagedColumn& column : table.columns) {
    if (!table.is_ignored(column.name)) columns.push_back("x." + column.quoted);
  }
  const std::string condition = table.plan.identity.empty() ? "1" : table.lacks_identity("x");
  const auto images = [&](const std::string& list, const std::string& rows) {
    return "(SELECT " + list + image_call(columns) + " AS image FROM " + rows + " x WHERE " + condition;
  };
  return "SELECT s.record FROM (SELECT y.*, row_number() OVER (PARTITION BY y.image ORDER BY y.record) AS n FROM " +
         images("x." + table.record + " AS record, ", table.stage) + " AND x." + table.record +
         " NOT IN (SELECT record FROM " + table.rejects +
         ")) y) s LEFT JOIN (SELECT y.image, row_number() OVER (PARTITION BY y.image) AS n FROM " +
         images("", table.target) + ") y) t ON t.image = s.image AND t.n = s.n WHERE t.n IS NULL";
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
      sums.push_back(ignored ? "0" : "sum(db_transfer_differs(s." + column + ", t." + column + "))");
    }
    Statement row = connection_.prepare("SELECT " + join(sums, ", ") + " FROM " + unsettled(table, filter) +
                                        " CROSS JOIN " + table.target + " t ON " + table.same_identity("s", "t"));
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
  return unsettled(table, filter) + " CROSS JOIN " + table.target + " t ON " + table.same_identity("s", "t") +
         " WHERE " + table.differs("s", "t");
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

std::size_t MadeRows::place_of(const StagedTable& table) const {
  return static_cast<std::size_t>(&table - tables_.data());
}

void MadeRows::tell_made(const StagedTable& table) {
  if (table.made_by_triggers > 0)
    tell(table, number(table.made_by_triggers) +
                    " to be inserted had been made by the target's triggers meanwhile and were brought to the file's "
                    "values: counted as updates");
  if (table.made_equal > 0)
    tell(table, number(table.made_equal) +
                    " to be inserted had been made by the target's triggers meanwhile as the file has them: counted as "
                    "unchanged");
}

// Of any look: rows that the last one does not find any more.
void MadeRows::tell_brought_back(const StagedTable& table) {
  const std::string place = std::to_string(place_of(table));
  const std::string last = std::to_string(looks_[place_of(table)].number);
  const std::uint64_t rows = connection_.number(
      "SELECT count(DISTINCT u.record) FROM temp.unsettled u WHERE u.place = " + place +
      " AND u.there AND u.record NOT IN (SELECT l.record FROM temp.unsettled l WHERE l.place = " + place +
      " AND l.look = " + last + ")");
  if (rows > 0)
    tell(table,
         number(rows) + " that the target's triggers or cascades had changed were brought back to the file's values");
}

void MadeRows::tell_left(const StagedTable& table, std::uint64_t rows) {
  rewritten_.push_back(place_of(table));
  std::vector<std::string> columns;
  for (const StagedColumn* column : differing(table)) columns.push_back(column->name);
  const std::vector<std::string> writers = writers_of(table.details, details_);
  tell(table, number(rows) + (rows == 1 ? " does" : " do") + " not hold the file's values after the import (" +
                  join(columns, ", ") + "); " + (writers.empty() ? "a cascade" : "trigger " + join(writers, ", ")) +
                  " changed them. The next import of the file will write them again, unless \"ignore\" of the "
                  "transfer file names what the target sets itself");
}

void MadeRows::tell(const StagedTable& table, const std::string& what) {
  notices_.push_back(table.details.table.name.name + ": " + what);
}

}  // namespace sqlite
