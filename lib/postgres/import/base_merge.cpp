#include "postgres/import/base_merge.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/base_mark.h"
#include "engine/reasons.h"
#include "postgres/import/multiset.h"
#include "postgres/import/rejects.h"
#include "postgres/import/stage.h"
#include "postgres/import/table_sql.h"
#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

namespace reasons = engine::reasons;
using Names = std::vector<std::string>;

// What of a staged row counts as changed.
struct Judged {
  explicit Judged(const StagedTable& table) {
    for (const StagedColumn& column : table.columns) {
      if (table.is_kept(column) || table.is_ignored(column.name) || column.name == table.plan.changed_at) continue;
      (table.base->has_columns({column.name}) ? shared : lacking).push_back(column.name);
    }
    all = shared;
    all.insert(all.end(), lacking.begin(), lacking.end());
  }
  Names shared;   // columns that the base has, too
  Names lacking;  // that it has not
  Names all;
};

std::string differ(const StagedTable& table, const std::string& a, const std::string& b, const Names& columns) {
  return columns.empty() ? "false" : table.differs(a, b, columns);
}

std::string differs(const StagedTable& table, const std::string& column, const std::string& a, const std::string& b) {
  return table.column_differs(*std::ranges::find(table.columns, column, &StagedColumn::name), a, b);
}

std::string any_of(const Names& conditions) {
  return conditions.empty() ? "false" : "(" + join(conditions, "\n  OR ") + ")";
}

// Condition on the rows s, b and t: both sides changed the column, and not to the same.
std::string both_changed(const StagedTable& table, const std::string& column) {
  std::string others = differs(table, column, "s", "t");
  if (!table.base->has_columns({column})) return others;
  return fmt::format("({} AND {} AND {})", differs(table, column, "s", "b"), differs(table, column, "t", "b"), others);
}

// Text expression: `what` and the columns of which `condition` holds.
template <typename Condition>
std::string naming(const char* what, const Names& columns, const Condition& condition) {
  Names named;
  for (const std::string& column : columns)
    named.push_back(fmt::format("CASE WHEN {} THEN {} END", condition(column), quote_literal(column)));
  return fmt::format("{} || pg_catalog.array_to_string(ARRAY[{}]::pg_catalog.text[], ', ')", quote_literal(what),
                     join(named, ", "));
}

engine::reasons::BaseWords words_of(const StagedTable& table) { return reasons::base_words(table.plan.base->settled); }

// "b."db-transfer mark" IN ('b', 'c')".
std::string marked(const StagedTable& base, const std::string& alias, const std::string& letters) {
  Names list;
  for (const char letter : letters) list.push_back(fmt::format("'{}'", letter));
  return fmt::format("{}.{} IN ({})", alias, base.mark, join(list, ", "));
}

// Condition: the base says that the row s is not new, or that it is not asked.
std::string is_known(const StagedTable& table) {
  std::string same = table.same_identity("s", "b");
  if (!table.base->has_marks()) return same;
  return same + " AND " + marked(*table.base, "b", {engine::kOfBase, engine::kCarried, engine::kNotJudged});
}

// " AND …": of the records that carry nothing, none.
std::string only_judged(const StagedTable& table) {
  if (!table.base->has_marks()) return {};
  return fmt::format(" AND NOT EXISTS (SELECT FROM {} p WHERE {} AND {})", base_rows(table),
                     table.same_identity("s", "p"), marked(*table.base, "p", {engine::kNotJudged}));
}

// Beside the places of table_sql: {base}, {same_base} and {is_known} of s and b.
template <typename... Places>
std::string base_sql(const StagedTable& table, const char* text, const Places&... places) {
  return table_sql(table, text, fmt::arg("base", base_rows(table)), fmt::arg("same_base", same_base(table)),
                   fmt::arg("is_known", is_known(table)), places...);
}

// Of what a record carries, the base's own file is not asked.
constexpr const char* kSpokenFor = R"sql({marked} s
JOIN {marked} c ON {same}
WHERE {of_base} AND {carried})sql";

constexpr const char* kForget = "DELETE FROM {heap} k WHERE k.{mark} = '{letter}'{only}";

constexpr const char* kOfBoth = R"sql({verdicts} v
JOIN {staged} s ON s.{record} = v.record
JOIN {target} t ON {same}
JOIN {base} b ON {same_base}
WHERE v.verdict = 'u' AND {differ} AND {condition})sql";

constexpr const char* kNewInBoth = R"sql({verdicts} v
JOIN {staged} s ON s.{record} = v.record
JOIN {target} t ON {same}
WHERE v.verdict = 'u' AND {differ}
  AND NOT EXISTS (SELECT FROM {base} b WHERE {is_known}))sql";

constexpr const char* kGone = R"sql({verdicts} v
JOIN {staged} s ON s.{record} = v.record
JOIN {base} b ON {same_base}
WHERE v.verdict = 'i' AND {condition})sql";

// Of a row without a base all but the time is as in the target, or it is left out.
constexpr const char* kTakeFromTarget = R"sql(
WITH merged AS (
  UPDATE {stage} k SET {assignments}
  FROM (
    SELECT s.{record} AS number,
      {kept} AS kept,
      {values}
    FROM {verdicts} v
    JOIN {staged} s ON s.{record} = v.record
    JOIN {target} t ON {same}
    LEFT JOIN {base} b ON {same_base}
    WHERE v.verdict = 'u' AND {moved}) x
  WHERE x.number = {stage_record}{only}
  RETURNING x.kept)
SELECT pg_catalog.count(*) FROM merged m WHERE m.kept)sql";

constexpr const char* kForgetEqual = R"sql(
DELETE FROM {heap} v
USING {staged} s, {target} t
WHERE v.verdict = 'u' AND s.{record} = v.record AND {same} AND {equal}{only})sql";

void forget(Connection& connection, const StagedTable& base, char mark) {
  connection.execute(fmt::format(kForget, fmt::arg("heap", base.stage_part.heap), fmt::arg("mark", base.stage_mark()),
                                 fmt::arg("letter", mark), fmt::arg("only", base.stage_part.only("k"))));
}

// When the row was last changed: the later of both where another cell of it is written; else a change of the file alone
// counts, and no change of both does.
std::string changed_at(const StagedTable& table, const StagedColumn& column, const Judged& judged) {
  Names written;
  for (const std::string& name : judged.shared)
    written.push_back(fmt::format("({} AND {})", differs(table, name, "s", "b"), differs(table, name, "s", "t")));
  std::string by_file = "false";
  if (table.base->has_columns({column.name}))
    by_file = fmt::format("b.{} IS DISTINCT FROM NULL AND NOT {} AND {}", table.base->record,
                          table.column_differs(column, "t", "b"), table.column_differs(column, "s", "b"));
  return fmt::format(
      R"sql(CASE WHEN b.{record} IS DISTINCT FROM NULL AND {written}
        THEN CASE WHEN COALESCE(t.{column} OPERATOR(pg_catalog.>) s.{column}, s.{column} IS NOT DISTINCT FROM NULL)
             THEN t.{column} ELSE s.{column} END
        WHEN {by_file} THEN s.{column}
        ELSE t.{column} END)sql",
      fmt::arg("record", table.base->record), fmt::arg("written", any_of(written)), fmt::arg("by_file", by_file),
      fmt::arg("column", column.quoted));
}

// What becomes of the file's value of a row that the base has.
std::string merged_value(const StagedTable& table, const StagedColumn& column) {
  std::string stays = table.column_differs(column, "s", "b");
  // Nobody minds a column that is ignored: then the target's own change is kept.
  if (table.is_ignored(column.name)) stays += " AND NOT " + table.column_differs(column, "t", "b");
  return fmt::format("CASE WHEN b.{record} IS NOT DISTINCT FROM NULL OR {stays} THEN s.{column} ELSE t.{column} END",
                     fmt::arg("record", table.base->record), fmt::arg("stays", stays),
                     fmt::arg("column", column.quoted));
}

}  // namespace

engine::TablePlan plan_of_base(const engine::TablePlan& plan) {
  engine::TablePlan base = plan;
  base.target_column = plan.base->target_column;
  base.file_type = plan.base->file_type;
  base.rows = plan.base->rows;
  base.mark = plan.base->mark;
  base.base.reset();
  base.match.clear();
  base.missing_rows = engine::MissingRows::kStay;
  return base;
}

std::string base_rows(const StagedTable& table) {
  const StagedTable& base = *table.base;
  std::string rows = base.has_marks() ? base.marked_rows() : base.typed_rows();
  if (base.rejected_rows == 0) return rows;
  return fmt::format("(SELECT k.* FROM {} k WHERE {})", rows, not_rejected(base, "k"));
}

std::string same_base(const StagedTable& table) {
  std::string same = table.same_identity("s", "b");
  if (!table.base->has_marks()) return same;
  return same + " AND " + marked(*table.base, "b", {engine::kOfBase, engine::kCarried});
}

std::string is_of_base(const StagedTable& table) {
  return fmt::format(
      R"sql(r.verdict = 'c' AND r."constraint" OPERATOR(pg_catalog.=) pg_catalog.convert_to({}, 'UTF8'))sql",
      quote_literal(words_of(table).constraint));
}

bool base_tells_equal_rows(const StagedTable& table) {
  return table.base != nullptr && table.base->has_rows() &&
         std::ranges::all_of(table.columns, [&](const StagedColumn& column) {
           return table.is_ignored(column.name) || table.base->has_columns({column.name});
         });
}

// The target's key need not be one of the base: what cannot be told apart there is as good as none.
void BaseMerge::take_bases(std::vector<std::string>& notices) {
  for (StagedTable& table : tables_) {
    if (table.base == nullptr || !table.base->has_rows()) continue;
    StagedTable& base = *table.base;
    std::uint64_t lost = base.rejected_rows;
    const bool has_key = !table.plan.identity.empty();
    if (has_key && base.has_marks()) settle_marks(table);
    if (has_key && !base.keys_differ)
      lost += reject_repeated(connection_, base, table.plan.identity, quote_literal(reasons::kIdentityRepeated));
    if (lost > 0)
      notices.push_back(
          fmt::format("{}: {} of the base cannot be held by the target, or claim one key; the merge does "
                      "without them, so what the target deleted of them since goes in again",
                      table.details.table.name.name, lost == 1 ? "a record" : fmt::format("{} records", lost)));
  }
}

void BaseMerge::settle_marks(StagedTable& table) {
  StagedTable& base = *table.base;
  forget(connection_, base, engine::kSaysNothing);
  if (!table.plan.base->has_file) return;
  const std::string rows =
      fmt::format(kSpokenFor, fmt::arg("marked", base.marked_rows()), fmt::arg("same", base.same_identity("s", "c")),
                  fmt::arg("of_base", marked(base, "s", {engine::kOfBase})),
                  fmt::arg("carried", marked(base, "c", {engine::kCarried, engine::kCarriesNone})));
  reject(connection_, base, reject_sql(base, {.verdict = Verdict::kUnchanged, .reason = "''"}, rows));
  forget(connection_, base, engine::kCarriesNone);
}

// What is left out keeps its verdict until it has taken what the target changed: so it shows what would be written.
void BaseMerge::merge(StagedTable& table) {
  if (table.base == nullptr || table.plan.identity.empty() || table.may_be_written == 0) return;
  connection_.execute("ANALYZE " + table.verdict_part.heap);
  const std::uint64_t left_out = list_both_changed(table) + list_both_new(table) + list_gone(table);
  take_from_target(table);
  if (left_out > 0) drop_rejected(connection_, table);
  forget_equal(table);
}

std::uint64_t BaseMerge::list_both_changed(StagedTable& table) {
  const Judged judged(table);
  const reasons::BaseWords words = words_of(table);
  const bool rows = table.plan.base_unit == engine::MergeUnit::kRow;
  const auto cell = [&](const std::string& column) { return both_changed(table, column); };
  const auto in_row = [&](const std::string& column) { return differs(table, column, "s", "t"); };
  Names cells;
  for (const std::string& column : judged.all) cells.push_back(cell(column));
  std::string condition = any_of(cells);
  if (rows)
    condition = fmt::format("({} AND {} OR {})", differ(table, "s", "b", judged.shared),
                            differ(table, "t", "b", judged.shared), differ(table, "s", "t", judged.lacking));
  const std::string reason =
      rows ? naming(words.both_changed_row, judged.all, in_row) : naming(words.both_changed, judged.all, cell);
  return list_rejected(connection_, table,
                       reject_sql(table,
                                  {.verdict = Verdict::kConflict,
                                   .reason = reason,
                                   .constraint = words.constraint,
                                   .holder = table.key_text("t")},
                                  base_sql(table, kOfBoth, fmt::arg("differ", differ(table, "s", "t", judged.all)),
                                           fmt::arg("condition", condition))));
}

std::uint64_t BaseMerge::list_both_new(StagedTable& table) {
  const Judged judged(table);
  const reasons::BaseWords words = words_of(table);
  const auto in_row = [&](const std::string& column) { return differs(table, column, "s", "t"); };
  return list_rejected(
      connection_, table,
      reject_sql(table,
                 {.verdict = Verdict::kConflict,
                  .reason = naming(words.both_new, judged.all, in_row),
                  .constraint = words.constraint,
                  .holder = table.key_text("t")},
                 base_sql(table, kNewInBoth, fmt::arg("differ", differ(table, "s", "t", judged.all)))));
}

// A row that is gone is no parent of others either: nobody finds it among the rows to be written.
std::uint64_t BaseMerge::list_gone(StagedTable& table) {
  const Judged judged(table);
  const reasons::BaseWords words = words_of(table);
  const auto in_file = [&](const std::string& column) { return differs(table, column, "s", "b"); };
  const std::string changed = differ(table, "s", "b", judged.shared);
  const std::uint64_t conflicts =
      list_rejected(connection_, table,
                    reject_sql(table,
                               {.verdict = Verdict::kConflict,
                                .reason = naming(words.changed_and_gone, judged.shared, in_file),
                                .constraint = words.constraint},
                               base_sql(table, kGone, fmt::arg("condition", changed))));
  const std::uint64_t gone =
      list_rejected(connection_, table,
                    reject_sql(table, {.verdict = Verdict::kUnchanged, .reason = quote_literal(words.gone)},
                               base_sql(table, kGone, fmt::arg("condition", not_rare("NOT " + changed)))));
  table.counts.gone += gone;
  return conflicts + gone;
}

void BaseMerge::take_from_target(StagedTable& table) {
  const Judged judged(table);
  Names values;
  Names assignments;
  Names shared;
  for (const StagedColumn& column : table.columns) {
    const bool is_time = column.name == table.plan.changed_at;
    const bool has_base = table.base->has_columns({column.name});
    if (!table.is_assigned(column) || (!has_base && !is_time)) continue;
    const std::string value = fmt::format("v{}", values.size());
    values.push_back(
        fmt::format("{} AS {}", is_time ? changed_at(table, column, judged) : merged_value(table, column), value));
    assignments.push_back(
        fmt::format("{} = {}", table.stage_target(column.name), table.stage_value(column.name, "x." + value)));
    if (has_base) shared.push_back(column.name);
  }
  if (values.empty()) return;
  Names compared = judged.shared;
  if (table.base->has_columns({table.plan.changed_at})) compared.push_back(table.plan.changed_at);
  const std::string has_base = fmt::format("b.{} IS DISTINCT FROM NULL", table.base->record);
  const std::string kept = fmt::format("({} AND NOT {} AND {} AND {})", has_base, differ(table, "s", "b", compared),
                                       differ(table, "s", "t", compared), not_rejected(table, "s"));
  std::string moved = fmt::format("{} AND {}", has_base, differ(table, "t", "b", shared));
  if (table.has_columns({table.plan.changed_at}))
    moved = fmt::format("({} OR {})", moved, differ(table, "s", "t", {table.plan.changed_at}) + only_judged(table));
  table.counts.kept += connection_.execute_for_number(
      base_sql(table, kTakeFromTarget, fmt::arg("stage", table.stage_part.heap),
               fmt::arg("assignments", join(assignments, ", ")), fmt::arg("kept", kept),
               fmt::arg("values", join(values, ",\n      ")), fmt::arg("moved", moved),
               fmt::arg("stage_record", table.stage_record("k")), fmt::arg("only", table.stage_part.only("k"))));
  analyze_stage(connection_, table);
}

// Of what is now as in the target.
void BaseMerge::forget_equal(StagedTable& table) {
  const std::uint64_t equal = connection_.execute(table_sql(
      table, kForgetEqual, fmt::arg("heap", table.verdict_part.heap), fmt::arg("only", table.verdict_part.only("v"))));
  table.may_be_written -= equal;
  table.counts.unchanged += equal;
}

void BaseMerge::note_gone_of_multiset(StagedTable& table) {
  if (!base_tells_equal_rows(table)) return;
  table.counts.gone += reject(
      connection_, table,
      reject_sql(
          table, {.verdict = Verdict::kUnchanged, .reason = quote_literal(reasons::kGoneSinceBase)},
          fmt::format("({}) l\nJOIN {} s ON s.{} = l.record", gone_rows(table), table.typed_rows(), table.record)));
}

}  // namespace postgres
