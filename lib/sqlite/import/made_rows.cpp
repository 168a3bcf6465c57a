#include "sqlite/import/made_rows.h"

#include "engine/reasons.h"
#include "sqlite/import/multiset.h"
#include "sqlite/import/rejects.h"
#include "sqlite/import/remap.h"
#include "sqlite/import/table_sql.h"
#include "sqlite/import/trigger_effects.h"
#include "sqlite/session/sql_text.h"

namespace sqlite {
namespace {

std::string number(std::uint64_t rows) { return std::to_string(rows) + (rows == 1 ? " row" : " rows"); }

// Accepted inserts whose row t is in the target by now. {which}: " AND …", on their verdicts v.
constexpr const char* kMade = R"sql({accepted}
CROSS JOIN {target} t ON {same}
WHERE v.verdict = 'i'{which})sql";

constexpr const char* kForgetEqual = R"sql(
DELETE FROM {verdicts}
WHERE record IN (
  SELECT v.record
  FROM {made} AND NOT {differs}))sql";

constexpr const char* kMadeAreUpdates = R"sql(
UPDATE {verdicts} SET verdict = 'u'
WHERE record IN (
  SELECT v.record
  FROM {made}))sql";

// Counts the rows that some look found changed and the last one did not.
constexpr const char* kBroughtBack = R"sql(
SELECT count(DISTINCT u.record)
FROM temp.unsettled u
WHERE u.place = {place} AND u.there AND u.record NOT IN (
  SELECT l.record
  FROM temp.unsettled l
  WHERE l.place = {place} AND l.look = {last}))sql";

}  // namespace

MadeRows::MadeRows(Connection& connection, std::vector<StagedTable>& tables, const std::vector<TableDetails>& details)
    : connection_(connection), tables_(tables), details_(details), reached_(reached_tables(tables, details)) {}

bool MadeRows::compare_again(StagedTable& table, Rows rows) {
  if (table.plan.identity.empty()) return compare_multiset(table, rows), false;
  if (rows == Rows::kAccepted && !reached_[place_of(table)]) return false;
  const bool left_out = rows == Rows::kAccepted && !table.plan.match.empty() && match_again(table);
  const std::string made_rows = table_sql(
      table, kMade,
      fmt::arg("which", rows == Rows::kRetries ? table_sql(table, " AND v.record IN (SELECT record FROM {retries})")
                                               : std::string{}));
  if (table.plan.mode == engine::Mode::kInsert) return skip_made(table, made_rows), left_out;
  const std::uint64_t equal = connection_.execute(table_sql(table, kForgetEqual, fmt::arg("made", made_rows)));
  table.counts.unchanged += equal;
  const std::uint64_t made = connection_.execute(table_sql(table, kMadeAreUpdates, fmt::arg("made", made_rows)));
  table.made_equal += equal;
  table.made_by_triggers += made;
  return left_out;
}

// Left out for good: another try would find them there again.
void MadeRows::skip_made(StagedTable& table, const std::string& rows) {
  const std::uint64_t made = reject(
      connection_, table,
      reject_sql(
          table, "v.record",
          {.verdict = Verdict::kSkipped, .reason = quote_literal(engine::reasons::kRowWasMade), .newer = "v.newer"},
          rows));
  if (made > 0 && fires_triggers(details_))
    connection_.execute(
        table_sql(table, "INSERT OR IGNORE INTO {early} SELECT record FROM {rejects} WHERE verdict = 's'"));
}

// What is left out here was judged, not refused: another try would take somebody else's row for it.
bool MadeRows::match_again(StagedTable& table) {
  std::vector<std::uint64_t> before;
  for (const StagedTable& each : tables_) before.push_back(each.rejected_rows);
  const std::uint64_t rejected = remap(connection_, tables_, table, Remap::kInserts);
  if (rejected == 0) return false;
  table.rejected_rows += rejected;
  forget_rejected(connection_, table);
  for (std::size_t i = 0; i < tables_.size(); ++i) {
    if (tables_[i].rejected_rows > before[i] && fires_triggers(details_))
      connection_.execute(table_sql(tables_[i], "INSERT OR IGNORE INTO {early} SELECT record FROM {rejects}"));
  }
  return true;
}

// Before the first write of the table, where every insert is still to come.
void MadeRows::compare_multiset(StagedTable& table, Rows rows) {
  if (rows != Rows::kAccepted || !reached_[place_of(table)] || table.has_marks()) return;
  const std::uint64_t equal =
      connection_.execute(table_sql(table, "DELETE FROM {verdicts} WHERE verdict = 'i' AND record NOT IN ({lacking})",
                                    fmt::arg("lacking", lacking_rows(table))));
  table.counts.unchanged += equal;
  table.made_equal += equal;
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

void MadeRows::tell_brought_back(const StagedTable& table) {
  const std::size_t place = place_of(table);
  const std::uint64_t rows = connection_.number(
      fmt::format(fmt::runtime(kBroughtBack), fmt::arg("place", place), fmt::arg("last", looks_[place].number)));
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
