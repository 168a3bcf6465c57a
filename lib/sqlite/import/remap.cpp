#include "sqlite/import/remap.h"

#include <algorithm>

#include "sqlite/import/reference.h"
#include "sqlite/import/rejects.h"
#include "sqlite/import/table_sql.h"
#include "sqlite/session/sql_text.h"

namespace sqlite {
namespace {

std::string old_column(std::size_t i) { return fmt::format("old_{}", i); }
std::string new_column(std::size_t i) { return fmt::format("new_{}", i); }

// FROM: staged rows s and the rows t of the target that they find by their natural key.
constexpr const char* kMatched = "{stage} s CROSS JOIN {target} t ON {matches}";

// FROM: staged rows that find more than one row. {rows}: empty, or " AND …", on the staged rows s.
constexpr const char* kAmbiguous = R"sql({matched}
WHERE 1{rows}
GROUP BY s.{record}
HAVING count(*) > 1)sql";

// A row that is new by its natural key, under an identity that another row has. One that holds NULL there and is
// equal in all is no other row: a second import adds nothing.
constexpr const char* kOfAnother = R"sql({stage} s
CROSS JOIN {target} t ON {same}
WHERE s.{record} NOT IN (SELECT s.{record} FROM {matched})
  AND NOT (({unnamed}) AND NOT ({differs})){rows})sql";

// By the file's keys, which mean nothing in the target: what refers to a row that is left out refers to no other.
constexpr const char* kChildren = R"sql({stage} s
CROSS JOIN {parents} p ON {refers}
WHERE +p.{parent_record} IN (SELECT record FROM {parent_rejects})
  AND s.{record} NOT IN (SELECT record FROM {rejects}){rows})sql";

// Notes the identities that change: as they are in the file, and as they will be.
constexpr const char* kTakeOver = R"sql(
INSERT INTO {remaps}
SELECT s.{record}, {key}, {values}
FROM {matched}
WHERE ({changes_key}) AND s.{record} NOT IN (SELECT record FROM {rejects}))sql";

constexpr const char* kRenumber = R"sql(
UPDATE {stage} AS stage_row SET {assignments}
FROM {remaps} m
WHERE m.record = stage_row.{record})sql";

// Gives staged foreign keys the identity that their parent took over.
constexpr const char* kFollow = R"sql(
UPDATE {stage} AS c SET {assignments}
FROM {parent_remaps} m
CROSS JOIN {parents} p ON p.{parent_record} = m.record
WHERE {refers}{rows})sql";

std::string matched_rows(const StagedTable& table) {
  return table_sql(table, kMatched, fmt::arg("matches", table.same_match("s", "t")));
}

// Condition on staged rows by their `record`: nothing for all, or those that are still to be inserted.
std::string among(const StagedTable& table, Remap which, const std::string& record) {
  if (which == Remap::kAll) return {};
  return table_sql(table, " AND {which} IN (SELECT record FROM {verdicts} WHERE verdict = 'i')",
                   fmt::arg("which", record));
}

std::uint64_t reject_ambiguous(Connection& connection, const StagedTable& table, Remap which) {
  const std::string match = join(table.plan.match, ", ");
  const std::string record = "s." + table.record;
  const std::string rows = among(table, which, record);
  const std::string matched = matched_rows(table);
  std::uint64_t found = connection.execute(
      reject_sql(table, record,
                 {.verdict = Verdict::kConflict,
                  .reason = quote_literal("more than one row of the target has this " + match),
                  .constraint = match},
                 table_sql(table, kAmbiguous, fmt::arg("matched", matched), fmt::arg("rows", rows))));
  if (table.identity_may_be_null()) {
    const std::string reason = quote_literal("the row of the target with this " + match + " has no key");
    found += connection.execute(reject_sql(table, record,
                                           {.verdict = Verdict::kConflict, .reason = reason, .constraint = match},
                                           fmt::format("{} WHERE {}{}", matched, table.lacks_identity("t"), rows)));
  }
  std::vector<std::string> unnamed;
  for (const std::string& column : table.plan.match) unnamed.push_back(fmt::format("s.{} IS NULL", quote_name(column)));
  const std::string reason = fmt::format(
      "{} || {}", quote_literal("the target holds this key for a row of another " + match + ", "), table.key_text("t"));
  found +=
      connection.execute(reject_sql(table, record,
                                    {.verdict = Verdict::kConflict,
                                     .reason = reason,
                                     .constraint = join(table.plan.identity, ", "),
                                     .holder = table.key_text("t")},
                                    table_sql(table, kOfAnother, fmt::arg("matched", matched),
                                              fmt::arg("unnamed", join(unnamed, " OR ")), fmt::arg("rows", rows))));
  return found;
}

void reject_children(Connection& connection, StagedTable& child, const catalog::ForeignKey& key,
                     const StagedTable& parent, Remap which) {
  if (!child.has_columns(key.columns) || !parent.has_columns(key.parent_columns)) return;
  const std::string reason =
      fmt::format("{}: the parent {} is not among the accepted rows of the file", key.name, key.parent.name);
  const std::string rows =
      which == Remap::kAll ? "" : table_sql(child, " AND s.{record} IN (SELECT record FROM {verdicts})");
  const std::uint64_t found = connection.execute(
      reject_sql(child, "s." + child.record,
                 {.verdict = Verdict::kInvalid, .reason = quote_literal(reason), .constraint = key.name},
                 table_sql(child, kChildren, fmt::arg("parents", parent.stage),
                           fmt::arg("parent_record", parent.record), fmt::arg("parent_rejects", parent.rejects),
                           fmt::arg("refers", finds_parent(key, "p", "s")), fmt::arg("rows", rows))));
  if (found == 0) return;
  child.rejected_rows += found;
  forget_rejected(connection, child);
}

// With the identity's own affinity, so that children find their parent by an index. ANY means another one outside of
// STRICT tables.
std::string type_of(const StagedTable& table, const std::string& name) {
  for (const StagedColumn& column : table.columns) {
    if (column.name == name) return column.stage_type.starts_with("ANY") ? " BLOB" : " " + column.stage_type;
  }
  return " BLOB";
}

void take_over_identities(Connection& connection, const StagedTable& table) {
  std::vector<std::string> values;
  std::vector<std::string> pairs;
  std::vector<std::string> assignments;
  for (std::size_t i = 0; i < table.plan.identity.size(); ++i) {
    const std::string column = quote_name(table.plan.identity[i]);
    values.push_back(fmt::format("s.{0}, t.{0}", column));
    pairs.push_back(fmt::format("db_transfer_differs(s.{0}, t.{0})", column));
    assignments.push_back(fmt::format("{} = m.{}", column, new_column(i)));
  }
  connection.execute(table_sql(table, kTakeOver, fmt::arg("key", table.key_text("s")),
                               fmt::arg("values", join(values, ", ")), fmt::arg("matched", matched_rows(table)),
                               fmt::arg("changes_key", join(pairs, " OR "))));
  connection.execute(table_sql(table, kRenumber, fmt::arg("assignments", join(assignments, ", "))));
}

// The child's columns that hold a part of the parent's identity follow it.
void follow(Connection& connection, const StagedTable& child, const catalog::ForeignKey& key, const StagedTable& parent,
            Remap which) {
  if (!child.has_columns(key.columns)) return;
  std::vector<std::string> assignments;
  std::vector<std::string> same;
  for (std::size_t i = 0; i < key.columns.size(); ++i) {
    const std::string column = quote_name(key.columns[i]);
    const auto& identity = parent.plan.identity;
    const auto place = std::find(identity.begin(), identity.end(), key.parent_columns[i]);
    if (place == identity.end()) {
      same.push_back(finds_part("p." + quote_name(key.parent_columns[i]), "c." + column));
      continue;
    }
    const auto number = static_cast<std::size_t>(place - identity.begin());
    assignments.push_back(fmt::format("{} = m.{}", column, new_column(number)));
    same.push_back(finds_part("m." + old_column(number), "c." + column));
  }
  if (assignments.empty()) return;
  connection.execute(table_sql(child, kFollow, fmt::arg("assignments", join(assignments, ", ")),
                               fmt::arg("parent_remaps", parent.remaps), fmt::arg("parents", parent.stage),
                               fmt::arg("parent_record", parent.record), fmt::arg("refers", join(same, " AND ")),
                               fmt::arg("rows", among(parent, which, "m.record"))));
}

}  // namespace

void create_remaps(Connection& connection, const StagedTable& table) {
  if (table.plan.match.empty() || table.plan.identity.empty()) return;
  std::vector<std::string> declared;
  std::vector<std::string> old_names;
  for (std::size_t i = 0; i < table.plan.identity.size(); ++i) {
    const std::string type = type_of(table, table.plan.identity[i]);
    declared.push_back(fmt::format("{0}{2}, {1}{2}", old_column(i), new_column(i), type));
    old_names.push_back(old_column(i));
  }
  connection.execute(table_sql(table, "CREATE TABLE {remaps} (record INTEGER PRIMARY KEY, old_key TEXT, {declared})",
                               fmt::arg("declared", join(declared, ", "))));
  connection.execute(fmt::format("CREATE INDEX temp.{name}_old ON {name} ({columns})",
                                 fmt::arg("name", unqualified(table.remaps)),
                                 fmt::arg("columns", join(old_names, ", "))));
}

std::uint64_t remap(Connection& connection, std::vector<StagedTable>& tables, StagedTable& table, Remap which) {
  const std::uint64_t rejected = reject_ambiguous(connection, table, which);
  for (StagedTable& child : tables) {
    for (const catalog::ForeignKey& key : child.details.table.foreign_keys) {
      if (rejected > 0 && key.parent == table.details.table.name) reject_children(connection, child, key, table, which);
    }
  }
  take_over_identities(connection, table);
  for (const StagedTable& child : tables) {
    for (const catalog::ForeignKey& key : child.details.table.foreign_keys) {
      if (key.parent == table.details.table.name) follow(connection, child, key, table, which);
    }
  }
  return rejected;
}

}  // namespace sqlite
