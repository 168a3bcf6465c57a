#include "postgres/catalog/schema_print.h"

#include <fmt/format.h>

#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

// Whole rows of the catalog, less what is a number, a measure or an expression's inner form (which holds the place in
// the text it was read from); so that what a newer server adds is compared as well.
constexpr const char* kSchemaPrint = R"sql(
WITH
relation(oid) AS MATERIALIZED (SELECT pg_catalog.unnest('{{{oids}}}'::pg_catalog.oid[])),
index AS MATERIALIZED (
  SELECT i.indexrelid AS oid, i.indrelid, c.relname
  FROM pg_catalog.pg_index i
  JOIN relation r ON r.oid = i.indrelid
  JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
),
key AS MATERIALIZED (
  SELECT k.oid, k.conname, k.conrelid
  FROM pg_catalog.pg_constraint k
  WHERE k.conrelid IN (SELECT r.oid FROM relation r) OR k.confrelid IN (SELECT r.oid FROM relation r)
),
object(classid, oid, name) AS (
  SELECT 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid, i.oid,
         pg_catalog.pg_describe_object('pg_catalog.pg_class'::pg_catalog.regclass, i.oid, 0)
  FROM index i
  UNION ALL
  SELECT 'pg_catalog.pg_constraint'::pg_catalog.regclass::pg_catalog.oid, k.oid,
         pg_catalog.pg_describe_object('pg_catalog.pg_constraint'::pg_catalog.regclass, k.oid, 0)
  FROM key k
),
line(text) AS (
  SELECT pg_catalog.concat_ws('|', 'index', pg_catalog.pg_get_indexdef(i.oid), pg_catalog.pg_get_userbyid(c.relowner),
           c.reltablespace, c.reloptions, c.relam, c.relpersistence, c.relacl,
           pg_catalog.obj_description(i.oid, 'pg_class'),
           pg_catalog.to_jsonb(x) - ARRAY['indexrelid', 'indexprs', 'indpred', 'indcheckxmin'],
           (SELECT pg_catalog.string_agg(pg_catalog.concat_ws(' ', a.attname, a.attstattarget, a.attoptions), ',' ORDER BY a.attnum)
            FROM pg_catalog.pg_attribute a WHERE a.attrelid = i.oid))
  FROM index i
  JOIN pg_catalog.pg_class c ON c.oid = i.oid
  JOIN pg_catalog.pg_index x ON x.indexrelid = i.oid
  UNION ALL
  SELECT pg_catalog.concat_ws('|', 'constraint', pg_catalog.pg_get_constraintdef(k.oid), x.relname,
           pg_catalog.obj_description(k.oid, 'pg_constraint'),
           pg_catalog.to_jsonb(c) - ARRAY['oid', 'conindid', 'conparentid', 'conbin'])
  FROM key k
  JOIN pg_catalog.pg_constraint c ON c.oid = k.oid
  LEFT JOIN pg_catalog.pg_class x ON x.oid = c.conindid
  UNION ALL
  SELECT pg_catalog.concat_ws('|', 'triggers', t.tgrelid,
           pg_catalog.string_agg(
             pg_catalog.concat_ws(' ', CASE WHEN t.tgisinternal THEN k.conname ELSE t.tgname END, t.tgtype, t.tgenabled,
                                  t.tgdeferrable, t.tginitdeferred), ',' ORDER BY t.tgname))
  FROM pg_catalog.pg_trigger t
  LEFT JOIN pg_catalog.pg_constraint k ON k.oid = t.tgconstraint
  WHERE t.tgrelid IN (SELECT r.oid FROM relation r)
  GROUP BY t.tgrelid
  UNION ALL
  SELECT pg_catalog.concat_ws('|', o.name, 'depends on', d.deptype,
           pg_catalog.pg_describe_object(d.refclassid, d.refobjid, d.refobjsubid))
  FROM object o
  JOIN pg_catalog.pg_depend d ON d.classid = o.classid AND d.objid = o.oid
  UNION ALL
  SELECT pg_catalog.concat_ws('|', pg_catalog.pg_describe_object(d.classid, d.objid, d.objsubid), 'depends on',
           d.deptype, o.name)
  FROM object o
  JOIN pg_catalog.pg_depend d ON d.refclassid = o.classid AND d.refobjid = o.oid
  WHERE d.classid <> 'pg_catalog.pg_trigger'::pg_catalog.regclass::pg_catalog.oid
)
SELECT pg_catalog.md5(pg_catalog.string_agg(l.text, '
' ORDER BY l.text COLLATE pg_catalog."C")) FROM line l
)sql";

}  // namespace

std::string schema_print(Connection& connection, const std::vector<std::string>& oids) {
  return connection.query_value(fmt::format(kSchemaPrint, fmt::arg("oids", join(oids, ",")))).c_str();
}

}  // namespace postgres
