#include "postgres/catalog/planning_path.h"

#include <fmt/format.h>

#include "postgres/catalog/code_of_others.h"
#include "postgres/catalog/planned_code.h"
#include "postgres/catalog/table_locks.h"
#include "postgres/session/settings.h"
#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

constexpr const char* kTables = R"sql(
WITH RECURSIVE tables(oid, root) AS MATERIALIZED (
  SELECT c.oid, COALESCE(pg_catalog.pg_partition_root(c.oid), c.oid)::pg_catalog.oid
  FROM pg_catalog.pg_class c
  WHERE c.relkind IN ('r', 'p')
))sql";

constexpr const char* kWithRelatives = R"sql(
  SELECT o.oid, o.oid FROM pg_catalog.unnest({among}) AS o(oid)
  UNION
  SELECT x.root, x.root
  FROM pg_catalog.pg_constraint f
  JOIN tables k ON k.oid = f.conrelid
  JOIN tables p ON p.oid = f.confrelid
  CROSS JOIN LATERAL (VALUES (k.root), (p.root)) AS x(root)
  WHERE f.contype = 'f' AND (k.root = ANY ({among}) OR p.root = ANY ({among})))sql";

// Neither the server's own functions nor those of a library look names up.
constexpr const char* kLooksUp = R"sql(
SELECT EXISTS (
    SELECT
    FROM call c
    JOIN pg_catalog.pg_proc p ON p.oid = c.function
    WHERE p.oid >= 16384 AND p.prolang NOT IN (12, 13))
  AND NOT EXISTS (
    SELECT
    FROM pg_catalog.pg_attribute a
    JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
    JOIN pg_catalog.pg_type b ON b.oid IN (t.oid, t.typbasetype, t.typelem)
    WHERE a.attrelid = ANY ({among}) AND a.attnum > 0 AND b.oid < 16384 AND b.typname ~ '^_?reg'))sql";

constexpr const char* kPath = R"sql(
WITH path AS (
  SELECT * FROM pg_catalog.unnest({path}::pg_catalog.text[]) WITH ORDINALITY AS s(name, place)
))sql";

// Of the same name as the server's: one of the very types comes before one that takes any array, range or enum, or what
// varchar is stored as; of a base type, which only a superuser can have made, the server has none.
constexpr const char* kSchemas = R"sql(
SELECT s.name
FROM path s
JOIN pg_catalog.pg_namespace n ON n.nspname = s.name::pg_catalog.name
WHERE n.nspname !~ '^pg_'
  AND NOT EXISTS (
    SELECT
    FROM (
      SELECT p.pronamespace, p.proargtypes::pg_catalog.oid[]
      FROM pg_catalog.pg_proc p
      WHERE p.proname IN (
        SELECT o.proname FROM pg_catalog.pg_proc o WHERE o.pronamespace = 'pg_catalog'::pg_catalog.regnamespace)
      UNION ALL
      SELECT p.oprnamespace, ARRAY[p.oprleft, p.oprright]
      FROM pg_catalog.pg_operator p
      WHERE p.oprname IN (
        SELECT o.oprname FROM pg_catalog.pg_operator o WHERE o.oprnamespace = 'pg_catalog'::pg_catalog.regnamespace)
    ) AS x(namespace, arguments)
    WHERE x.namespace = n.oid AND NOT EXISTS (
      SELECT
      FROM pg_catalog.pg_type t
      WHERE t.oid = ANY (x.arguments) AND t.oid >= 16384 AND t.typtype = 'b' AND t.typarray <> 0))
  AND NOT EXISTS (
    SELECT
    FROM (
      SELECT p.pronamespace, p.proowner FROM pg_catalog.pg_proc p
      UNION ALL
      SELECT p.oprnamespace, p.oprowner FROM pg_catalog.pg_operator p
      UNION ALL
      SELECT t.typnamespace, t.typowner FROM pg_catalog.pg_type t WHERE t.typtype IN ('b', 'd')
    ) AS x(namespace, owner)
    JOIN other o ON o.oid = x.owner
    JOIN pg_catalog.pg_roles r ON r.oid = x.owner
    WHERE x.namespace = n.oid AND EXISTS (SELECT FROM mighty) AND r.rolname <> ALL (ARRAY[{consented}]::pg_catalog.name[]))
ORDER BY s.place)sql";

}  // namespace

std::string schemas_of_session(Connection& connection) {
  const pqxx::result path = connection.query(R"sql(
    SELECT s.reset_val, pg_catalog.current_setting('search_path') AS current
    FROM pg_catalog.pg_settings s
    WHERE s.name OPERATOR(pg_catalog.=) 'search_path')sql");
  set_search_path(connection, path[0]["reset_val"].c_str());
  std::string schemas = connection.query_value("SELECT pg_catalog.current_schemas(false)").c_str();
  set_search_path(connection, path[0]["current"].c_str());
  return schemas;
}

std::string planning_path(Connection& connection, const std::vector<std::uint32_t>& tables,
                          const std::vector<std::string>& consented) {
  const std::string among = oid_array(tables);
  if (!connection
           .query_value(
               kTables +
               planned_calls(fmt::format(kWithRelatives, fmt::arg("among", among)), connection.server_version()) +
               fmt::format(kLooksUp, fmt::arg("among", among)))
           .as<bool>())
    return {};
  std::vector<std::string> trusted;
  for (const std::string& role : consented) trusted.push_back(quote_literal(role));
  std::vector<std::string> path;
  for (const std::string& schema : connection.query_list(
           fmt::format(kPath, fmt::arg("path", quote_literal(schemas_of_session(connection)))) +
           other_roles(connection) + fmt::format(kSchemas, fmt::arg("consented", join(trusted, ", ")))))
    path.push_back(quote_name(schema));
  return join(path, ", ");
}

}  // namespace postgres
