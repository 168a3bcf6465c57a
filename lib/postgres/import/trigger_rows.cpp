#include "postgres/import/trigger_rows.h"

#include "engine/reasons.h"
#include "postgres/import/classify_keys.h"
#include "postgres/import/multiset.h"
#include "postgres/import/rejects.h"
#include "postgres/import/table_sql.h"
#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

// A staged row, its verdict and the row of the target that it stands for.
template <typename... Arguments>
std::string sql(const StagedTable& table, const char* text, const Arguments&... more) {
  return table_sql(table, text, fmt::arg("heap", table.verdict_part.heap),
                   fmt::arg("only", table.verdict_part.only("v")), more...);
}

}  // namespace

std::string trigger_names(const StagedTable& table) {
  return table.details.triggers.empty() ? "a trigger or rule" : "trigger " + join(table.details.triggers, ", ");
}

std::string dropped_by(const StagedTable& table) { return "dropped by " + trigger_names(table) + " of the target"; }

std::uint64_t TriggerRows::compare_again(std::size_t number, Parking::Inserts inserts) {
  StagedTable& table = tables_[number];
  if (!table.has_rows() || !watch_.touched(table)) return 0;
  const std::uint64_t rejected_before = table.rejected_rows;
  if (table.plan.identity.empty()) {
    compare_multiset(table);
  } else {
    compare_rows(table, "");
  }
  KeyClassifier(connection_, table, number).classify_again(inserts);
  note_others(table);
  return table.rejected_rows - rejected_before;
}

void TriggerRows::compare_rows(StagedTable& table) {
  if (!table.has_rows() || table.plan.identity.empty() || !watch_.touched(table)) return;
  compare_rows(table, "");
  note_others(table);
}

// Rows that the merge does not write are looked at after it.
void TriggerRows::note_others(const StagedTable& table) {
  watch_.settle(table);
  looks_[place_of(table)].whole = true;
}

bool TriggerRows::compare_records(StagedTable& table, const std::string& records) {
  if (table.plan.identity.empty()) return false;
  return compare_rows(table, " AND v.record IN (" + records + ")") > 0;
}

// Marks with 'm' the rows of inserts that somebody else has made meanwhile. Returns how many.
std::uint64_t TriggerRows::compare_rows(StagedTable& table, const std::string& filter) {
  const std::uint64_t made = connection_.execute(sql(table, R"sql(
UPDATE {heap} v SET verdict = 'm'
FROM {staged} s JOIN {target} t ON {same}
WHERE v.verdict = 'i' AND v.record = s.{record}{filter}{only})sql",
                                                     fmt::arg("filter", filter)));
  if (made == 0) return 0;
  if (table.plan.mode == engine::Mode::kInsert) {
    reject(connection_, table,
           reject_sql(table, {.verdict = Verdict::kSkipped, .reason = quote_literal(engine::reasons::kRowWasMade)},
                      sql(table, "{staged} s JOIN {verdicts} v ON v.record = s.{record} WHERE v.verdict = 'm'")));
    return made;
  }
  const std::uint64_t equal = connection_.execute(sql(table, R"sql(
DELETE FROM {heap} v
USING {staged} s JOIN {target} t ON {same}
WHERE v.verdict = 'm' AND v.record = s.{record} AND {equal}{only})sql"));
  connection_.execute(sql(table, "UPDATE {heap} v SET verdict = 'u' WHERE v.verdict = 'm'{only}"));
  table.counts.unchanged += equal;
  table.made_equal += equal;
  table.made_by_triggers += made - equal;
  return made;
}

void TriggerRows::compare_multiset(StagedTable& table) {
  const std::uint64_t equal = connection_.execute(sql(table, R"sql(
DELETE FROM {heap} v
WHERE v.verdict = 'i' AND NOT EXISTS (SELECT FROM ({lacking}) l WHERE l.record = v.record){only})sql",
                                                      fmt::arg("lacking", lacking_rows(table))));
  table.counts.unchanged += equal;
  table.made_equal += equal;
}

}  // namespace postgres
