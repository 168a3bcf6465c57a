// The merge's word on rows that the target changes on their way in so that no comparison finds them again: rows of a
// table without a key, and rows that are given another key.
#include <fmt/format.h>

#include "postgres/import/merge.h"
#include "postgres/import/multiset.h"
#include "postgres/session/savepoint.h"
#include "postgres/session/sql_text.h"

namespace postgres {

bool Merger::changes_rows(const StagedTable& table) {
  if (!table.details.triggers.empty()) return true;
  return connection_
      .query_value("SELECT c.relhasrules FROM pg_catalog.pg_class c WHERE c.oid OPERATOR(pg_catalog.=) " +
                   std::to_string(table.details.oid))
      .as<bool>();
}

std::uint64_t Merger::astray(const StagedTable& table, const std::string& filter) {
  if (table.plan.identity.empty() || !changes_rows(table)) return 0;
  const std::string count = fmt::format("SELECT pg_catalog.count(*) FROM ({}) x", astray_sql(table, filter));
  return connection_.query_value(count).as<std::uint64_t>();
}

std::string Merger::astray_sql(const StagedTable& table, const std::string& filter) {
  return fmt::format(R"sql(
SELECT FROM {staged} s JOIN {verdicts} v ON v.record = s.{record}
WHERE v.verdict = 'i'{filter} AND NOT EXISTS (SELECT FROM {target} t WHERE {same}))sql",
                     fmt::arg("staged", table.typed_rows()), fmt::arg("verdicts", table.verdicts),
                     fmt::arg("record", table.record), fmt::arg("filter", filter),
                     fmt::arg("target", table.target_rows), fmt::arg("same", table.same_identity("s", "t")));
}

// Rows of a table without a key that the target changes on their way in would come again with every import of the file.
void Merger::refuse_growth(StagedTable& table, std::uint64_t rejected_before, Savepoint& before) {
  if (!table.plan.identity.empty() || !changes_rows(table)) return;
  const auto grown = connection_
                         .query_value(fmt::format(R"sql(
SELECT pg_catalog.count(*) FROM ({}) l JOIN {} v ON v.record = l.record WHERE v.verdict = 'i')sql",
                                                  lacking_rows(table), table.verdicts))
                         .as<std::uint64_t>();
  if (grown == 0) return;
  if (table.plan.growth == engine::Growth::kAllow) {
    notices_.push_back(table.details.table.name.name + ": " + std::to_string(grown) + " rows were changed by " +
                       trigger_names(table) + " on their way in, and the table has no key: each import of the file " +
                       "adds them again");
    return;
  }
  before.roll_back();
  table.rejected_rows = rejected_before;
  leave_out(table, {Step::kInsert}, whole(table),
            {.verdict = Verdict::kInvalid,
             .reason = quote_literal(
                 trigger_names(table) +
                 " changes rows on their way in, and the table has no key: each import of the file would add "
                 "them again. Name the columns that it sets in \"ignore\" of the transfer file, or say "
                 "--allow-growth")});
}

}  // namespace postgres
