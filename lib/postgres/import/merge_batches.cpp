// Merger's statements: what one of them writes, and its SQL.
#include <utility>

#include "postgres/import/changed_columns.h"
#include "postgres/import/merge.h"
#include "postgres/import/table_sql.h"

namespace postgres {

// One for all rows of a step, unless somebody can tell which columns an UPDATE names.
std::vector<Merger::Batch> Merger::batches(const StagedTable& table, Step step) {
  if (step == Step::kInsert) return {{step}};
  const auto number = static_cast<std::size_t>(&table - tables_.data());
  const std::string rest = table.handed_on ? KeyOrder::not_handed_on(number) : std::string{};
  if (table.details.column_observers.empty()) return {{step, rest, table.not_updatable}};
  if (count(table, {step, rest}, whole(table)) == 0) return {};
  std::vector<Batch> batches;
  for (const std::string& group : group_updates(connection_, table, number)) {
    Batch batch{step, rest + in_update_group(number, group), unnamed_columns(table, group)};
    // Nothing to name: triggers of this import have made these rows what the file says.
    if (!table.update_head(batch.unnamed).empty()) batches.push_back(std::move(batch));
  }
  return batches;
}

std::string Merger::in_range(Range range) {
  return " AND v.record BETWEEN " + std::to_string(range.first) + " AND " + std::to_string(range.last);
}

std::uint64_t Merger::count(const StagedTable& table, const Batch& batch, Range range) {
  if (table.may_be_written == 0) return 0;
  return connection_
      .query_value(
          table_sql(table, "SELECT pg_catalog.count(*) FROM {verdicts} v WHERE v.verdict = '{step}'{condition}{range}",
                    fmt::arg("step", letter(batch.step)), fmt::arg("condition", batch.condition),
                    fmt::arg("range", in_range(range))))
      .as<std::uint64_t>();
}

// All of them: in the order of the file, and without a join with the verdicts.
std::string Merger::whole_sql(const StagedTable& table, const Batch& batch, std::uint64_t rows) {
  if (rows != table.staged_rows) return part_sql(table, batch, "");
  if (batch.step == Step::kInsert) return table.insert_sql();
  return table.update_sql(batch.unnamed) + "\nWHERE " + table.same_identity("s", "t");
}

// Sorted by a subquery, whose rows are taken one by one then.
std::string Merger::marking_sql(const StagedTable& table, const std::string& filter) {
  const std::string rows = table_sql(table, R"sql((
  SELECT s.*
  FROM {staged} s
  JOIN {verdicts} v ON v.record = s.{record}
  WHERE v.verdict = 'i'{filter}
  ORDER BY v.record
  OFFSET 0))sql",
                                     fmt::arg("filter", filter));
  return table.insert_sql(rows) + "\nWHERE " + RefusalSearch::mark("s." + table.record);
}

std::string Merger::part_sql(const StagedTable& table, const Batch& batch, const std::string& filter) {
  const bool inserts = batch.step == Step::kInsert;
  return table_sql(table, R"sql({head}
JOIN {verdicts} v ON v.record = s.{record}
WHERE v.verdict = '{step}'{condition}{same_row}{filter})sql",
                   fmt::arg("head", inserts ? table.insert_sql() : table.update_sql(batch.unnamed)),
                   fmt::arg("step", letter(batch.step)), fmt::arg("condition", batch.condition),
                   fmt::arg("same_row", inserts ? "" : " AND " + table.same_identity("s", "t")),
                   fmt::arg("filter", filter));
}

}  // namespace postgres
