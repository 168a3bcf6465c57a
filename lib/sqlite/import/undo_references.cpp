// UndoJudge's question who refers to the rows that are to go, and would be left without them.
#include <algorithm>

#include "sqlite/import/reference.h"
#include "sqlite/import/table_sql.h"
#include "sqlite/import/undo_judge.h"
#include "sqlite/session/sql_text.h"

namespace sqlite {
namespace {

// Leaves out the deletes of rows to which one of {referring} refers.
constexpr const char* kReferred = R"sql(
INSERT OR IGNORE INTO {rejects}
SELECT d.record, 'c', d.key, {reason} || {child} || ' refers to it', {constraint}, {child}, NULL
FROM {deletes} d
CROSS JOIN {target} t
CROSS JOIN {referring} AND d.state = 'd' AND {deleted})sql";

constexpr const char* kKeepRejected = R"sql(
UPDATE {deletes} SET state = 'k'
WHERE state = 'd' AND record IN (SELECT record FROM {rejects}))sql";

// The row c of the child is updated, and refers to t no longer.
constexpr const char* kRefersNoMore = R"sql( AND NOT EXISTS (
  SELECT 1
  FROM {stage} m
  WHERE {same_row} AND +{updated} AND NOT coalesce({refers}, 0)))sql";

// Rows that are to go wait where somebody who stays refers to them.
constexpr const char* kHold = R"sql(
UPDATE {deletes} SET state = 'w'
WHERE record IN (
  SELECT d.record
  FROM {deletes} d
  CROSS JOIN {target} t
  CROSS JOIN {referring} AND d.state = 'd' AND {deleted}))sql";

std::string row_number_of(const StagedTable& table, const std::string& alias) {
  return table.details.row_number.empty() ? "NULL" : alias + "." + table.details.row_number;
}

}  // namespace

std::uint64_t UndoJudge::reject_referred() {
  if (!is_any()) return 0;
  let_go();
  return reject_referred(Spared::kByVerdicts);
}

// Rows that waited are to go like the others.
void UndoJudge::let_go() {
  for (const StagedTable& table : tables_) {
    if (table.may_be_deleted > 0)
      connection_.execute(table_sql(table, "UPDATE {deletes} SET state = 'd' WHERE state = 'w'"));
  }
}

// Until nothing is found: a row that is kept may refer to others.
std::uint64_t UndoJudge::reject_referred(Spared spared) {
  std::uint64_t all = 0;
  for (std::uint64_t found = 1; found > 0; all += found) {
    found = 0;
    for (std::size_t i = tables_.size(); i-- > 0;) {
      for (const TableDetails& child : details_) {
        for (const catalog::ForeignKey& key : child.table.foreign_keys)
          if (key.parent == tables_[i].details.table.name) found += reject_referred(tables_[i], child, key, spared);
      }
    }
  }
  return all;
}

std::uint64_t UndoJudge::reject_referred(StagedTable& table, const TableDetails& child, const catalog::ForeignKey& key,
                                         Spared spared) {
  if (table.may_be_deleted == 0) return 0;
  std::uint64_t found =
      reject_referred(table, key, referring_rows(table, child, key, spared), name_of_child(table, child, key, "c"));
  const StagedTable* mine = staged(child.table.name);
  // An undo makes no row refer to one that the import brought.
  if (table.deletes_missing() && spared == Spared::kByVerdicts && mine != nullptr && mine->foretells(key.columns)) {
    const bool named = mine->has_columns(child.table.primary_key);
    found += reject_referred(table, key, coming_rows(*mine, key),
                             named ? name_of_child(table, child, key, "m")
                                   : quote_literal("a row of " + child.table.name.name + " in the file"));
  }
  return found;
}

std::uint64_t UndoJudge::reject_referred(StagedTable& table, const catalog::ForeignKey& key,
                                         const std::string& referring, const std::string& child) {
  const std::uint64_t found = connection_.execute(
      table_sql(table, kReferred, fmt::arg("reason", quote_literal(key.name + ": ")), fmt::arg("child", child),
                fmt::arg("constraint", quote_literal(key.name)), fmt::arg("referring", referring),
                fmt::arg("deleted", deleted_row(table, "d", "t"))));
  if (found == 0) return 0;
  table.rejected_rows += found;
  table.rejected_deletes += found;
  return connection_.execute(table_sql(table, kKeepRejected));
}

const StagedTable* UndoJudge::staged(const catalog::TableName& name) const {
  const StagedTable* found = find_staged(tables_, name);
  return found == nullptr || !found->has_rows() ? nullptr : found;
}

// "child c ON …": the rows that refer to the row t and stay as they are.
std::string UndoJudge::referring_rows(const StagedTable& table, const TableDetails& child,
                                      const catalog::ForeignKey& key, Spared spared) const {
  std::string sql = fmt::format("main.{} c ON {}", quote_name(child.table.name.name), finds_child(key, "t", "c"));
  if (child.table.name == table.details.table.name && spared == Spared::kNone) {
    const std::string itself = fmt::format("{} = {}", row_number_of(table, "c"), row_number_of(table, "t"));
    sql += fmt::format(" AND NOT ({})", table.details.row_number.empty() ? table.same_identity("c", "t") : itself);
  }
  const StagedTable* mine = staged(child.table.name);
  if (mine == nullptr || spared == Spared::kNone) return sql;
  if (mine->may_lose_rows()) sql += " AND NOT " + is_among_deletes(*mine, "c", 'd');
  if (mine->plan.identity.empty() || spared == Spared::kGoing || !mine->foretells(key.columns)) return sql;
  const std::string updated =
      table_sql(*mine,
                spared == Spared::kByMarks ? "substr(m.{mark}, 1, 1) = 'u'"
                                           : "m.{record} IN (SELECT record FROM {verdicts} WHERE verdict = 'u')",
                fmt::arg("mark", mine->mark));
  return sql + table_sql(*mine, kRefersNoMore, fmt::arg("same_row", mine->same_identity("m", "c")),
                         fmt::arg("updated", updated), fmt::arg("refers", finds_child(key, "t", "m")));
}

// The same, as m, of rows of the child that the import inserts or updates.
std::string UndoJudge::coming_rows(const StagedTable& child, const catalog::ForeignKey& key) const {
  return table_sql(child, "{stage} m ON {refers} AND m.{record} IN (SELECT record FROM {verdicts})",
                   fmt::arg("refers", finds_child(key, "t", "m")));
}

// Text expression: "orders id=7" of the row that refers.
std::string UndoJudge::name_of_child(const StagedTable& table, const TableDetails& child,
                                     const catalog::ForeignKey& key, const std::string& alias) {
  std::vector<std::string> parts;
  for (const std::string& column : child.table.primary_key) {
    const auto at = std::ranges::find(key.columns, column);
    const bool hidden = (table.plan.hides && table.plan.hides(child.table.name, column)) ||
                        (at != key.columns.end() &&
                         table.is_masked(key.parent_columns[static_cast<std::size_t>(at - key.columns.begin())]));
    const std::string shown = fmt::format("substr(db_transfer_text({}.{}), 1, 100)", alias, quote_name(column));
    parts.push_back(fmt::format("{} || {}", quote_literal(column + "="), hidden ? "'(masked)'" : shown));
  }
  if (parts.empty()) return quote_literal("a row of " + child.table.name.name);
  return fmt::format("({} || {})", quote_literal(child.table.name.name + " "), join(parts, " || ', ' || "));
}

// Until nothing is found: a row that waits refers to others.
void UndoJudge::hold_referred() {
  for (std::uint64_t found = 1; found > 0;) {
    found = 0;
    for (const StagedTable& table : tables_) {
      if (table.may_be_deleted == 0) continue;
      for (const TableDetails& child : details_) {
        for (const catalog::ForeignKey& key : child.table.foreign_keys) {
          if (key.parent == table.details.table.name)
            found += connection_.execute(
                table_sql(table, kHold, fmt::arg("referring", referring_rows(table, child, key, Spared::kGoing)),
                          fmt::arg("deleted", deleted_row(table, "d", "t"))));
        }
      }
    }
  }
}

}  // namespace sqlite
