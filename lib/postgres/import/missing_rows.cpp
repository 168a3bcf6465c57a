// UndoJudge's way to the rows that the file of an import lacks (--delete-missing).
#include <fmt/format.h>

#include "engine/reasons.h"
#include "postgres/import/base_merge.h"
#include "postgres/import/rejects.h"
#include "postgres/import/undo_judge.h"
#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

// Their records are numbered behind those of the file (outcome::comes_before). A row that the file speaks of is there,
// whatever becomes of its record.
constexpr const char* kFindMissing = R"sql(
INSERT INTO pg_temp.deletion
SELECT {number}, {rows} + pg_catalog.row_number() OVER (ORDER BY pg_catalog.length(x.key), x.key, x.part, x.place),
       x.part, x.place, x.key, 'd', NULL
FROM (SELECT t.tableoid AS part, t.ctid AS place, pg_catalog.convert_to({key}, 'UTF8') AS key
FROM {target} t
WHERE NOT EXISTS (SELECT FROM {staged} s WHERE {same}){unmatched}{in_base}) x)sql";

// A row that its natural key does not name is never taken for one that the file lacks.
constexpr const char* kUnmatched = R"sql(
  AND NOT EXISTS (SELECT FROM {staged} s WHERE {same_match}){named})sql";

// With a base, what it has not is the target's own.
constexpr const char* kInBase = R"sql(
  AND EXISTS (SELECT FROM {base} b WHERE {same}))sql";

constexpr const char* kChanged = R"sql(ARRAY(
  SELECT d.record
  FROM {deletes} d
  JOIN {target} t ON t.tableoid = d.target_table AND t.ctid = d.target_row
  JOIN {base} b ON {same}
  WHERE {changed}))sql";

constexpr const char* kAllOf = "ARRAY(SELECT d.record FROM {deletes} d)";

std::string unmatched(const StagedTable& table) {
  const std::vector<std::string>& match = table.plan.match;
  if (match.empty()) return {};
  return fmt::format(kUnmatched, fmt::arg("staged", table.typed_rows()),
                     fmt::arg("same_match", table.same_columns(match, "s", "t")),
                     fmt::arg("named", " AND NOT (" + table.any_null(match, "t") + ")"));
}

std::string in_base(const StagedTable& table) {
  if (table.base == nullptr) return {};
  return fmt::format(kInBase, fmt::arg("base", base_rows(table)), fmt::arg("same", table.same_identity("b", "t")));
}

// Of a column that the base lacks any value counts; of one that the file lacks, too, only what no default can have put
// there.
std::string changed_since_base(const StagedTable& table) {
  const auto counts = [&](const std::string& column) {
    return !table.is_ignored(column) && column != table.plan.changed_at;
  };
  std::vector<std::string> conditions;
  for (const StagedColumn& column : table.columns) {
    if (!counts(column.name)) continue;
    conditions.push_back(table.base->has_columns({column.name})
                             ? table.column_differs(column, "t", "b")
                             : fmt::format("t.{} IS DISTINCT FROM NULL", column.quoted));
  }
  for (const StagedColumn& column : table.base->columns) {
    if (!table.has_columns({column.name}) && counts(column.name))
      conditions.push_back(table.base->column_differs(column, "t", "b"));
  }
  for (const catalog::Column& column : table.details.table.columns) {
    if (!column.generated && !column.has_default && !table.has_columns({column.name}) &&
        !table.base->has_columns({column.name}))
      conditions.push_back(fmt::format("t.{} IS DISTINCT FROM NULL", quote_name(column.name)));
  }
  const std::string changed = conditions.empty() ? std::string("false") : join(conditions, " OR ");
  return fmt::format(kChanged, fmt::arg("deletes", table.deletes), fmt::arg("target", table.target_rows),
                     fmt::arg("base", base_rows(table)), fmt::arg("same", table.same_identity("b", "t")),
                     fmt::arg("changed", changed));
}

}  // namespace

void UndoJudge::take_missing(StagedTable& table) {
  if (!table.deletes_missing()) return;
  const std::uint64_t left_out = table.rejected_rows;
  table.missing = connection_.execute(
      fmt::format(kFindMissing, fmt::arg("number", table.plan_number), fmt::arg("rows", table.plan.rows),
                  fmt::arg("key", table.key_text("t")), fmt::arg("target", table.target_rows),
                  fmt::arg("staged", table.typed_rows()), fmt::arg("same", table.same_identity("s", "t")),
                  fmt::arg("unmatched", unmatched(table)), fmt::arg("in_base", in_base(table))));
  table.may_be_deleted = table.missing;
  table.counts.missing = table.missing;
  if (table.missing == 0) return;
  connection_.execute("ANALYZE pg_temp.deletion");
  // A record that could not be read, or found no row of the target, may be about any of them.
  if (left_out > 0)
    keep(table, fmt::format(kAllOf, fmt::arg("deletes", table.deletes)), engine::reasons::records_are_unread(left_out),
         Verdict::kConflict);
  else if (table.base != nullptr)
    keep(table, changed_since_base(table), engine::reasons::kChangedSinceBase, Verdict::kConflict);
}

}  // namespace postgres
