#include "postgres/catalog/privileges.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "postgres/session/settings.h"
#include "postgres/session/sql_text.h"

namespace postgres {

using base::Error;
using base::ErrorKind;

namespace {

// Of what a role may write by columns, those that it lacks are told by their names, elsewhere.
constexpr std::string_view kMissingGrants = R"sql(
  WITH demand(relation, privilege, n) AS (VALUES {demands})
  SELECT 'GRANT USAGE ON SCHEMA ' || pg_catalog.quote_ident(s.nspname) || ' TO ' || pg_catalog.quote_ident(current_user)
           AS "grant"
  FROM pg_catalog.pg_namespace s
  WHERE s.oid IN (SELECT c.relnamespace FROM pg_catalog.pg_class c JOIN demand d ON c.oid = d.relation)
    AND NOT pg_catalog.has_schema_privilege(s.oid, 'USAGE')
  UNION ALL
  SELECT 'GRANT ' || pg_catalog.string_agg(d.privilege, ', ' ORDER BY d.n) || ' ON ' ||
           pg_catalog.quote_ident(s.nspname) || '.' || pg_catalog.quote_ident(c.relname) || ' TO ' ||
           pg_catalog.quote_ident(current_user)
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace s ON s.oid = c.relnamespace
  JOIN (SELECT relation, privilege, pg_catalog.min(n) AS n FROM demand GROUP BY relation, privilege) d
    ON d.relation = c.oid
  WHERE NOT pg_catalog.has_table_privilege(c.oid, d.privilege)
    AND NOT (d.privilege IN ('INSERT', 'UPDATE') AND pg_catalog.has_any_column_privilege(c.oid, d.privilege))
  GROUP BY s.nspname, c.relname
)sql";

// Of what is computed for a row of the tables themselves; a rule's functions run with its owner's rights. Types: those
// of the columns, which a temporary table has, too. Schemas: of what statements of ours have to name, which an INSERT
// has not: domains and what they are made of, the operators of keys, and whatever an expression's text mentions.
constexpr const char* kMissingCodeGrants = R"sql(
, computed AS (
  SELECT DISTINCT COALESCE(x.oprcode::pg_catalog.oid, d.refobjid) AS function
  FROM object o
  -- Fenced in, for the server takes the objects for many millions.
  CROSS JOIN LATERAL (
    SELECT d.refclassid, d.refobjid
    FROM pg_catalog.pg_depend d
    WHERE d.classid = o.classid AND d.objid = o.objid AND d.deptype IN ('n', 'a')
      AND d.refclassid IN ('pg_catalog.pg_proc'::pg_catalog.regclass::pg_catalog.oid,
                           'pg_catalog.pg_operator'::pg_catalog.regclass::pg_catalog.oid)
    OFFSET 0) d
  LEFT JOIN pg_catalog.pg_operator x ON x.oid = d.refobjid
    AND d.refclassid = 'pg_catalog.pg_operator'::pg_catalog.regclass::pg_catalog.oid
  WHERE o.classid NOT IN ('pg_catalog.pg_rewrite'::pg_catalog.regclass::pg_catalog.oid,
                          'pg_catalog.pg_policy'::pg_catalog.regclass::pg_catalog.oid)
    AND (o.relid = 0 OR o.relid IN (SELECT r.oid FROM relation r WHERE r.root IN (SELECT t.oid FROM root t)))
), domain_of(type) AS (
  SELECT a.atttypid
  FROM pg_catalog.pg_attribute a
  JOIN root r ON r.oid = a.attrelid
  JOIN pg_catalog.pg_type t ON t.oid = a.atttypid AND t.typtype = 'd'
  WHERE a.attnum > 0 AND NOT a.attisdropped
    AND (a.atthasdef OR a.attnotnull OR t.typnotnull OR t.typdefault IS DISTINCT FROM NULL
         OR EXISTS (SELECT FROM assigned b WHERE b.root = r.oid AND b.name = a.attname))
  UNION
  SELECT t.typbasetype
  FROM domain_of d
  JOIN pg_catalog.pg_type t ON t.oid = d.type AND t.typtype = 'd'
), operator_of(oid) AS (
  SELECT x.amopopr
  FROM pg_catalog.pg_index i
  JOIN root r ON r.oid = i.indrelid
  CROSS JOIN LATERAL pg_catalog.unnest(i.indclass) AS k(class)
  JOIN pg_catalog.pg_opclass c ON c.oid = k.class
  JOIN pg_catalog.pg_am a ON a.oid = c.opcmethod AND a.amname = 'btree'
  JOIN pg_catalog.pg_amop x ON x.amopfamily = c.opcfamily AND x.amoplefttype = c.opcintype
    AND x.amoprighttype = c.opcintype AND x.amopstrategy = 3
  WHERE i.indisunique
  UNION
  SELECT pg_catalog.unnest(f.conpfeqop)
  FROM pg_catalog.pg_constraint f
  JOIN root r ON r.oid = f.conrelid
  WHERE f.contype = 'f'
), mentioned(class, oid) AS (
  SELECT d.refclassid, d.refobjid
  FROM object o
  JOIN relation r ON r.oid = o.relid AND r.root IN (SELECT t.oid FROM root t)
  CROSS JOIN LATERAL (
    SELECT d.refclassid, d.refobjid
    FROM pg_catalog.pg_depend d
    WHERE d.classid = o.classid AND d.objid = o.objid AND d.deptype IN ('n', 'a')
    OFFSET 0) d
  WHERE o.classid NOT IN ('pg_catalog.pg_rewrite'::pg_catalog.regclass::pg_catalog.oid,
                          'pg_catalog.pg_trigger'::pg_catalog.regclass::pg_catalog.oid,
                          'pg_catalog.pg_policy'::pg_catalog.regclass::pg_catalog.oid)
    AND o.tree IS NOT NULL
), named(namespace) AS (
  SELECT p.pronamespace
  FROM computed c
  JOIN pg_catalog.pg_proc p ON p.oid = c.function AND p.oid >= 16384
    AND p.prorettype <> 'pg_catalog.trigger'::pg_catalog.regtype
  UNION
  SELECT t.typnamespace FROM domain_of d JOIN pg_catalog.pg_type t ON t.oid = d.type
  UNION
  SELECT x.oprnamespace FROM operator_of o JOIN pg_catalog.pg_operator x ON x.oid = o.oid
  UNION
  SELECT COALESCE(t.typnamespace, x.oprnamespace, c.collnamespace)
  FROM mentioned m
  LEFT JOIN pg_catalog.pg_type t ON m.class = 'pg_catalog.pg_type'::pg_catalog.regclass::pg_catalog.oid AND t.oid = m.oid
  LEFT JOIN pg_catalog.pg_operator x
    ON m.class = 'pg_catalog.pg_operator'::pg_catalog.regclass::pg_catalog.oid AND x.oid = m.oid
  LEFT JOIN pg_catalog.pg_collation c
    ON m.class = 'pg_catalog.pg_collation'::pg_catalog.regclass::pg_catalog.oid AND c.oid = m.oid
)
SELECT 'GRANT EXECUTE ON FUNCTION ' || c.function::pg_catalog.regprocedure::pg_catalog.text || ' TO ' ||
         pg_catalog.quote_ident(current_user) AS "grant"
FROM computed c
JOIN pg_catalog.pg_proc p ON p.oid = c.function AND p.prorettype <> 'pg_catalog.trigger'::pg_catalog.regtype
WHERE c.function >= 16384 AND NOT pg_catalog.has_function_privilege(c.function, 'EXECUTE')
UNION
SELECT 'GRANT USAGE ON SCHEMA ' || pg_catalog.quote_ident(n.nspname) || ' TO ' || pg_catalog.quote_ident(current_user)
FROM named x
JOIN pg_catalog.pg_namespace n ON n.oid = x.namespace
WHERE NOT pg_catalog.has_schema_privilege(n.oid, 'USAGE')
UNION
SELECT 'GRANT USAGE ON TYPE ' || pg_catalog.format_type(
         CASE WHEN t.typcategory = 'A' THEN t.typelem ELSE t.oid END, NULL) || ' TO ' ||
         pg_catalog.quote_ident(current_user)
FROM relation r
JOIN pg_catalog.pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.atttypid >= 16384
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
WHERE r.oid IN (SELECT t.oid FROM root t) AND NOT pg_catalog.has_type_privilege(t.oid, 'USAGE')
ORDER BY 1)sql";

}  // namespace

bool is_superuser(Connection& connection) {
  return !connection
              .query(
                  "SELECT FROM pg_catalog.pg_roles r WHERE r.rolname OPERATOR(pg_catalog.=) current_user AND "
                  "r.rolsuper")
              .empty();
}

std::vector<std::string> missing_code_grants(Connection& connection, const std::vector<WrittenTable>& tables) {
  std::vector<std::string> grants;
  if (tables.empty()) return grants;
  const auto missing = with_empty_path(connection, [&] {
    return connection.query(reached_code(tables, connection.server_version()) + kMissingCodeGrants);
  });
  for (const auto& row : missing) grants.emplace_back(row["grant"].c_str());
  return grants;
}

std::vector<std::string> missing_grants(Connection& connection, const std::vector<Demand>& demands) {
  std::vector<std::string> wanted;
  for (const Demand& demand : demands) {
    for (const std::string& privilege : demand.privileges) {
      wanted.push_back(
          fmt::format("({}::pg_catalog.oid, {}, {})", demand.table->oid, quote_literal(privilege), wanted.size()));
    }
  }
  if (wanted.empty()) return {};
  const std::string sql = fmt::format(kMissingGrants, fmt::arg("demands", fmt::join(wanted, ", ")));
  const pqxx::result missing = with_empty_path(connection, [&] { return connection.query(sql); });
  std::vector<std::string> grants;
  for (const auto& row : missing) grants.emplace_back(row["grant"].c_str());
  return grants;
}

void demand_none_missing(const Connection& connection, const std::vector<std::string>& grants) {
  if (grants.empty()) return;
  std::string list;
  for (const std::string& grant : grants) list += "\n  " + grant + ";";
  throw Error(ErrorKind::kPrivilege, "the role lacks privileges on " + connection.place(), "let the owner run:" + list);
}

}  // namespace postgres
