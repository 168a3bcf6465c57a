#include "postgres/catalog/planned_names.h"

#include <fmt/format.h>

#include "postgres/catalog/table_locks.h"

namespace postgres {
namespace {

// Neither the server's own functions nor those of a library do.
constexpr const char* kLooksUp = R"sql(
WITH tables AS MATERIALIZED (
  SELECT c.oid, COALESCE(pg_catalog.pg_partition_root(c.oid), c.oid)::pg_catalog.oid AS root
  FROM pg_catalog.pg_class c
  WHERE c.relkind IN ('r', 'p')
),
looked_at(root) AS (
  SELECT o.oid FROM pg_catalog.unnest({among}) AS o(oid)
  UNION
  SELECT x.root
  FROM pg_catalog.pg_constraint f
  JOIN tables k ON k.oid = f.conrelid
  JOIN tables p ON p.oid = f.confrelid
  CROSS JOIN LATERAL (VALUES (k.root), (p.root)) AS x(root)
  WHERE f.contype = 'f' AND (k.root = ANY ({among}) OR p.root = ANY ({among}))
)
SELECT EXISTS (
  SELECT
  FROM (
    SELECT i.indrelid, x.tree
    FROM pg_catalog.pg_index i
    CROSS JOIN LATERAL (VALUES (i.indexprs), (i.indpred)) AS x(tree)
    UNION ALL
    SELECT p.partrelid, p.partexprs FROM pg_catalog.pg_partitioned_table p
    {statistics}
  ) AS e(relation, tree)
  JOIN tables t ON t.oid = e.relation AND t.root IN (SELECT l.root FROM looked_at l)
  CROSS JOIN LATERAL pg_catalog.regexp_matches(e.tree::pg_catalog.text, ':(funcid|opno) ([0-9]+) ', 'g') AS m(token)
  LEFT JOIN pg_catalog.pg_operator q ON m.token[1] = 'opno' AND q.oid = m.token[2]::pg_catalog.oid
  JOIN pg_catalog.pg_proc f ON f.oid = COALESCE(q.oprcode::pg_catalog.oid, m.token[2]::pg_catalog.oid)
  WHERE f.oid >= 16384 AND f.prolang NOT IN (12, 13)))sql";

constexpr const char* kStatistics = R"sql(UNION ALL
    SELECT s.stxrelid, s.stxexprs FROM pg_catalog.pg_statistic_ext s)sql";

}  // namespace

bool planning_looks_names_up(Connection& connection, const std::vector<std::uint32_t>& tables) {
  constexpr int kHasStatisticsOfExpressions = 140000;
  const bool has_statistics = connection.server_version() >= kHasStatisticsOfExpressions;
  return connection
      .query(fmt::format(kLooksUp, fmt::arg("among", oid_array(tables)),
                         fmt::arg("statistics", has_statistics ? kStatistics : "")))[0][0]
      .as<bool>();
}

}  // namespace postgres
