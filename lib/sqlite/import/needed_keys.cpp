#include "sqlite/import/needed_keys.h"

#include <algorithm>
#include <array>
#include <functional>

#include "sqlite/import/reference.h"
#include "sqlite/import/rejects.h"
#include "sqlite/import/table_sql.h"
#include "sqlite/session/row_functions.h"
#include "sqlite/session/sql_text.h"

namespace sqlite {
namespace {

constexpr const char* kKeyChanges = R"sql({accepted}
CROSS JOIN {target} t ON {same}
WHERE v.verdict = 'u' AND ({changes_key}))sql";

constexpr const char* kNeitherWrittenNorLeftOut = R"sql(
k.{record} NOT IN (SELECT record FROM {verdicts}) AND k.{record} NOT IN (SELECT record FROM {rejects}))sql";

constexpr const char* kIsReferred = "EXISTS (SELECT 1 FROM main.{child} {alias} WHERE {refers} AND {condition})";

constexpr const char* kInFile = "EXISTS (SELECT 1 FROM {stage} k WHERE {same_row} AND {condition})";

// {after}: the key as it is after the update.
constexpr const char* kReached = R"sql((SELECT t.*{after} FROM {changes}) t{children}
WHERE {refers})sql";

struct Reference {
  const TableDetails& child;
  const catalog::ForeignKey& key;
  const std::string& action;
};

bool stays(const std::string& action) { return action == "NO ACTION" || action == "RESTRICT"; }

// `take` gets the foreign keys, of every table, whose key in the parent an update of `table` may change.
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
    pairs.push_back(fmt::format("s.{0} IS NOT t.{0}", quote_name(column)));
  return table_sql(table, kKeyChanges, fmt::arg("changes_key", join(pairs, " OR ")));
}

// Condition: rows of the child, called `alias`, refer to the row `parent`, and `condition` is true of them.
std::string is_referred(const Reference& reference, const std::string& parent, const std::string& alias,
                        const std::string& condition) {
  return fmt::format(fmt::runtime(kIsReferred), fmt::arg("child", quote_name(reference.child.table.name.name)),
                     fmt::arg("alias", alias), fmt::arg("refers", finds_child(reference.key, parent, alias)),
                     fmt::arg("condition", condition));
}

// Condition: the file holds the row c of the child, and `condition`, a text of table_sql, is true of its staged row k.
std::string in_file(const StagedTable& child, const char* condition) {
  return table_sql(child, kInFile, fmt::arg("same_row", child.same_identity("k", "c")),
                   fmt::arg("condition", table_sql(child, condition)));
}

// Condition: the file does not write the reached row c.
std::string is_not_written(const StagedTable* child) {
  if (child == nullptr || child->plan.identity.empty()) return "1";
  return "NOT " + in_file(*child, "k.{record} IN (SELECT record FROM {verdicts})");
}

constexpr std::size_t kMostLevels = 8;  // foreign keys of a way; an update that would go further is left out

// Foreign keys that refer to what changes of the rows which follow by `way.back()`, each once on a way.
void for_each_next(const std::vector<TableDetails>& details, const std::vector<Reference>& way,
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

// Goes along the foreign keys that pass an update on, as far as they do. At the end of each way are rows that would
// lose their reference, or that keep their parent from changing, or more that follow: `take` gets their foreign key and
// the condition that there are some, on `row`, the alias of the row that follows by `way.back()`.
void find_followers(const std::vector<StagedTable>& tables, const std::vector<TableDetails>& details,
                    const std::vector<Reference>& way, const std::string& row,
                    const std::function<void(const Reference&, const std::string&)>& take) {
  if (way.back().action != "CASCADE") return;
  const bool is_last = way.size() == kMostLevels;
  for_each_next(details, way, [&](const Reference& next) {
    if (next.action != "CASCADE" || is_last) {
      const StagedTable* staged = find_staged(tables, next.child.table.name);
      take(next, is_referred(next, row, "c", stays(next.action) || is_last ? "1" : is_not_written(staged)));
      return;
    }
    std::vector<Reference> longer = way;
    longer.push_back(next);
    const std::string alias = fmt::format("follows_{}", way.size());
    find_followers(tables, details, longer, alias, [&](const Reference& last, const std::string& condition) {
      take(last, is_referred(next, row, alias, condition));
    });
  });
}

// `take` gets this way, and all that go on from its end as far as an update is passed on.
void for_each_way(const std::vector<TableDetails>& details, const std::vector<Reference>& way,
                  const std::function<void(const std::vector<Reference>&)>& take) {
  take(way);
  const Reference& by = way.back();
  if (by.action != "CASCADE" || way.size() == kMostLevels) return;
  for_each_next(details, way, [&](const Reference& next) {
    if (stays(next.action)) return;
    std::vector<Reference> longer = way;
    longer.push_back(next);
    for_each_way(details, longer, take);
  });
}

std::string new_name(std::size_t i) { return fmt::format("\"db-transfer new {}\"", i); }

// The rows, called c, at the end of the way.
std::string reached_by(const StagedTable& table, const std::vector<Reference>& way) {
  const catalog::ForeignKey& key = way.front().key;
  std::string after;
  for (std::size_t i = 0; i < key.columns.size(); ++i)
    after += fmt::format(", s.{} AS {}", quote_name(key.parent_columns[i]), new_name(i));
  std::string children;
  std::vector<std::string> conditions;
  std::string row = "t";
  for (std::size_t i = 0; i < way.size(); ++i) {
    const std::string next = i + 1 == way.size() ? "c" : fmt::format("follows_{}", i);
    children += fmt::format("\nCROSS JOIN main.{} {}", quote_name(way[i].child.table.name.name), next);
    conditions.push_back(finds_child(way[i].key, row, next));
    row = next;
  }
  return fmt::format(fmt::runtime(kReached), fmt::arg("after", after), fmt::arg("changes", key_changes(table, key)),
                     fmt::arg("children", children), fmt::arg("refers", join(conditions, " AND ")));
}

// For an approval: the sum of the digests of these rows, whatever their order. Each is over the row's own key, its
// foreign key, and the key that is passed on.
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
  Statement rows = connection.prepare(fmt::format("SELECT db_transfer_row_digest({}, {}) FROM {}",
                                                  quote_literal(table.plan.row_key), image_call(values), reached));
  std::array<std::uint64_t, 2> sums{};
  while (rows.next()) {
    const std::string digest = rows.text(0);
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += std::stoull(digest.substr(16 * i, 16), nullptr, 16);
  }
  return fmt::format("{}x{}", sums[0], sums[1]);
}

// Leaves out the updates that change this key, where `condition` is true of the target's row t.
std::uint64_t reject_changes(Connection& connection, StagedTable& table, const catalog::ForeignKey& key,
                             const std::string& constraint, const std::string& what, const std::string& condition) {
  const std::string reason = quote_literal(fmt::format("{}: {}", constraint, what));
  return reject(
      connection, table,
      reject_sql(table, "v.record", {.verdict = Verdict::kInvalid, .reason = reason, .constraint = constraint},
                 fmt::format("{} AND {}", key_changes(table, key), condition)));
}

}  // namespace

std::uint64_t reject_needed_keys(Connection& connection, StagedTable& table, const std::vector<TableDetails>& details,
                                 ForeignKeys foreign_keys) {
  std::uint64_t found = 0;
  for_each_reference(table, details, [&](const Reference& reference) {
    if (!stays(reference.action) && foreign_keys == ForeignKeys::kEnforced) return;
    found += reject_changes(connection, table, reference.key, reference.key.name,
                            fmt::format("rows of {} refer to the key that changes", reference.child.table.name.name),
                            is_referred(reference, "t", "c", "1"));
  });
  return found;
}

std::uint64_t reject_followed_keys(Connection& connection, const std::vector<StagedTable>& tables, StagedTable& table,
                                   const std::vector<TableDetails>& details) {
  std::uint64_t found = 0;
  for_each_reference(table, details, [&](const Reference& reference) {
    find_followers(tables, details, {reference}, "follows", [&](const Reference& last, const std::string& condition) {
      found += reject_changes(connection, table, reference.key, last.key.name,
                              fmt::format("rows of {} refer to what would follow the key that changes (ON UPDATE {})",
                                          last.child.table.name.name, last.action),
                              is_referred(reference, "t", "follows", condition));
    });
    const StagedTable* child = find_staged(tables, reference.child.table.name);
    if (stays(reference.action) || (child == nullptr && reference.action == "CASCADE")) return;
    // Without a key of their own nobody can tell which rows of the child the file means. A reference that would be lost
    // is nobody's wish.
    std::string harmed = is_not_written(child);
    const char* which = "that the file does not write would lose their reference";
    if (reference.action == "CASCADE") {
      if (!child->plan.identity.empty()) harmed = in_file(*child, kNeitherWrittenNorLeftOut);
      which = "that the file leaves as they are would follow the key that changes";
    }
    found += reject_changes(
        connection, table, reference.key, reference.key.name,
        fmt::format("rows of {} {} (ON UPDATE {})", reference.child.table.name.name, which, reference.action),
        is_referred(reference, "t", "c", harmed));
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
                          connection.number("SELECT count(*) FROM " + reached),
                          connection.number("SELECT count(*) FROM " + reached + outside),
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
    lines.push_back(fmt::format("{}: {} row{} that the file does not write follow {} ({}, ON UPDATE {})", cascade.table,
                                cascade.outside, cascade.outside == 1 ? "" : "s", table.details.table.name.name,
                                cascade.foreign_key, cascade.action));
  }
  return lines;
}

}  // namespace sqlite
