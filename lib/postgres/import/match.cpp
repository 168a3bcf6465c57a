#include "postgres/import/match.h"

#include <algorithm>

#include "engine/reasons.h"
#include "postgres/import/rejects.h"
#include "postgres/import/stage.h"
#include "postgres/import/table_sql.h"
#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

using base::Error;
using base::ErrorKind;

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool overlaps(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  return std::any_of(a.begin(), a.end(), [&](const std::string& name) { return contains(b, name); });
}

// The columns of the identity that a matched row takes over from the target.
std::vector<std::string> taken_over(const StagedTable& table) {
  std::vector<std::string> columns;
  if (table.plan.match.empty()) return columns;
  for (const std::string& column : table.plan.identity) {
    if (!contains(table.plan.match, column)) columns.push_back(column);
  }
  return columns;
}

// Foreign keys of `child` by which its rows must follow those of `parent`.
std::vector<std::size_t> following_keys(const StagedTable& parent, const StagedTable& child) {
  std::vector<std::size_t> keys;
  const std::vector<std::string> moved = taken_over(parent);
  for (std::size_t i = 0; i < child.details.table.foreign_keys.size(); ++i) {
    const catalog::ForeignKey& key = child.details.table.foreign_keys[i];
    if (key.parent == parent.details.table.name && overlaps(key.parent_columns, moved) &&
        child.has_columns(key.columns) && parent.has_columns(key.parent_columns) &&
        !child.details.foreign_key_equality[i].empty() && child.details.parent_rules[i] != ParentRule::kContained)
      keys.push_back(i);
  }
  return keys;
}

std::string same_match(const StagedTable& table, const std::string& a, const std::string& b) {
  return table.same_columns(table.plan.match, a, b);
}

std::string match_text(const StagedTable& table, const std::string& alias) {
  return table.columns_text(table.plan.match, alias);
}

// Condition on the staged row s, which follows another: it is still to be inserted.
std::string among(const StagedTable& table, bool inserts) {
  if (!inserts) return {};
  return table_sql(table, " AND EXISTS (SELECT FROM {verdicts} v WHERE v.record = s.{record} AND v.verdict = 'i')");
}

std::string to_be_written(const StagedTable& table) {
  return table_sql(table, " AND EXISTS (SELECT FROM {verdicts} v WHERE v.record = s.{record})");
}

std::string matched_target(const StagedTable& table) {
  return table_sql(table, "{matches} m\n  JOIN {target} t ON t.tableoid = m.target_table AND t.ctid = m.target_row");
}

}  // namespace

void Matcher::demand_independent_keys(const std::vector<std::vector<std::size_t>>& components) const {
  for (const auto& component : components) {
    for (const std::size_t number : component) {
      const StagedTable& table = tables_[number];
      if (table.plan.match.empty()) continue;
      for (const std::size_t other : component) {
        for (const std::size_t key : following_keys(tables_[other], table)) {
          if (!overlaps(table.details.table.foreign_keys[key].columns, table.plan.match)) continue;
          throw Error(ErrorKind::kUsage,
                      table.details.table.name.name + " cannot be matched by " + join(table.plan.match, ", ") +
                          ": the key refers to the table itself or to one that refers back to it",
                      "match by columns that do not depend on keys of the database");
        }
      }
    }
  }
}

void Matcher::match(const std::vector<std::size_t>& component) {
  for (const std::size_t number : component) {
    if (!tables_[number].plan.match.empty() && tables_[number].has_rows()) find(tables_[number], Rows::kAll);
  }
  for (const std::size_t number : component) hand_on(tables_[number], Rows::kAll);
}

void Matcher::match_made(StagedTable& table) {
  if (find(table, Rows::kInserts)) hand_on(table, Rows::kInserts);
}

// Gives the target's keys to the rows that were found and to those who refer to them.
void Matcher::hand_on(StagedTable& parent, Rows rows) {
  if (taken_over(parent).empty()) return;
  for (StagedTable& child : tables_) {
    if (!child.has_rows()) continue;
    for (const std::size_t key : following_keys(parent, child)) follow(parent, child, key, rows);
  }
  if (parent.has_rows()) take_over(parent);
}

bool Matcher::find(StagedTable& table, Rows rows) {
  const std::uint64_t rejected_before = table.rejected_rows;
  const std::uint64_t found = connection_.execute(table_sql(
      table, R"sql(
{into_matches}
SELECT {plan}s.{record}, pg_catalog.convert_to({key}, 'UTF8'), t.tableoid, t.ctid
FROM {staged} s
JOIN {target} t ON {same_match}
WHERE {accepted}{among} AND NOT EXISTS (SELECT FROM {matches} m WHERE m.record = s.{record}))sql",
      fmt::arg("key", table.key_text("s")), fmt::arg("same_match", same_match(table, "s", "t")),
      fmt::arg("accepted", not_rejected(table, "s")), fmt::arg("among", among(table, rows == Rows::kInserts))));
  if (rows == Rows::kAll) find_unnamed(table);
  connection_.execute("ANALYZE " + table.match_part.heap);
  reject_ambiguous(table, rows);
  reject_taken_identities(table, rows);
  return found > 0 || table.rejected_rows > rejected_before;
}

// A row with NULL in its natural key is new, unless the target has it as it is under its own key: so a second import
// adds nothing. Where the table has no other key, an equal row of the target may be another one.
void Matcher::find_unnamed(StagedTable& table) {
  if (!table.may_be_null(table.plan.match)) return;
  const std::string unnamed = table.any_null(table.plan.match, "s");
  if (taken_over(table).empty()) {
    const std::string reason =
        join(table.plan.match, ", ") + ": a natural key must not hold NULL where the table has no other key: ";
    reject(connection_, table,
           reject_sql(table,
                      {.verdict = Verdict::kInvalid, .reason = quote_literal(reason) + " || " + match_text(table, "s")},
                      table_sql(table, "{staged} s WHERE {unnamed} AND {accepted}", fmt::arg("unnamed", unnamed),
                                fmt::arg("accepted", not_rejected(table, "s")))));
    return;
  }
  connection_.execute(table_sql(table, R"sql(
{into_matches}
SELECT {plan}s.{record}, pg_catalog.convert_to({key}, 'UTF8'), t.tableoid, t.ctid
FROM {staged} s
JOIN {target} t ON {same}
WHERE {unnamed} AND {equal} AND {accepted})sql",
                                fmt::arg("key", table.key_text("s")), fmt::arg("unnamed", unnamed),
                                fmt::arg("accepted", not_rejected(table, "s"))));
}

void Matcher::reject_ambiguous(StagedTable& table, Rows rows) {
  std::uint64_t found =
      reject(connection_, table,
             reject_sql(table,
                        {.verdict = Verdict::kConflict,
                         .reason = "'more than one row of the target has ' || " + match_text(table, "s")},
                        table_sql(table, R"sql({staged} s
WHERE s.{record} IN (SELECT m.record FROM {matches} m GROUP BY m.record HAVING pg_catalog.count(*) > 1))sql")));
  if (rows == Rows::kAll)
    found += reject_repeated(connection_, table, table.plan.match,
                             "'more than one record of the file has ' || " + match_text(table, "s"));
  // What refers to such a key could mean either row.
  if (rows == Rows::kAll && !taken_over(table).empty()) {
    found +=
        reject_repeated(connection_, table, table.plan.identity, quote_literal(engine::reasons::kIdentityRepeated));
  }
  if (found > 0) {
    connection_.execute(table_sql(table, "DELETE FROM {heap} m\nUSING {rejects} r\nWHERE r.record = m.record{only}",
                                  fmt::arg("heap", table.match_part.heap),
                                  fmt::arg("only", table.match_part.only("m"))));
  }
}

// A new row whose own key the target has given to another: it must not be taken for that one.
void Matcher::reject_taken_identities(StagedTable& table, Rows rows) {
  if (taken_over(table).empty()) return;
  std::string constraint;
  for (const UniqueIndex& index : table.details.unique_indexes) {
    if (index.plain && index.columns == table.plan.identity) constraint = index.name;
  }
  const std::string holder = table.key_text("t") + " || ', ' || " + match_text(table, "t");
  reject(connection_, table,
         reject_sql(table,
                    {.verdict = Verdict::kConflict,
                     .reason = quote_literal(constraint + ": a new row, but the target holds ") + " || " +
                               table.key_text("s") + " || ' for ' || " + match_text(table, "t"),
                     .constraint = constraint,
                     .holder = holder},
                    table_sql(table, R"sql({staged} s
JOIN {target} t ON {same}
WHERE NOT EXISTS (SELECT FROM {matches} m WHERE m.record = s.{record}) AND {accepted}{among})sql",
                              fmt::arg("accepted", not_rejected(table, "s")),
                              fmt::arg("among", among(table, rows == Rows::kInserts)))));
}

// The rows of the file that refer to a matched row get the target's key of it. A key of the file means nothing in the
// target, so a row whose parent is not among the file's accepted ones cannot be told apart from somebody else's child.
void Matcher::follow(const StagedTable& parent, StagedTable& child, std::size_t foreign_key, Rows rows) {
  const catalog::ForeignKey& key = child.details.table.foreign_keys[foreign_key];
  std::vector<std::string> same;
  std::vector<std::string> filled;
  std::vector<std::string> values;
  std::vector<std::string> assignments;
  std::vector<std::string> shown;
  for (std::size_t i = 0; i < key.columns.size(); ++i) {
    const std::string column = quote_name(key.columns[i]);
    const std::string parent_column = quote_name(key.parent_columns[i]);
    same.push_back(child.details.foreign_key_equality[foreign_key][i].of("p." + parent_column, "s." + column));
    filled.push_back(fmt::format("s.{} IS DISTINCT FROM NULL", column));
    shown.push_back(key.parent_columns[i]);
    if (!contains(taken_over(parent), key.parent_columns[i])) continue;
    values.push_back(fmt::format("t.{} AS v{}", parent_column, i));
    assignments.push_back(fmt::format("{} = {}", child.stage_target(key.columns[i]),
                                      child.stage_value(key.columns[i], fmt::format("x.v{}", i))));
  }
  const std::string reason =
      fmt::format("{} || {}",
                  quote_literal(fmt::format("{}: the parent {} is not among the accepted rows of the file: ", key.name,
                                            key.parent.name)),
                  child.columns_text(key.columns, "s"));
  reject(connection_, child,
         reject_sql(child, {.verdict = Verdict::kInvalid, .reason = reason, .constraint = key.name},
                    table_sql(child, R"sql({staged} s
WHERE {filled} AND {accepted}{written} AND NOT EXISTS (
  SELECT FROM {parents} p WHERE {same_key} AND {accepted_parent}))sql",
                              fmt::arg("written", rows == Rows::kAll ? std::string{} : to_be_written(child)),
                              fmt::arg("filled", join(filled, " AND ")), fmt::arg("accepted", not_rejected(child, "s")),
                              fmt::arg("parents", parent.typed_rows()), fmt::arg("same_key", join(same, " AND ")),
                              fmt::arg("accepted_parent", not_rejected(parent, "p")))));
  child.keys_differ = false;
  connection_.execute(
      table_sql(child, R"sql(
UPDATE {stage} k SET {assignments}
FROM (
  SELECT s.{record} AS number, {values}
  FROM {staged} s
  JOIN {parents} p ON {same_key}
  JOIN {matched_parents} ON m.record = p.{parent_record}) x
WHERE x.number = {stage_record}{only})sql",
                fmt::arg("stage", child.stage_part.heap), fmt::arg("assignments", join(assignments, ", ")),
                fmt::arg("values", join(values, ", ")), fmt::arg("parents", parent.typed_rows()),
                fmt::arg("same_key", join(same, " AND ")), fmt::arg("matched_parents", matched_target(parent)),
                fmt::arg("parent_record", parent.record), fmt::arg("stage_record", child.stage_record("k")),
                fmt::arg("only", child.stage_part.only("k"))));
}

void Matcher::take_over(StagedTable& table) {
  std::vector<std::string> assignments;
  std::vector<std::string> values;
  std::vector<std::string> before;
  for (const std::string& column : taken_over(table)) {
    const std::string value = fmt::format("v{}", values.size());
    values.push_back(fmt::format("t.{} AS {}", quote_name(column), value));
    before.push_back("s." + quote_name(column));
    assignments.push_back(fmt::format("{} = {}", table.stage_target(column), table.stage_value(column, "x." + value)));
  }
  std::vector<std::string> after;
  for (const std::string& column : taken_over(table)) after.push_back("t." + quote_name(column));
  table.remapped += connection_.execute(
      table_sql(table, R"sql(
UPDATE {stage} k SET {assignments}
FROM (
  SELECT s.{record} AS number, {values}
  FROM {staged} s
  JOIN {matched} ON m.record = s.{record}
  WHERE ROW({before})::pg_catalog.record OPERATOR(pg_catalog.*<>) ROW({after})::pg_catalog.record) x
WHERE x.number = {stage_record}{only})sql",
                fmt::arg("stage", table.stage_part.heap), fmt::arg("assignments", join(assignments, ", ")),
                fmt::arg("values", join(values, ", ")), fmt::arg("matched", matched_target(table)),
                fmt::arg("before", join(before, ", ")), fmt::arg("after", join(after, ", ")),
                fmt::arg("stage_record", table.stage_record("k")), fmt::arg("only", table.stage_part.only("k"))));
  table.keys_differ = false;
  analyze_stage(connection_, table);
}

}  // namespace postgres
