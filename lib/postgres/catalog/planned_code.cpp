#include "postgres/catalog/planned_code.h"

#include <fmt/format.h>

namespace postgres {
namespace {

// A call of which a column of the row is an argument, as it is or as a text, cannot be computed beforehand. A function
// in SQL can be put in line, with what it calls.
constexpr const char* kCalls = R"sql(
, looked_at(oid, top) AS (
  ({tables})
  UNION
  SELECT i.inhrelid, l.top FROM looked_at l JOIN pg_catalog.pg_inherits i ON i.inhparent = l.oid
),
expression_of_plan(tree, top) AS (
  SELECT x.tree, l.top
  FROM looked_at l
  JOIN pg_catalog.pg_index i ON i.indrelid = l.oid
  CROSS JOIN LATERAL (VALUES (i.indexprs), (i.indpred)) AS x(tree)
  UNION ALL
  SELECT p.partexprs, l.top FROM looked_at l JOIN pg_catalog.pg_partitioned_table p ON p.partrelid = l.oid
  {statistics}
),
call(function, of_column, top) AS (
  SELECT COALESCE(q.oprcode::pg_catalog.oid, m.token[2]::pg_catalog.oid), m.token[3] IS NOT NULL, e.top
  FROM expression_of_plan e
  CROSS JOIN LATERAL pg_catalog.regexp_matches(e.tree::pg_catalog.text,
    ':(funcid|opno) ([0-9]+) ([^{{}}]*:args [(](?:[{{]CONST [^{{}}]*[}}] ?)*'
    '(?:[{{](?:RELABELTYPE|COERCEVIAIO) [^{{}}]*)*[{{]VAR )?', 'g') AS m(token)
  LEFT JOIN pg_catalog.pg_operator q ON m.token[1] = 'opno' AND q.oid = m.token[2]::pg_catalog.oid
  WHERE e.tree IS NOT NULL
))sql";

constexpr const char* kPlanned = R"sql(
, planned(owner, words, top) AS (
  SELECT p.proowner, 'function ' || p.oid::pg_catalog.regprocedure::pg_catalog.text, c.top
  FROM call c
  JOIN pg_catalog.pg_proc p ON p.oid = c.function AND p.oid >= 16384 AND p.prolang NOT IN (12, 13)
  WHERE NOT c.of_column OR p.prolang = 14
  UNION
  SELECT o.owner, 'foreign table ' || f.ftrelid::pg_catalog.regclass::pg_catalog.text, l.top
  FROM looked_at l
  JOIN pg_catalog.pg_foreign_table f ON f.ftrelid = l.oid
  JOIN pg_catalog.pg_class c ON c.oid = f.ftrelid
  JOIN pg_catalog.pg_foreign_server s ON s.oid = f.ftserver
  CROSS JOIN LATERAL (VALUES (c.relowner), (s.srvowner)) AS o(owner)
))sql";

constexpr const char* kStatistics = R"sql(UNION ALL
  SELECT s.stxexprs, l.top FROM looked_at l JOIN pg_catalog.pg_statistic_ext s ON s.stxrelid = l.oid)sql";

}  // namespace

std::string planned_calls(const std::string& tables, int server_version) {
  constexpr int kHasStatisticsOfExpressions = 140000;
  return fmt::format(kCalls, fmt::arg("tables", tables),
                     fmt::arg("statistics", server_version < kHasStatisticsOfExpressions ? "" : kStatistics));
}

std::string planned_code(const std::string& tables, int server_version) {
  return planned_calls(tables, server_version) + kPlanned;
}

}  // namespace postgres
