#include "postgres/import/blocking.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

using outcome::BlockingCause;
using Causes = std::vector<BlockingCause>;

BlockingCause& cause_of(Causes& causes, const std::string& constraint) {
  const auto known = std::ranges::find(causes, constraint, &BlockingCause::constraint);
  if (known != causes.end()) return *known;
  causes.push_back({});
  causes.back().constraint = constraint;
  return causes.back();
}

// A row left out and the row of the file that it wants, left out as well. Empty: the foreign key leads to none.
std::string edges_sql(const std::vector<StagedTable>& tables, std::size_t child, std::size_t foreign_key) {
  const StagedTable& table = tables[child];
  const catalog::ForeignKey& key = table.details.table.foreign_keys[foreign_key];
  const std::vector<Equality>& equality = table.details.foreign_key_equality[foreign_key];
  const auto parent = std::ranges::find_if(
      tables, [&](const StagedTable& other) { return other.details.table.name == key.parent && other.has_rows(); });
  if (parent == tables.end() || parent->rejected_rows == 0 || equality.empty() || !table.has_columns(key.columns) ||
      !parent->has_columns(key.parent_columns))
    return {};
  std::vector<std::string> same;
  for (std::size_t c = 0; c < equality.size(); ++c)
    same.push_back(equality[c].of("p." + quote_name(key.parent_columns[c]), "s." + quote_name(key.columns[c])));
  return fmt::format(
      R"sql(
SELECT {child} AS plan, r.record, {parent} AS parent_plan, q.record AS parent
FROM {rejects} r
JOIN {rows} s ON s.{record} OPERATOR(pg_catalog.=) r.record
JOIN {parent_rows} p ON {same}
JOIN {parent_rejects} q ON q.record OPERATOR(pg_catalog.=) p.{parent_record}
WHERE r.verdict = 'x' AND r."constraint" OPERATOR(pg_catalog.=) pg_catalog.convert_to({name}, 'UTF8')
  AND q.verdict IN ('c', 'x'))sql",
      fmt::arg("child", child), fmt::arg("parent", parent - tables.begin()), fmt::arg("rejects", table.rejects),
      fmt::arg("rows", table.typed_rows()), fmt::arg("record", table.record),
      fmt::arg("parent_rows", parent->typed_rows()), fmt::arg("same", join(same, " AND ")),
      fmt::arg("parent_rejects", parent->rejects), fmt::arg("parent_record", parent->record),
      fmt::arg("name", quote_literal(key.name)));
}

// Finds for every row that wants another the one that is left out for its own fault.
constexpr const char* kHeldBack = R"sql(
WITH RECURSIVE edges AS MATERIALIZED ({edges}),
reasons AS ({reasons}),
held(root_plan, root, plan, record) AS (
    SELECT e.parent_plan, e.parent, e.plan, e.record
    FROM edges e
    WHERE NOT EXISTS (SELECT FROM edges f WHERE f.plan = e.parent_plan AND f.record = e.parent)
    UNION
    SELECT h.root_plan, h.root, e.plan, e.record
    FROM held h JOIN edges e ON e.parent_plan = h.plan AND e.parent = h.record
)
SELECT h.root_plan, r."constraint", pg_catalog.count(DISTINCT h.root) AS needed,
       pg_catalog.count(DISTINCT ROW(h.plan, h.record)) AS held_back
FROM held h JOIN reasons r ON r.plan = h.root_plan AND r.record = h.root
GROUP BY h.root_plan, r."constraint"
ORDER BY 4 DESC, 1)sql";

void add_held_back(Connection& connection, const std::vector<StagedTable>& tables, std::vector<Causes>& found) {
  std::vector<std::string> edges;
  std::vector<std::string> reasons;
  for (std::size_t i = 0; i < tables.size(); ++i) {
    if (tables[i].rejected_rows == 0) continue;
    // As text, which a name is; what is none of this server's encoding stays readable.
    reasons.push_back(fmt::format(
        R"sql(SELECT {} AS plan, r.record, COALESCE(pg_catalog.encode(r."constraint", 'escape'), '') AS "constraint" FROM {} r)sql",
        i, tables[i].rejects));
    for (std::size_t key = 0; key < tables[i].details.table.foreign_keys.size(); ++key) {
      std::string sql = edges_sql(tables, i, key);
      if (!sql.empty()) edges.push_back(std::move(sql));
    }
  }
  if (edges.empty()) return;
  for (const auto& row : connection.query(fmt::format(kHeldBack, fmt::arg("edges", join(edges, " UNION ALL ")),
                                                      fmt::arg("reasons", join(reasons, " UNION ALL "))))) {
    BlockingCause& cause = cause_of(found[row["root_plan"].as<std::size_t>()], row["constraint"].c_str());
    cause.needed = row["needed"].as<std::uint64_t>();
    cause.held_back = row["held_back"].as<std::uint64_t>();
  }
}

// Whether rows could be found by the key: its values are columns, and the file brings them.
bool may_match(const StagedTable& table, const UniqueIndex& index) {
  return index.plain && !index.primary && index.columns != table.plan.identity && table.has_columns(index.columns) &&
         std::ranges::none_of(index.columns, [&](const std::string& name) { return table.is_masked(name); });
}

// Condition: no other key of row s is held by another row of the target than t.
std::string free_otherwise(const StagedTable& table, const UniqueIndex& but) {
  std::string sql;
  for (const UniqueIndex& index : table.details.unique_indexes) {
    if (&index == &but || !index.plain || index.columns == table.plan.identity || !table.has_columns(index.columns))
      continue;
    sql += fmt::format(
        R"sql(
  AND NOT EXISTS (SELECT FROM {target} u WHERE {same} AND (u.tableoid <> t.tableoid OR u.ctid <> t.ctid)))sql",
        fmt::arg("target", table.target_rows), fmt::arg("same", table.same_columns(index.columns, "s", "u")));
  }
  return sql;
}

// Rows whose key one row of the target holds, which no other row of the file is about: they would become its updates.
void add_matches(Connection& connection, const StagedTable& table, Causes& found) {
  if (table.rejected_rows == 0 || table.plan.identity.empty() || !table.plan.match.empty()) return;
  for (const UniqueIndex& index : table.details.unique_indexes) {
    if (!may_match(table, index)) continue;
    const pqxx::field rows = connection.query_value(fmt::format(
        R"sql(
SELECT pg_catalog.count(*)
FROM {rejects} r
JOIN {rows} s ON s.{record} OPERATOR(pg_catalog.=) r.record
JOIN {target} t ON t.tableoid = r.holder_table AND t.ctid = r.holder_row
WHERE r.verdict = 'c' AND r."constraint" OPERATOR(pg_catalog.=) pg_catalog.convert_to({name}, 'UTF8')
  AND NOT EXISTS (SELECT FROM {rows} o WHERE {same}){others})sql",
        fmt::arg("rejects", table.rejects), fmt::arg("rows", table.typed_rows()), fmt::arg("record", table.record),
        fmt::arg("target", table.target_rows), fmt::arg("name", quote_literal(index.name)),
        fmt::arg("same", table.same_identity("o", "t")), fmt::arg("others", free_otherwise(table, index))));
    const auto count = rows.as<std::uint64_t>();
    if (count == 0) continue;
    BlockingCause& cause = cause_of(found, index.name);
    cause.match = index.columns;
    cause.matched = count;
  }
}

}  // namespace

std::vector<Causes> find_blocking(Connection& connection, const std::vector<StagedTable>& tables) {
  std::vector<Causes> found(tables.size());
  // Else the planner takes the rejects for a few rows and loops over the rest.
  for (const StagedTable& table : tables) {
    if (table.rejected_rows > 0) connection.execute("ANALYZE " + table.reject_part.heap);
  }
  add_held_back(connection, tables, found);
  for (std::size_t i = 0; i < tables.size(); ++i) add_matches(connection, tables[i], found[i]);
  return found;
}

}  // namespace postgres
