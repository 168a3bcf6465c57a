// UndoJudge and --delete-missing: finds the rows that the file of an import lacks.
#include "engine/reasons.h"
#include "sqlite/import/table_sql.h"
#include "sqlite/import/undo_judge.h"
#include "sqlite/session/sql_text.h"

namespace sqlite {
namespace {

// Their records are numbered after those of the file (outcome::comes_before). A row of which a record speaks is not
// missing, even where that record is left out.
constexpr const char* kFindMissing = R"sql(
INSERT INTO {deletes}
SELECT {rows} + row_number() OVER (ORDER BY length(CAST(x.key AS BLOB)), CAST(x.key AS BLOB)), x.*
FROM (
  SELECT {row}, {key} AS key, 'd', NULL{ids}
  FROM {target} t
  WHERE {told_apart} AND NOT EXISTS (SELECT 1 FROM {stage} s WHERE {same}){unmatched}{in_base}) x)sql";

// A row that its natural key does not name is never taken for one that the file lacks.
constexpr const char* kUnmatched = R"sql(
    AND NOT EXISTS (SELECT 1 FROM {stage} s WHERE {same_match}) AND {named})sql";

// With a base only rows that it has are missing: others are the target's own.
constexpr const char* kInBase = R"sql(
    AND EXISTS (SELECT 1 FROM {base} b WHERE {same_base}))sql";

constexpr const char* kKeepChanged = R"sql(
INSERT OR IGNORE INTO {rejects}
SELECT d.record, 'c', d.key, {why}, NULL, NULL, NULL
FROM {deletes} d
CROSS JOIN {target} t ON {deleted}
CROSS JOIN {base} b ON {same_base}
WHERE {changed})sql";

constexpr const char* kKeepAll = R"sql(
INSERT OR IGNORE INTO {rejects}
SELECT record, 'c', key, {why}, NULL, NULL, NULL
FROM {deletes})sql";

std::string unmatched(const StagedTable& table) {
  if (table.plan.match.empty()) return {};
  std::vector<std::string> named;
  for (const std::string& column : table.plan.match) named.push_back("t." + quote_name(column) + " IS NOT NULL");
  return table_sql(table, kUnmatched, fmt::arg("same_match", table.same_match("s", "t")),
                   fmt::arg("named", join(named, " AND ")));
}

std::string ids(const StagedTable& table) {
  std::string list;
  for (std::size_t i = 0; table.details.row_number.empty() && i < table.plan.identity.size(); ++i)
    list += ", t." + quote_name(table.plan.identity[i]);
  return list;
}

std::string in_base(const StagedTable& table) {
  if (table.base == nullptr) return {};
  return fmt::format(kInBase, fmt::arg("base", table.base->stage),
                     fmt::arg("same_base", table.same_identity("t", "b")));
}

// In a column that the base lacks any value is a change; in one that the file lacks, too, only what no default can have
// put there.
std::string keep_changed(const StagedTable& table) {
  const auto counts = [&](const std::string& column) {
    return !table.is_ignored(column) && column != table.plan.changed_at;
  };
  std::vector<std::string> shared;
  std::vector<std::string> conditions;
  for (const StagedColumn& column : table.columns) {
    if (!counts(column.name)) continue;
    if (table.base->has_columns({column.name}))
      shared.push_back(column.name);
    else
      conditions.push_back("t." + column.quoted + " IS NOT NULL");
  }
  conditions.push_back(table.differs("t", "b", shared));
  std::vector<std::string> of_base;
  for (const StagedColumn& column : table.base->columns) {
    if (!table.has_columns({column.name}) && counts(column.name)) of_base.push_back(column.name);
  }
  if (!of_base.empty()) conditions.push_back(table.base->differs("t", "b", of_base));
  for (const catalog::Column& column : table.details.table.columns) {
    if (!column.generated && !column.has_default && !table.has_columns({column.name}) &&
        !table.base->has_columns({column.name}))
      conditions.push_back("t." + quote_name(column.name) + " IS NOT NULL");
  }
  return table_sql(table, kKeepChanged, fmt::arg("why", quote_literal(engine::reasons::kChangedSinceBase)),
                   fmt::arg("deleted", deleted_row(table, "d", "t")), fmt::arg("base", table.base->stage),
                   fmt::arg("same_base", table.same_identity("t", "b")), fmt::arg("changed", join(conditions, " OR ")));
}

}  // namespace

void UndoJudge::take_missing(ForeignKeys foreign_keys) {
  for (StagedTable& table : tables_) take_missing(table);
  if (!is_undo() && is_any() && foreign_keys == ForeignKeys::kEnforced) hold_referred();
}

void UndoJudge::take_missing(StagedTable& table) {
  if (!table.deletes_missing()) return;
  const std::uint64_t left_out = table.rejected_rows;
  const std::string& row = table.details.row_number;
  const std::string lacks_key = table.identity_may_be_null() ? table.lacks_identity("t") : "0";
  table.missing = connection_.execute(
      table_sql(table, kFindMissing, fmt::arg("rows", table.plan.rows),
                fmt::arg("row", row.empty() ? "NULL" : "t." + row), fmt::arg("key", table.key_text("t")),
                fmt::arg("ids", ids(table)), fmt::arg("told_apart", "NOT (" + lacks_key + ")"),
                fmt::arg("unmatched", unmatched(table)), fmt::arg("in_base", in_base(table))));
  table.may_be_deleted = table.missing;
  table.counts.missing = table.missing;
  if (lacks_key != "0") {
    const std::uint64_t keyless = connection_.number(
        table_sql(table, "SELECT count(*) FROM {target} t WHERE {lacks}", fmt::arg("lacks", lacks_key)));
    if (keyless > 0)
      notices_.push_back(
          fmt::format("{}: rows of the target that hold NULL in their key stay, whether the file has them or not ({})",
                      table.details.table.name.name, keyless));
  }
  if (table.base != nullptr && table.missing > 0) {
    const std::uint64_t kept = connection_.execute(keep_changed(table));
    table.rejected_rows += kept;
    table.rejected_deletes += kept;
    connection_.execute(
        table_sql(table, "UPDATE {deletes} SET state = 'k' WHERE record IN (SELECT record FROM {rejects})"));
  }
  // A record that could not be read, or found no row of the target, may be about any of them.
  if (left_out == 0 || table.missing == 0) return;
  const std::uint64_t kept = connection_.execute(
      table_sql(table, kKeepAll, fmt::arg("why", quote_literal(engine::reasons::records_are_unread(left_out)))));
  table.rejected_rows += kept;
  table.rejected_deletes += kept;
  connection_.execute(table_sql(table, "UPDATE {deletes} SET state = 'k'"));
}

}  // namespace sqlite
