#include "sqlite/import/needed_keys.h"

#include <functional>

#include "sqlite/import/rejects.h"
#include "sqlite/session/sql_text.h"

namespace sqlite {
namespace {

struct Reference {
  const TableDetails& child;
  const catalog::ForeignKey& key;
  const std::string& action;
};

bool stays(const std::string& action) { return action == "NO ACTION" || action == "RESTRICT"; }

// Of every table's foreign keys those whose key an update of `table` may change.
void for_each_reference(const StagedTable& table, const std::vector<TableDetails>& details,
                        const std::function<void(const Reference&)>& take) {
  if (table.plan.identity.empty()) return;
  for (const TableDetails& child : details) {
    for (std::size_t i = 0; i < child.table.foreign_keys.size(); ++i) {
      const catalog::ForeignKey& key = child.table.foreign_keys[i];
      if (key.parent != table.details.table.name || !table.foretells(key.parent_columns)) continue;
      if (key.parent_columns == table.plan.identity) continue;  // stays as it is
      take({child, key, child.on_update[i]});
    }
  }
}

// Accepted updates, their rows of the target called t, in which the key changes as its own collation sees it.
std::string key_changes(const StagedTable& table, const catalog::ForeignKey& key) {
  std::vector<std::string> pairs;
  for (const std::string& column : key.parent_columns)
    pairs.push_back("s." + quote_name(column) + " IS NOT t." + quote_name(column));
  return table.accepted_rows() + " CROSS JOIN " + table.target + " t ON " + table.same_identity("s", "t") +
         " WHERE v.verdict = 'u' AND (" + join(pairs, " OR ") + ")";
}

// Rows of the child, called c, that refer to t.
std::string referring(const Reference& reference) {
  std::vector<std::string> same;
  for (std::size_t i = 0; i < reference.key.columns.size(); ++i)
    same.push_back("t." + quote_name(reference.key.parent_columns[i]) + " = c." + quote_name(reference.key.columns[i]));
  return "main." + quote_name(reference.child.table.name.name) + " c WHERE " + join(same, " AND ");
}

// Of the child's row c: the file holds it, with the verdict that `condition` is about (k.record, in the child's
// tables).
std::string in_file(const StagedTable& child, const std::string& condition) {
  return "EXISTS (SELECT 1 FROM " + child.stage + " k WHERE " + child.same_identity("k", "c") + " AND " + condition +
         ")";
}

}  // namespace

std::uint64_t reject_needed_keys(Connection& connection, StagedTable& table, const std::vector<TableDetails>& details,
                                 ForeignKeys foreign_keys) {
  std::uint64_t found = 0;
  for_each_reference(table, details, [&](const Reference& reference) {
    if (!stays(reference.action) && foreign_keys == ForeignKeys::kEnforced) return;
    const std::string& name = reference.key.name;
    const std::string reason = name + ": rows of " + reference.child.table.name.name + " refer to the key that changes";
    found += reject(
        connection, table,
        reject_sql(table, "v.record", {'x', quote_literal(reason), name, {}, {}},
                   key_changes(table, reference.key) + " AND EXISTS (SELECT 1 FROM " + referring(reference) + ")"));
  });
  return found;
}

namespace {

// Rows that the file does not write would get defaults that have no parent.
std::uint64_t reject_lost_defaults(Connection& connection, const StagedTable* child, StagedTable& table,
                                   const Reference& reference) {
  std::vector<std::string> filled;
  std::vector<std::string> there;
  std::vector<std::string> brought;
  std::vector<std::string> moves;
  for (std::size_t i = 0; i < reference.key.columns.size(); ++i) {
    const ColumnDetails& column = reference.child.details_of(reference.key.columns[i]);
    const std::string& value = column.default_value;
    if (value.empty()) return 0;
    const std::string parent_column = quote_name(reference.key.parent_columns[i]);
    const bool anew = column.default_kind >= ColumnDetails::Default::kRandom;  // nobody can tell what it refers to
    filled.push_back(anew ? "1" : value + " IS NOT NULL");
    there.push_back(anew ? "0" : "p." + parent_column + " = +" + value);
    brought.push_back(anew ? "0" : "k." + parent_column + " = +" + value);
    moves.push_back("k." + parent_column + " IS NOT p." + parent_column);
  }
  const std::string updated = table.verdicts + " w CROSS JOIN " + table.stage + " k ON k." + table.record +
                              " = w.record WHERE w.verdict = 'u' AND ";
  const std::string others =
      child == nullptr || child->plan.identity.empty()
          ? "1"
          : "NOT " + in_file(*child, "k." + child->record + " IN (SELECT record FROM " + child->verdicts + ")");
  const std::string& name = reference.key.name;
  const std::string reason = name + ": rows of " + reference.child.table.name.name +
                             " that the file does not write would get a default without a parent (ON UPDATE SET "
                             "DEFAULT)";
  return reject(
      connection, table,
      reject_sql(table, "v.record", {'x', quote_literal(reason), name, {}, {}},
                 key_changes(table, reference.key) + " AND EXISTS (SELECT 1 FROM " + referring(reference) + " AND " +
                     others + ") AND NOT EXISTS (SELECT 1 FROM " + table.target + " p WHERE " + join(there, " AND ") +
                     " AND NOT EXISTS (SELECT 1 FROM " + updated + table.same_identity("k", "p") + " AND (" +
                     join(moves, " OR ") + "))) AND NOT EXISTS (SELECT 1 FROM " + table.verdicts + " w CROSS JOIN " +
                     table.stage + " k ON k." + table.record + " = w.record WHERE " + join(brought, " AND ") + ")"));
}

}  // namespace

std::uint64_t reject_followed_keys(Connection& connection, const std::vector<StagedTable>& tables, StagedTable& table,
                                   const std::vector<TableDetails>& details) {
  std::uint64_t found = 0;
  for_each_reference(table, details, [&](const Reference& reference) {
    const StagedTable* child = find_staged(tables, reference.child.table.name);
    if (reference.action == "SET DEFAULT") found += reject_lost_defaults(connection, child, table, reference);
    if (stays(reference.action) || child == nullptr) return;
    // Without a key of their own nobody can tell which rows of the child the file means.
    const std::string unchanged =
        child->plan.identity.empty()
            ? "1"
            : in_file(*child, "k." + child->record + " NOT IN (SELECT record FROM " + child->verdicts + ") AND k." +
                                  child->record + " NOT IN (SELECT record FROM " + child->rejects + ")");
    const std::string& name = reference.key.name;
    const std::string reason = name + ": rows of " + reference.child.table.name.name +
                               " that the file leaves as they are would follow the key that changes (ON UPDATE " +
                               reference.action + ")";
    found += reject(connection, table,
                    reject_sql(table, "v.record", {'x', quote_literal(reason), name, {}, {}},
                               key_changes(table, reference.key) + " AND EXISTS (SELECT 1 FROM " +
                                   referring(reference) + " AND " + unchanged + ")"));
  });
  return found;
}

std::vector<std::string> following_rows(Connection& connection, const std::vector<StagedTable>& tables,
                                        const StagedTable& table, const std::vector<TableDetails>& details) {
  std::vector<std::string> lines;
  for_each_reference(table, details, [&](const Reference& reference) {
    if (stays(reference.action)) return;
    const StagedTable* child = find_staged(tables, reference.child.table.name);
    std::string others = "1";
    if (child != nullptr && !child->plan.identity.empty())
      others = "NOT " + in_file(*child, "k." + child->record + " IN (SELECT record FROM " + child->verdicts + ")");
    const std::uint64_t rows =
        connection.number("SELECT count(*) FROM (SELECT t.* FROM " + key_changes(table, reference.key) + ") t JOIN " +
                          referring(reference) + " AND " + others);
    if (rows == 0) return;
    lines.push_back(reference.child.table.name.name + ": " + std::to_string(rows) + (rows == 1 ? " row" : " rows") +
                    " that the file does not write follow " + table.details.table.name.name + " (" +
                    reference.key.name + ", ON UPDATE " + reference.action + ")");
  });
  return lines;
}

}  // namespace sqlite
