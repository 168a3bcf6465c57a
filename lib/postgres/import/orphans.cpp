#include "postgres/import/orphans.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/reasons.h"
#include "postgres/import/judged_rows.h"
#include "postgres/import/key_order.h"
#include "postgres/import/moved_keys.h"
#include "postgres/import/rejects.h"
#include "postgres/import/statement_plans.h"
#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

// `refers`: a row that is to be written and the only one that can be its parent, by the foreign key at `place`.
constexpr const char* kTables = R"sql(
CREATE TEMPORARY TABLE refers (plan pg_catalog.int4, record pg_catalog.int8, place pg_catalog.int4,
    parent_plan pg_catalog.int4, parent pg_catalog.int8) ON COMMIT DROP;
CREATE INDEX ON pg_temp.refers (parent_plan, parent);
CREATE TEMPORARY TABLE lost (plan pg_catalog.int4, record pg_catalog.int8, place pg_catalog.int4) ON COMMIT DROP)sql";

// Rows, after FROM, that the walk came to by this foreign key.
constexpr const char* kLost = R"sql({rows} s
WHERE s.{record} IN (SELECT l.record FROM pg_temp.lost l WHERE l.plan = {plan} AND l.place = {key})
  AND {not_rejected})sql";

// Each step looks up who refers to the rows of the last one. The first ones are there, at the place -1.
constexpr const char* kWalk = R"sql(
WITH RECURSIVE walk(plan, record, place) AS (
    SELECT l.plan, l.record, l.place FROM pg_temp.lost l
    UNION
    SELECT r.plan, r.record, r.place
    FROM walk w JOIN pg_temp.refers r ON r.parent_plan = w.plan AND r.parent = w.record
)
INSERT INTO pg_temp.lost SELECT w.plan, w.record, w.place FROM walk w WHERE w.place >= 0)sql";

// Condition: the periods of the rows there do not contain that of the child. An empty period lies in none.
std::string not_contained(const catalog::ForeignKey& key, const std::vector<std::string>& places) {
  std::vector<std::string> periods;
  periods.reserve(places.size());
  for (const std::string& place : places)
    periods.push_back(fmt::format("SELECT p.{} AS period FROM {}", quote_name(key.parent_columns.back()), place));
  return fmt::format(
      R"sql( AND NOT COALESCE((SELECT s.{period} OPERATOR(pg_catalog.<@) pg_catalog.range_agg(x.period) FROM ({periods}) x), false))sql",
      fmt::arg("period", quote_name(key.columns.back())), fmt::arg("periods", join(periods, " UNION ALL ")));
}

// Of a foreign key that only some partitions have: how they compare.
const std::vector<Equality>& equalities(const StagedTable& table, std::size_t foreign_key) {
  const LeafKey& leaves = table.details.leaf_keys[foreign_key];
  return leaves.condition.empty() ? table.details.foreign_key_equality[foreign_key] : leaves.equality;
}

// What the child's row is asked for.
std::vector<std::string> read_columns(const StagedTable& table, std::size_t foreign_key) {
  std::vector<std::string> columns = table.details.table.foreign_keys[foreign_key].columns;
  if (!table.details.leaf_keys[foreign_key].condition.empty()) columns.emplace_back(kLeaf);
  return columns;
}

// Condition of the child's row s that it lies where the foreign key is; empty: it is everywhere.
std::string in_its_leaves(const StagedTable& table, std::size_t foreign_key) {
  const std::string& condition = table.details.leaf_keys[foreign_key].condition;
  return condition.empty() ? std::string{} : " AND s." + condition;
}

}  // namespace

struct Orphans::Reference {
  const catalog::ForeignKey& key;
  const StagedTable* parent;  // nothing: not in the file
  bool staged;                // the parent may be among the rows of the file
  std::string filled;
  std::string same;    // the parent, called p, and the child, called s
  std::string target;  // FROM and WHERE of the target's rows p that are the parent of s and stay it
  std::string lacks;   // condition: there is none
  std::string reason;
};

Orphans::Orphans(Connection& connection, std::vector<StagedTable>& tables) : connection_(connection), tables_(tables) {
  for (std::size_t i = 0; i < tables_.size(); ++i) by_name_.emplace(tables_[i].details.table.name, i);
}

void Orphans::prepare(const std::vector<std::vector<std::size_t>>& components) {
  const auto inside = [&](const std::vector<std::size_t>& component) {
    return std::ranges::any_of(
        component, [&](std::size_t n) { return tables_[n].has_rows() && refers_inside(tables_[n], component); });
  };
  if (std::ranges::any_of(components, inside)) connection_.execute(kTables);
}

std::uint64_t Orphans::reject(const std::vector<std::size_t>& component) {
  std::uint64_t found = 0;
  bool inside = false;
  for (const std::size_t number : component) {
    StagedTable& table = tables_[number];
    inside = inside || refers_inside(table, component);
    if (table.may_be_written == 0) continue;
    for (std::size_t key = 0; key < table.details.table.foreign_keys.size(); ++key) found += list(table, key);
  }
  if (found == 0) return 0;
  if (inside) found += list_dependants(component);
  for (const std::size_t number : component) drop_rejected(connection_, tables_[number]);
  return found;
}

bool Orphans::is_judged(const StagedTable& table, std::size_t foreign_key) const {
  return table.details.parent_rules[foreign_key] != ParentRule::kNone && !equalities(table, foreign_key).empty() &&
         foretells(table, read_columns(table, foreign_key));
}

bool Orphans::refers_inside(const StagedTable& table, const std::vector<std::size_t>& component) const {
  return std::ranges::any_of(table.details.table.foreign_keys, [&](const catalog::ForeignKey& key) {
    const auto parent = by_name_.find(key.parent);
    return parent != by_name_.end() && std::ranges::find(component, parent->second) != component.end();
  });
}

Orphans::Reference Orphans::describe(const StagedTable& table, std::size_t foreign_key) const {
  const catalog::ForeignKey& key = table.details.table.foreign_keys[foreign_key];
  std::vector<std::string> filled;
  std::vector<std::string> same;
  std::vector<std::string> shown;
  for (std::size_t i = 0; i < key.columns.size(); ++i) {
    const std::string child = "s." + quote_name(key.columns[i]);
    filled.push_back(fmt::format("{} IS DISTINCT FROM NULL", child));
    const Equality& equality = equalities(table, foreign_key)[i];
    const std::string parent_column = "." + quote_name(key.parent_columns[i]);
    same.push_back(equality.of("p" + parent_column, child));
    shown.push_back(
        fmt::format("{} || {}", quote_literal(key.parent_columns[i] + "="), table.column_text(key.columns[i], "s")));
  }
  const StagedTable* parent = find_staged(key.parent);
  const std::string equal = join(same, " AND ");
  const std::string kept = parent == nullptr ? std::string{} : keeps_key(*parent, key.parent_columns);
  const std::string target =
      fmt::format("{} p WHERE {}{}", parent == nullptr ? quote_name(key.parent) : parent->target_rows, equal, kept);
  const std::string reason =
      engine::reasons::no_parent(quote_literal, key.name, key.parent.name, join(shown, " || ', ' || "));
  return {key, parent, parent != nullptr && parent->has_rows() && foretells(*parent, key.parent_columns),
          join(filled, " AND "), equal, target,
          // A question about each row is answered by an index; one that itself looks at updates of the file is better a
          // join.
          fmt::format(fmt::runtime(kept.empty() ? "(EXISTS (SELECT FROM {})) IS FALSE" : "NOT EXISTS (SELECT FROM {})"),
                      target),
          reason};
}

// The rows stay among the verdicts for now, so that those who depend on them can be found.
std::uint64_t Orphans::list(StagedTable& table, std::size_t foreign_key) {
  if (!is_judged(table, foreign_key)) return 0;
  const Reference reference = describe(table, foreign_key);
  const catalog::ForeignKey& key = reference.key;
  const std::string judged = accepted_rows(table, read_columns(table, foreign_key)) +
                             in_its_leaves(table, foreign_key) +
                             (table.rejected_rows == 0 ? "" : " AND " + not_rejected(table, "s"));
  std::uint64_t half_empty = 0;
  if (table.details.match_full[foreign_key] && key.columns.size() > 1) {
    std::vector<std::string> empty;
    for (const std::string& column : key.columns)
      empty.push_back(fmt::format("s.{} IS NOT DISTINCT FROM NULL", quote_name(column)));
    const std::string reason = quote_literal(key.name + ": MATCH FULL allows NULL in all of its columns or in none");
    half_empty = list_rejected(
        connection_, table,
        reject_sql(table, {.verdict = Verdict::kInvalid, .reason = reason, .constraint = key.name},
                   fmt::format("{} AND ({}) AND NOT ({})", judged, join(empty, " OR "), join(empty, " AND "))));
  }
  std::string rows = judged + " AND " + reference.filled;
  const std::string staged = !reference.staged
                                 ? std::string{}
                                 : fmt::format("{} p JOIN {} w ON w.record = p.{} WHERE {}",
                                               judged_rows(*reference.parent, key.parent_columns),
                                               reference.parent->verdicts, reference.parent->record, reference.same);
  if (table.details.parent_rules[foreign_key] == ParentRule::kContained) {
    std::vector<std::string> places{reference.target};
    if (reference.staged) places.push_back(staged);
    rows += not_contained(key, places);
  } else {
    // The target is asked about those only that the file has no parent for.
    rows = fmt::format("(SELECT s.* FROM {}{} OFFSET 0) s WHERE {}", rows,
                       reference.staged ? fmt::format(" AND NOT EXISTS (SELECT FROM {})", staged) : std::string{},
                       reference.lacks);
  }
  const std::uint64_t many = table.staged_rows + (reference.staged ? reference.parent->staged_rows : 0);
  return half_empty + without_nested_loops(connection_, many, [&] {
           return list_rejected(
               connection_, table,
               reject_sql(table, {.verdict = Verdict::kInvalid, .reason = reference.reason, .constraint = key.name},
                          rows));
         });
}

std::uint64_t Orphans::list_dependants(const std::vector<std::size_t>& component) {
  std::uint64_t rows = 0;
  for (const std::size_t number : component) rows += tables_[number].staged_rows;
  connection_.execute("DELETE FROM pg_temp.refers; DELETE FROM pg_temp.lost");
  return without_nested_loops(connection_, rows, [&] {
    gather_references(component);
    walk(component);
    std::uint64_t found = 0;
    for (const std::size_t number : component) {
      const std::size_t keys = tables_[number].details.table.foreign_keys.size();
      for (std::size_t key = 0; key < keys; ++key) found += list_lost(number, key);
    }
    return found;
  });
}

// Of rows that are to be written. Those with a parent in the target need none of the file.
void Orphans::gather_references(const std::vector<std::size_t>& component) {
  for (const std::size_t number : component) {
    const StagedTable& table = tables_[number];
    if (table.may_be_written == 0) continue;
    for (std::size_t key = 0; key < table.details.table.foreign_keys.size(); ++key) {
      if (!is_judged(table, key) || table.details.parent_rules[key] == ParentRule::kContained) continue;
      const Reference reference = describe(table, key);
      if (!reference.staged) continue;
      const std::size_t parent = by_name_.at(reference.key.parent);
      if (std::ranges::find(component, parent) == component.end()) continue;
      connection_.execute(fmt::format(
          R"sql(
INSERT INTO pg_temp.refers
SELECT {plan}, s."db-transfer child", {key}, {parent_plan}, s."db-transfer parent"
FROM (SELECT s.*, s.{record} AS "db-transfer child", p.{parent_record} AS "db-transfer parent"
      FROM {rows} s JOIN {verdicts} v ON v.record = s.{record}
      JOIN {parents} p ON {same} JOIN {parent_verdicts} w ON w.record = p.{parent_record}
      WHERE true{leaves}
      OFFSET 0) s
WHERE {lacks})sql",
          fmt::arg("plan", number), fmt::arg("key", key), fmt::arg("parent_plan", parent),
          fmt::arg("record", table.record), fmt::arg("parent_record", reference.parent->record),
          fmt::arg("rows", judged_rows(table, read_columns(table, key))), fmt::arg("verdicts", table.verdicts),
          fmt::arg("leaves", in_its_leaves(table, key)),
          fmt::arg("parents", judged_rows(*reference.parent, reference.key.parent_columns)),
          fmt::arg("same", reference.same), fmt::arg("parent_verdicts", reference.parent->verdicts),
          fmt::arg("lacks", reference.lacks)));
    }
  }
  connection_.execute("ANALYZE pg_temp.refers");
}

void Orphans::walk(const std::vector<std::size_t>& component) {
  std::vector<std::string> seeds;
  seeds.reserve(component.size());
  for (const std::size_t number : component) {
    seeds.push_back(fmt::format(
        "SELECT {}::pg_catalog.int4, r.record, -1 FROM {} r WHERE EXISTS (SELECT FROM {} v WHERE v.record = r.record)",
        number, tables_[number].rejects, tables_[number].verdicts));
  }
  connection_.execute("INSERT INTO pg_temp.lost " + join(seeds, " UNION ALL "));
  const std::string restore = KeyOrder::plans_in_order(connection_);
  connection_.execute(kWalk);
  connection_.execute(restore + "ANALYZE pg_temp.lost");
}

std::uint64_t Orphans::list_lost(std::size_t number, std::size_t foreign_key) {
  StagedTable& table = tables_[number];
  if (table.may_be_written == 0 || !is_judged(table, foreign_key)) return 0;
  const Reference reference = describe(table, foreign_key);
  return list_rejected(
      connection_, table,
      reject_sql(table, {.verdict = Verdict::kInvalid, .reason = reference.reason, .constraint = reference.key.name},
                 fmt::format(kLost, fmt::arg("rows", judged_rows(table, read_columns(table, foreign_key))),
                             fmt::arg("record", table.record), fmt::arg("plan", number), fmt::arg("key", foreign_key),
                             fmt::arg("not_rejected", not_rejected(table, "s")))));
}

const StagedTable* Orphans::find_staged(const catalog::TableName& name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : &tables_[found->second];
}

}  // namespace postgres
