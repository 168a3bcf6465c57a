#include "postgres/own_ledger.h"

#include <fmt/format.h>

#include "base/terminal.h"
#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

constexpr const char* kWhatIsWrong = R"sql(
SELECT CASE
  WHEN c.relkind OPERATOR(pg_catalog.<>) 'r'::pg_catalog."char" OR c.relam OPERATOR(pg_catalog.<>) 2::pg_catalog.oid THEN 'is no ordinary table'
  WHEN c.relispartition OR EXISTS (
    SELECT FROM pg_catalog.pg_inherits i
    WHERE i.inhrelid OPERATOR(pg_catalog.=) c.oid OR i.inhparent OPERATOR(pg_catalog.=) c.oid)
    THEN 'inherits from another table, or has heirs'
  WHEN NOT o.rolsuper AND c.relowner OPERATOR(pg_catalog.<>) n.nspowner AND c.relowner OPERATOR(pg_catalog.<>) d.datdba
       AND o.rolname OPERATOR(pg_catalog.<>) current_user
    THEN pg_catalog.concat('belongs to ', o.rolname, ', who is neither this role nor the owner of the schema or the database')
  WHEN c.relrowsecurity THEN 'has row security'
  WHEN EXISTS (SELECT FROM pg_catalog.pg_rewrite w WHERE w.ev_class OPERATOR(pg_catalog.=) c.oid) THEN 'has a rule'
  WHEN EXISTS (
    SELECT FROM pg_catalog.pg_trigger t WHERE t.tgrelid OPERATOR(pg_catalog.=) c.oid AND NOT t.tgisinternal)
    THEN 'has a trigger'
  WHEN EXISTS (
    SELECT FROM pg_catalog.pg_attribute a
    WHERE a.attrelid OPERATOR(pg_catalog.=) c.oid
      AND a.attname OPERATOR(pg_catalog.=) ANY ('{{name,checksum,applied_at,duration}}'::pg_catalog.name[])
      AND a.atttypid OPERATOR(pg_catalog.<>) ALL (ARRAY[
        'pg_catalog.text'::pg_catalog.regtype, 'pg_catalog.timestamptz'::pg_catalog.regtype,
        'pg_catalog.interval'::pg_catalog.regtype, 'pg_catalog.varchar'::pg_catalog.regtype]::pg_catalog.oid[]))
    THEN 'has columns of other types'
  WHEN further.columns IS NOT NULL THEN pg_catalog.concat('has columns that are not ours: ', further.columns)
  WHEN EXISTS (SELECT FROM pg_catalog.pg_attrdef f WHERE f.adrelid OPERATOR(pg_catalog.=) c.oid)
    THEN 'has a column with a default, or a generated one'
  WHEN EXISTS (
    SELECT FROM pg_catalog.pg_constraint k
    WHERE k.conrelid OPERATOR(pg_catalog.=) c.oid
      AND k.contype OPERATOR(pg_catalog.<>) ALL ('{{p,n}}'::pg_catalog."char"[]))
    THEN 'has a constraint beside its primary key'
  WHEN EXISTS (
    SELECT FROM pg_catalog.pg_index i
    WHERE i.indrelid OPERATOR(pg_catalog.=) c.oid
      AND NOT (i.indisprimary AND i.indimmediate AND i.indexprs IS NULL AND i.indpred IS NULL))
    THEN 'has an index beside its primary key'
  END
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
JOIN pg_catalog.pg_roles o ON o.oid OPERATOR(pg_catalog.=) c.relowner
JOIN pg_catalog.pg_database d ON d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()
CROSS JOIN LATERAL (
  SELECT pg_catalog.string_agg(a.attname::pg_catalog.text, ', ' ORDER BY a.attnum) AS columns
  FROM pg_catalog.pg_attribute a
  WHERE a.attrelid OPERATOR(pg_catalog.=) c.oid AND a.attnum OPERATOR(pg_catalog.>) 0 AND NOT a.attisdropped
    AND a.attname OPERATOR(pg_catalog.<>) ALL ('{{name,checksum,applied_at,duration}}'::pg_catalog.name[])
) further
WHERE n.nspname OPERATOR(pg_catalog.=) {schema}::pg_catalog.name
  AND c.relname OPERATOR(pg_catalog.=) {name}::pg_catalog.name
)sql";

}  // namespace

void demand_sound_ledger(Connection& connection, const std::string& schema, const std::string& name) {
  const std::vector<std::string> found = connection.query_list(
      fmt::format(kWhatIsWrong, fmt::arg("schema", quote_literal(schema)), fmt::arg("name", quote_literal(name))));
  if (found.empty() || found.front().empty()) return;
  const std::string table = quote_name(catalog::TableName{schema, name});
  throw base::Error(base::ErrorKind::kSchema,
                    base::printable(table + " is no ledger that can be trusted: it " + found.front()) +
                        "; nothing of it was read or written",
                    "rename it (ALTER TABLE " + table + " RENAME TO " + quote_name(name + "_before") +
                        "), then tell what is applied: db-migrate baseline NNN");
}

}  // namespace postgres
