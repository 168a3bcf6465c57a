#include "postgres/catalog/update_actions.h"

namespace postgres {
namespace {

// A key whose trigger is off, or that is not enforced, does nothing.
constexpr const char* kUpdateActions = R"sql(
SELECT f.oid, f.conname,
       CASE f.confupdtype WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' ELSE 'SET DEFAULT' END AS action,
       COALESCE(pg_catalog.pg_partition_root(f.confrelid), f.confrelid)::pg_catalog.oid AS parent,
       COALESCE(pg_catalog.pg_partition_root(f.conrelid), f.conrelid)::pg_catalog.oid AS child,
       f.confrelid,
       CASE c.relkind WHEN 'r' THEN 'ONLY ' ELSE '' END || pg_catalog.quote_ident(s.nspname) || '.'
         || pg_catalog.quote_ident(c.relname) AS child_rows,
       s.nspname || '.' || c.relname AS child_table,
       ca.attname AS child_column, pa.attname AS parent_column,
       'OPERATOR(' || pg_catalog.quote_ident(es.nspname) || '.' || e.oprname || ')' AS equals,
       'OPERATOR(' || pg_catalog.quote_ident(ks.nspname) || '.' || k.oprname || ')' AS key_equals,
       pg_catalog.has_table_privilege(c.oid, 'SELECT') AND NOT pg_catalog.row_security_active(c.oid)
         AND CASE WHEN et.typtype = 'p' THEN ca.atttypid = pa.atttypid OR ca.atttypid < 16384
                  ELSE ct.typtype NOT IN ('c', 'e', 'r', 'm') OR ca.atttypid < 16384 OR ca.atttypid = e.oprright END AS readable,
       et.typtype = 'p' AND ca.atttypid >= 16384 AS as_rows,
       (SELECT pg_catalog.string_agg('c.' || pg_catalog.quote_ident(a.attname), ', ' ORDER BY a.attnum)
        FROM pg_catalog.pg_index i
        JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
        WHERE i.indrelid = f.conrelid AND i.indisprimary) AS child_key
FROM pg_catalog.pg_constraint f
JOIN pg_catalog.pg_class c ON c.oid = f.conrelid
JOIN pg_catalog.pg_namespace s ON s.oid = c.relnamespace
CROSS JOIN LATERAL pg_catalog.generate_subscripts(f.conkey, 1) AS n
JOIN pg_catalog.pg_attribute ca ON ca.attrelid = f.conrelid AND ca.attnum = f.conkey[n]
JOIN pg_catalog.pg_attribute pa ON pa.attrelid = f.confrelid AND pa.attnum = f.confkey[n]
JOIN pg_catalog.pg_operator e ON e.oid = f.conpfeqop[n]
JOIN pg_catalog.pg_namespace es ON es.oid = e.oprnamespace
JOIN pg_catalog.pg_operator k ON k.oid = f.conppeqop[n]
JOIN pg_catalog.pg_namespace ks ON ks.oid = k.oprnamespace
JOIN pg_catalog.pg_type et ON et.oid = e.oprleft
JOIN pg_catalog.pg_type ct ON ct.oid = ca.atttypid
WHERE f.contype = 'f' AND f.conparentid = 0 AND f.confupdtype IN ('c', 'n', 'd')
AND EXISTS (SELECT FROM pg_catalog.pg_trigger g
            WHERE g.tgconstraint = f.oid AND g.tgrelid = f.confrelid AND (g.tgtype & 16) <> 0
            AND g.tgenabled IN ('O', 'A'))
ORDER BY f.oid, n)sql";

}  // namespace

std::vector<UpdateAction> read_update_actions(Connection& connection) {
  std::vector<UpdateAction> actions;
  std::string last;
  for (const auto& row : connection.query(kUpdateActions)) {
    if (last != row["oid"].c_str()) {
      UpdateAction action;
      action.name = row["conname"].c_str();
      action.action = row["action"].c_str();
      action.parent = row["parent"].as<std::uint32_t>();
      action.child = row["child"].as<std::uint32_t>();
      action.parent_itself = row["confrelid"].as<std::uint32_t>();
      action.child_rows = row["child_rows"].c_str();
      action.child_table = row["child_table"].c_str();
      if (!row["child_key"].is_null()) action.child_key = row["child_key"].c_str();
      actions.push_back(std::move(action));
    }
    last = row["oid"].c_str();
    actions.back().columns.emplace_back(row["child_column"].c_str());
    actions.back().parent_columns.emplace_back(row["parent_column"].c_str());
    actions.back().equality.push_back({row["equals"].c_str(), row["as_rows"].as<bool>()});
    actions.back().key_equality.push_back({row["key_equals"].c_str(), row["as_rows"].as<bool>()});
    actions.back().readable = actions.back().readable && row["readable"].as<bool>();
  }
  return actions;
}

}  // namespace postgres
