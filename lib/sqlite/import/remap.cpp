#include "sqlite/import/remap.h"

#include <algorithm>

#include "sqlite/session/sql_text.h"

namespace sqlite {
namespace {

std::string old_column(std::size_t i) { return "old_" + std::to_string(i); }
std::string new_column(std::size_t i) { return "new_" + std::to_string(i); }

std::string matched_rows(const StagedTable& table) {
  return table.stage + " s CROSS JOIN " + table.target + " t ON " + table.same_match("s", "t");
}

// Of which staged rows s: of all, or of those that are still to be inserted.
std::string among(const StagedTable& table, Remap which, const std::string& record) {
  return which == Remap::kAll
             ? ""
             : " AND " + record + " IN (SELECT record FROM " + table.verdicts + " WHERE verdict = 'i')";
}

std::uint64_t reject_ambiguous(Connection& connection, const StagedTable& table, Remap which) {
  const std::string match = join(table.plan.match, ", ");
  const std::string rows = among(table, which, "s." + table.record);
  std::uint64_t found = connection.execute(
      reject_sql(table, "s." + table.record,
                 {'c', quote_literal("more than one row of the target has this " + match), match, {}, {}},
                 matched_rows(table) + " WHERE 1" + rows + " GROUP BY s." + table.record + " HAVING count(*) > 1"));
  if (table.identity_may_be_null())
    found += connection.execute(
        reject_sql(table, "s." + table.record,
                   {'c', quote_literal("the row of the target with this " + match + " has no key"), match, {}, {}},
                   matched_rows(table) + " WHERE " + table.lacks_identity("t") + rows));
  // A row that is new by its natural key, under an identity that another row has. One that holds NULL there and is
  // equal in all is no other row: a second import adds nothing.
  std::vector<std::string> unnamed;
  for (const std::string& column : table.plan.match) unnamed.push_back("s." + quote_name(column) + " IS NULL");
  found += connection.execute(reject_sql(
      table, "s." + table.record,
      {'c',
       quote_literal("the target holds this key for a row of another " + match + ", ") + " || " + table.key_text("t"),
       join(table.plan.identity, ", "),
       table.key_text("t"),
       {}},
      table.stage + " s CROSS JOIN " + table.target + " t ON " + table.same_identity("s", "t") + " WHERE s." +
          table.record + " NOT IN (SELECT s." + table.record + " FROM " + matched_rows(table) + ") AND NOT ((" +
          join(unnamed, " OR ") + ") AND NOT (" + table.differs("s", "t") + "))" + rows));
  return found;
}

// By the file's keys, which mean nothing in the target: what refers to a row that is left out refers to no other.
void reject_children(Connection& connection, StagedTable& child, const catalog::ForeignKey& key,
                     const StagedTable& parent, Remap which) {
  if (!child.has_columns(key.columns) || !parent.has_columns(key.parent_columns)) return;
  std::vector<std::string> same;
  for (std::size_t i = 0; i < key.columns.size(); ++i)
    same.push_back("p." + quote_name(key.parent_columns[i]) + " = +s." + quote_name(key.columns[i]));
  const std::string reason =
      key.name + ": the parent " + key.parent.name + " is not among the accepted rows of the file";
  const std::uint64_t found = connection.execute(reject_sql(
      child, "s." + child.record, {'x', quote_literal(reason), key.name, {}, {}},
      child.stage + " s CROSS JOIN " + parent.stage + " p ON " + join(same, " AND ") + " WHERE +p." + parent.record +
          " IN (SELECT record FROM " + parent.rejects + ") AND s." + child.record + " NOT IN (SELECT record FROM " +
          child.rejects + ")" +
          (which == Remap::kAll ? std::string{}
                                : " AND s." + child.record + " IN (SELECT record FROM " + child.verdicts + ")")));
  if (found == 0) return;
  child.rejected_rows += found;
  connection.execute("DELETE FROM " + child.verdicts + " WHERE record IN (SELECT record FROM " + child.rejects + ")");
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
    values.push_back("s." + column + ", t." + column);
    pairs.push_back("db_transfer_differs(s." + column + ", t." + column + ")");
    assignments.push_back(column + " = m." + new_column(i));
  }
  connection.execute("INSERT INTO " + table.remaps + " SELECT s." + table.record + ", " + table.key_text("s") + ", " +
                     join(values, ", ") + " FROM " + matched_rows(table) + " WHERE (" + join(pairs, " OR ") +
                     ") AND s." + table.record + " NOT IN (SELECT record FROM " + table.rejects + ")");
  connection.execute("UPDATE " + table.stage + " AS stage_row SET " + join(assignments, ", ") + " FROM " +
                     table.remaps + " m WHERE m.record = stage_row." + table.record);
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
      same.push_back("p." + quote_name(key.parent_columns[i]) + " = c." + column);
      continue;
    }
    const auto number = static_cast<std::size_t>(place - identity.begin());
    assignments.push_back(column + " = m." + new_column(number));
    same.push_back("m." + old_column(number) + " = c." + column);
  }
  if (assignments.empty()) return;
  connection.execute("UPDATE " + child.stage + " AS c SET " + join(assignments, ", ") + " FROM " + parent.remaps +
                     " m CROSS JOIN " + parent.stage + " p ON p." + parent.record + " = m.record WHERE " +
                     join(same, " AND ") + among(parent, which, "m.record"));
}

}  // namespace

void create_remaps(Connection& connection, const StagedTable& table) {
  if (table.plan.match.empty() || table.plan.identity.empty()) return;
  std::vector<std::string> declared;
  std::vector<std::string> old_names;
  for (std::size_t i = 0; i < table.plan.identity.size(); ++i) {
    const std::string type = type_of(table, table.plan.identity[i]);
    declared.push_back(old_column(i) + type + ", " + new_column(i) + type);
    old_names.push_back(old_column(i));
  }
  connection.execute("CREATE TABLE " + table.remaps + " (record INTEGER PRIMARY KEY, old_key TEXT, " +
                     join(declared, ", ") + ")");
  const std::string name = table.remaps.substr(table.remaps.find('.') + 1);
  connection.execute("CREATE INDEX temp." + name + "_old ON " + name + " (" + join(old_names, ", ") + ")");
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
