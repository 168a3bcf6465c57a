#include "sqlite/import/needed_keys.h"

#include <algorithm>
#include <array>
#include <functional>

#include "sqlite/import/rejects.h"
#include "sqlite/session/row_functions.h"
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

// Condition: the child's row `alias` refers to the row `parent`.
std::string refers(const Reference& reference, const std::string& parent, const std::string& alias) {
  std::vector<std::string> same;
  for (std::size_t i = 0; i < reference.key.columns.size(); ++i)
    same.push_back(parent + "." + quote_name(reference.key.parent_columns[i]) + " = " + alias + "." +
                   quote_name(reference.key.columns[i]));
  return join(same, " AND ");
}

// Rows of the child, called `alias`, that refer to the row `parent`.
std::string referring(const Reference& reference, const std::string& parent = "t", const std::string& alias = "c") {
  return "main." + quote_name(reference.child.table.name.name) + " " + alias + " WHERE " +
         refers(reference, parent, alias);
}

// Of the child's row c: the file holds it, with the verdict that `condition` is about (k.record, in the child's
// tables).
std::string in_file(const StagedTable& child, const std::string& condition) {
  return "EXISTS (SELECT 1 FROM " + child.stage + " k WHERE " + child.same_identity("k", "c") + " AND " + condition +
         ")";
}

// Of the reached row c: the file does not write it.
std::string is_not_written(const StagedTable* child) {
  if (child == nullptr || child->plan.identity.empty()) return "1";
  return "NOT " + in_file(*child, "k." + child->record + " IN (SELECT record FROM " + child->verdicts + ")");
}

constexpr std::size_t kMostLevels = 8;

// Foreign keys that refer to what changes of the rows which follow by `way.back()`, each once on a way.
void for_each_behind(const std::vector<TableDetails>& details, const std::vector<Reference>& way,
                     const std::function<void(const Reference&)>& take) {
  const Reference& by = way.back();
  for (const TableDetails& child : details) {
    for (std::size_t i = 0; i < child.table.foreign_keys.size(); ++i) {
      const catalog::ForeignKey& key = child.table.foreign_keys[i];
      const bool changes = std::ranges::any_of(key.parent_columns, [&](const std::string& column) {
        return std::ranges::find(by.key.columns, column) != by.key.columns.end();
      });
      const bool seen = std::ranges::any_of(way, [&](const Reference& one) { return &one.key == &key; });
      if (key.parent == by.child.table.name && changes && !seen) take({child, key, child.on_update[i]});
    }
  }
}

// Foreign keys behind those that pass an update on. Takes those that would lose their reference or have the update
// refused, with the condition on `row`, which follows by `way.back()`.
void find_behind(const std::vector<StagedTable>& tables, const std::vector<TableDetails>& details,
                 const std::vector<Reference>& way, const std::string& row,
                 const std::function<void(const Reference&, const std::string&)>& take) {
  if (way.back().action != "CASCADE" || way.size() == kMostLevels) return;
  for_each_behind(details, way, [&](const Reference& next) {
    if (next.action != "CASCADE") {
      const StagedTable* staged = find_staged(tables, next.child.table.name);
      take(next, "EXISTS (SELECT 1 FROM " + referring(next, row, "c") + " AND " +
                     (stays(next.action) ? "1" : is_not_written(staged)) + ")");
      return;
    }
    std::vector<Reference> longer = way;
    longer.push_back(next);
    const std::string alias = "follows_" + std::to_string(way.size());
    find_behind(tables, details, longer, alias, [&](const Reference& last, const std::string& condition) {
      take(last, "EXISTS (SELECT 1 FROM " + referring(next, row, alias) + " AND " + condition + ")");
    });
  });
}

// Ways on from those rows, as far as an update is passed on.
void for_each_way(const std::vector<TableDetails>& details, const std::vector<Reference>& way,
                  const std::function<void(const std::vector<Reference>&)>& take) {
  take(way);
  const Reference& by = way.back();
  if (by.action != "CASCADE" || way.size() == kMostLevels) return;
  for_each_behind(details, way, [&](const Reference& next) {
    if (stays(next.action)) return;
    std::vector<Reference> longer = way;
    longer.push_back(next);
    for_each_way(details, longer, take);
  });
}

std::string new_name(std::size_t i) { return "\"db-transfer new " + std::to_string(i) + "\""; }

// FROM and WHERE of the rows, called c, at the end of the way.
std::string reached_by(const StagedTable& table, const std::vector<Reference>& way) {
  const catalog::ForeignKey& key = way.front().key;
  std::string after;
  for (std::size_t i = 0; i < key.columns.size(); ++i)
    after += ", s." + quote_name(key.parent_columns[i]) + " AS " + new_name(i);
  std::string from = " FROM (SELECT t.*" + after + " FROM " + key_changes(table, key) + ") t";
  std::string where;
  std::string row = "t";
  for (std::size_t i = 0; i < way.size(); ++i) {
    const std::string next = i + 1 == way.size() ? "c" : "follows_" + std::to_string(i);
    from += " CROSS JOIN main." + quote_name(way[i].child.table.name.name) + " " + next;
    where += (where.empty() ? " WHERE " : " AND ") + refers(way[i], row, next);
    row = next;
  }
  return from + where;
}

// Of these rows, for a plan: the sum of their digests, whatever their order; which ones they are, their foreign key,
// and the key that is passed on.
std::string digest_of(Connection& connection, const StagedTable& table, const std::vector<Reference>& way,
                      const std::string& reached) {
  if (table.plan.row_key.empty()) return {};
  const catalog::Table& child = way.back().child.table;
  std::vector<std::string> values;
  for (const std::string& column : child.primary_key) values.push_back("c." + quote_name(column));
  if (child.primary_key.empty())
    for (const catalog::Column& column : child.columns) values.push_back("c." + quote_name(column.name));
  for (const std::string& column : way.back().key.columns) values.push_back("c." + quote_name(column));
  for (std::size_t i = 0; i < way.front().key.columns.size(); ++i) values.push_back("t." + new_name(i));
  Statement rows = connection.prepare("SELECT db_transfer_row_digest(" + quote_literal(table.plan.row_key) + ", " +
                                      image_call(values) + ")" + reached);
  std::array<std::uint64_t, 2> sums{};
  while (rows.next()) {
    const std::string digest = rows.text(0);
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += std::stoull(digest.substr(16 * i, 16), nullptr, 16);
  }
  return std::to_string(sums[0]) + "x" + std::to_string(sums[1]);
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

std::uint64_t reject_followed_keys(Connection& connection, const std::vector<StagedTable>& tables, StagedTable& table,
                                   const std::vector<TableDetails>& details) {
  std::uint64_t found = 0;
  for_each_reference(table, details, [&](const Reference& reference) {
    find_behind(tables, details, {reference}, "follows", [&](const Reference& last, const std::string& condition) {
      const std::string reason = last.key.name + ": rows of " + last.child.table.name.name +
                                 " refer to what would follow the key that changes (ON UPDATE " + last.action + ")";
      found += reject(connection, table,
                      reject_sql(table, "v.record", {'x', quote_literal(reason), last.key.name, {}, {}},
                                 key_changes(table, reference.key) + " AND EXISTS (SELECT 1 FROM " +
                                     referring(reference, "t", "follows") + " AND " + condition + ")"));
    });
    const StagedTable* child = find_staged(tables, reference.child.table.name);
    if (stays(reference.action) || (child == nullptr && reference.action == "CASCADE")) return;
    // Without a key of their own nobody can tell which rows of the child the file means. A reference that would be lost
    // is nobody's wish.
    std::string harmed = is_not_written(child);
    std::string which = " that the file does not write would lose their reference (ON UPDATE ";
    if (reference.action == "CASCADE") {
      if (!child->plan.identity.empty())
        harmed = in_file(*child, "k." + child->record + " NOT IN (SELECT record FROM " + child->verdicts + ") AND k." +
                                     child->record + " NOT IN (SELECT record FROM " + child->rejects + ")");
      which = " that the file leaves as they are would follow the key that changes (ON UPDATE ";
    }
    const std::string& name = reference.key.name;
    const std::string reason = name + ": rows of " + reference.child.table.name.name + which + reference.action + ")";
    found += reject(connection, table,
                    reject_sql(table, "v.record", {'x', quote_literal(reason), name, {}, {}},
                               key_changes(table, reference.key) + " AND EXISTS (SELECT 1 FROM " +
                                   referring(reference) + " AND " + harmed + ")"));
  });
  return found;
}

std::vector<outcome::Cascade> cascades_of(Connection& connection, const std::vector<StagedTable>& tables,
                                          const StagedTable& table, const std::vector<TableDetails>& details) {
  std::vector<outcome::Cascade> cascades;
  for_each_reference(table, details, [&](const Reference& reference) {
    if (stays(reference.action)) return;
    const std::uint64_t rows = connection.number("SELECT count(*) FROM " + key_changes(table, reference.key));
    if (rows == 0) return;
    for_each_way(details, {reference}, [&](const std::vector<Reference>& way) {
      const Reference& last = way.back();
      const std::string reached = reached_by(table, way);
      const std::string outside = " AND " + is_not_written(find_staged(tables, last.child.table.name));
      cascades.push_back({last.child.table.name.name, last.key.name, last.action, reference.key.parent_columns, rows,
                          connection.number("SELECT count(*)" + reached),
                          connection.number("SELECT count(*)" + reached + outside),
                          digest_of(connection, table, way, reached)});
    });
  });
  return cascades;
}

std::vector<std::string> following_rows(Connection& connection, const std::vector<StagedTable>& tables,
                                        const StagedTable& table, const std::vector<TableDetails>& details) {
  std::vector<std::string> lines;
  for (const outcome::Cascade& cascade : cascades_of(connection, tables, table, details)) {
    if (cascade.outside == 0) continue;
    lines.push_back(cascade.table + ": " + std::to_string(cascade.outside) + (cascade.outside == 1 ? " row" : " rows") +
                    " that the file does not write follow " + table.details.table.name.name + " (" +
                    cascade.foreign_key + ", ON UPDATE " + cascade.action + ")");
  }
  return lines;
}

}  // namespace sqlite
