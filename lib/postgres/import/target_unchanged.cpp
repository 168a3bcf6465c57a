// The part of PostgresTarget that finds records which need no staging, and decides where that is sound and worth it.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "postgres/catalog/partition_tree.h"
#include "postgres/catalog/quiet_tables.h"
#include "postgres/import/cascades.h"
#include "postgres/import/sequences.h"
#include "postgres/import/table_sql.h"
#include "postgres/import/target.h"
#include "postgres/session/guarded.h"
#include "postgres/session/settings.h"

namespace postgres {
namespace {

// Of tables and their partitions: bytes on the disk, and rows as far as statistics tell.
constexpr const char* kSizes = R"sql(
SELECT x.oid, pg_catalog.sum(pg_catalog.pg_relation_size(c.oid::pg_catalog.regclass))::pg_catalog.int8 AS bytes,
       COALESCE(pg_catalog.sum(c.reltuples) FILTER (WHERE c.reltuples OPERATOR(pg_catalog.>) 0), 0)::pg_catalog.int8
         AS rows
FROM {parts}
JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) x.part AND c.relkind OPERATOR(pg_catalog.=) 'r'::pg_catalog."char"
GROUP BY x.oid)sql";

constexpr const char* kHolders = R"sql({rejects} r
JOIN {target} t ON t.tableoid = r.holder_table AND t.ctid = r.holder_row)sql";

struct Size {
  std::uint64_t bytes = 0;
  std::uint64_t rows = 0;  // 0: not known
};

std::map<std::uint32_t, Size> sizes_of(Connection& connection, const std::vector<const TableDetails*>& tables) {
  std::map<std::uint32_t, Size> sizes;
  for (const auto& row : connection.query(fmt::format(kSizes, fmt::arg("parts", parts_of(tables)))))
    sizes[row["oid"].as<std::uint32_t>()] = {row["bytes"].as<std::uint64_t>(), row["rows"].as<std::uint64_t>()};
  return sizes;
}

// A row of no columns takes so much.
constexpr std::uint64_t kLeastRowBytes = 28;

// Reading a table costs a fraction of staging as many records.
bool is_of_size(const Size& size, std::uint64_t records) {
  if (size.rows > 0) return size.rows <= 2 * records && 2 * size.rows >= records;
  constexpr std::uint64_t kMostRowBytes = 400;
  return 2 * size.bytes >= kLeastRowBytes * records && size.bytes <= kMostRowBytes * records;
}

// Unstaged rows are found by none of the statements that compare staged ones: none of these may be asked.
bool finds_rows_otherwise(const StagedTable& table) {
  return table.may_lose_rows() || !table.plan.match.empty() ||
         std::ranges::find(table.details.parent_rules, ParentRule::kContained) != table.details.parent_rules.end();
}

}  // namespace

std::vector<bool> PostgresTarget::may_hold_equal_rows(const std::vector<engine::TablePlan>& plans) {
  // Who may lose rows looks for all of the file's among the staged ones.
  if (std::ranges::any_of(plans, [](const auto& plan) { return plan.missing_rows == engine::MissingRows::kDelete; }))
    return std::vector<bool>(plans.size(), false);
  std::vector<bool> may(plans.size(), digests::tries() == digests::Tries::kAlways);
  if (digests::tries() != digests::Tries::kWhereWorthIt) return may;
  connection_->execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY");
  pin_settings(*connection_, lock_timeout_);
  std::vector<const TableDetails*> tables;
  for (const engine::TablePlan& plan : plans) tables.push_back(&find(plan.target.name));
  auto sizes = sizes_of(*connection_, tables);
  for (std::size_t i = 0; i < plans.size(); ++i)
    may[i] = sizes[tables[i]->oid].bytes >= kLeastRowBytes * digests::kFewestRecords;
  connection_->execute("COMMIT");
  return may;
}

bool PostgresTarget::find_unchanged(std::size_t plan, const std::vector<std::string>& columns,
                                    digests::RecordDigests& file, std::size_t section) {
  if (first_load_ || restored_ || digests::tries() == digests::Tries::kNever) return false;
  const digests::RecordParts::Chains* const digests = file.section(section);
  StagedTable& table = tables_.at(plan);
  if (digests == nullptr || digests::records_of(*digests) != table.plan.rows) return false;
  return guarded([&] {
    if (!may_leave_unstaged(table, columns)) return false;
    unchanged_.resize(tables_.size());
    unchanged_[plan] = std::make_unique<UnchangedRows>(*connection_, table, columns, file, *digests);
    const bool samples = digests::tries() != digests::Tries::kAlways;
    const bool found =
        unchanged_[plan]->find(samples ? UnchangedRows::Patience::kSampleFirst : UnchangedRows::Patience::kWholeTable);
    // A record without an identity counts against the rows that those equal to it have taken, also when it is spelled
    // otherwise: all are staged, or none.
    if (!found || (table.plan.identity.empty() && unchanged_[plan]->count() < table.plan.rows)) {
      unchanged_[plan].reset();
      return false;
    }
    table.unstaged_rows = unchanged_[plan]->count();
    if (table.unstaged_rows < table.plan.rows) return false;
    table.counts.rows = table.plan.rows;
    return true;
  });
}

// What a trigger or a cascade changes after its verdict is looked for among the staged rows.
bool PostgresTarget::may_leave_unstaged(const StagedTable& table, const std::vector<std::string>& columns) {
  const bool all_written =
      columns.size() == table.plan.target_column.size() &&
      std::ranges::find(table.plan.target_column, engine::TablePlan::kNotWritten) == table.plan.target_column.end();
  if (!all_written || !UnchangedRows::can_tell(table)) return false;
  if (digests::tries() != digests::Tries::kAlways &&
      !is_of_size(sizes_of(*connection_, {&table.details})[table.details.oid], table.plan.rows))
    return false;
  if (!leaves_unstaged_) {
    leaves_unstaged_ = std::ranges::none_of(tables_, finds_rows_otherwise) && !Cascades(*connection_, tables_).any() &&
                       (intent_ == engine::Intent::kDryRun || are_quiet(*connection_, written_tables(tables_)));
  }
  if (!*leaves_unstaged_) return false;
  const bool sees_sequences = intent_ != engine::Intent::kDryRun || detail_ != engine::Detail::kCounts;
  return !sees_sequences || !rows_there_raise_sequences(*connection_, table);
}

// A staged record that is about the row of an unstaged one: two records of one identity, or a row that another would be
// matched with.
void PostgresTarget::demand_unstaged_not_needed() {
  for (std::size_t i = 0; i < unchanged_.size(); ++i) {
    const StagedTable& table = tables_[i];
    if (!unchanged_[i] || table.plan.identity.empty()) continue;
    const bool repeated =
        table.staged_rows > 0 && unchanged_[i]->holds_any(table_sql(table, "{staged} s\nJOIN {target} t ON {same}"));
    const bool held = detail_ != engine::Detail::kCounts && table.rejected_rows > 0 &&
                      unchanged_[i]->holds_any(table_sql(table, kHolders));
    if (repeated || held) throw engine::AllRowsNeeded();
  }
}

}  // namespace postgres
