#include "postgres/catalog/reached_code.h"

#include <fmt/format.h>

#include <algorithm>

#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

constexpr const char* kReached = R"sql(
WITH RECURSIVE
root(oid) AS (SELECT pg_catalog.unnest('{{{oids}}}'::pg_catalog.oid[])),
brought(root, name) AS (VALUES (0::pg_catalog.oid, ''::pg_catalog.name){brought}),
tables AS MATERIALIZED (
  SELECT c.oid, COALESCE(pg_catalog.pg_partition_root(c.oid), c.oid)::pg_catalog.oid AS root, c.relkind, c.relam,
         c.relrowsecurity, c.relowner
  FROM pg_catalog.pg_class c
  WHERE c.relkind IN ('r', 'p', 'f', 'v')
),
action AS MATERIALIZED (
  SELECT DISTINCT p.root AS parent, k.root AS child
  FROM pg_catalog.pg_constraint f
  JOIN tables p ON p.oid = f.confrelid
  JOIN tables k ON k.oid = f.conrelid
  WHERE f.contype = 'f' AND (f.confupdtype IN ('c', 'n', 'd'){deletes})
  UNION
  -- What a rule, or a view that it uses, may write or read.
  SELECT DISTINCT p.root, k.root
  FROM pg_catalog.pg_rewrite w
  JOIN tables p ON p.oid = w.ev_class
  JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass::pg_catalog.oid
    AND d.objid = w.oid AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid
  JOIN tables k ON k.oid = d.refobjid
  WHERE w.ev_enabled IN ('O', 'A') AND w.ev_class >= 16384
),
reached(root) AS (
  SELECT r.oid FROM root r
  UNION
  SELECT a.child FROM action a JOIN reached r ON r.root = a.parent
),
relation AS MATERIALIZED (SELECT t.* FROM tables t JOIN reached r ON r.root = t.root),
type(oid) AS (
  SELECT a.atttypid
  FROM pg_catalog.pg_attribute a
  JOIN relation r ON r.oid = a.attrelid
  WHERE a.attnum > 0 AND NOT a.attisdropped
  UNION
  SELECT x.oid
  FROM type
  JOIN pg_catalog.pg_type t ON t.oid = type.oid AND t.oid >= 16384
  CROSS JOIN LATERAL (
    SELECT t.typbasetype
    UNION ALL SELECT t.typelem
    UNION ALL SELECT a.atttypid FROM pg_catalog.pg_attribute a
              WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL SELECT g.rngsubtype FROM pg_catalog.pg_range g WHERE g.rngtypid = t.oid
  ) AS x(oid)
  WHERE x.oid <> 0
),
own_type AS MATERIALIZED (
  SELECT t.* FROM pg_catalog.pg_type t JOIN type ON type.oid = t.oid WHERE t.oid >= 16384
),
-- What is computed or called for a row, its text, and who has written it.
object(classid, objid, expression, author, relid) AS (
  SELECT 'pg_catalog.pg_attrdef'::pg_catalog.regclass::pg_catalog.oid, d.oid,
         pg_catalog.pg_get_expr(d.adbin, d.adrelid), r.relowner, r.oid
  FROM pg_catalog.pg_attrdef d
  JOIN relation r ON r.oid = d.adrelid
  JOIN pg_catalog.pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
  WHERE a.attgenerated <> '' OR NOT EXISTS (SELECT FROM brought b WHERE b.root = r.root AND b.name = a.attname)
  UNION ALL
  SELECT 'pg_catalog.pg_constraint'::pg_catalog.regclass::pg_catalog.oid, k.oid,
         pg_catalog.pg_get_expr(k.conbin, k.conrelid),
         COALESCE((SELECT r.relowner FROM relation r WHERE r.oid = k.conrelid),
                  (SELECT t.typowner FROM own_type t WHERE t.oid = k.contypid)), k.conrelid
  FROM pg_catalog.pg_constraint k
  WHERE k.contype = 'c'
    AND (k.conrelid IN (SELECT r.oid FROM relation r) OR k.contypid IN (SELECT t.oid FROM own_type t))
  UNION ALL
  SELECT 'pg_catalog.pg_type'::pg_catalog.regclass::pg_catalog.oid, t.oid, t.typdefault, t.typowner,
         0::pg_catalog.oid
  FROM own_type t
  WHERE t.typtype = 'd'
  UNION ALL
  SELECT 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid, i.indexrelid,
         pg_catalog.concat_ws(' ', pg_catalog.pg_get_expr(i.indexprs, i.indrelid),
                              pg_catalog.pg_get_expr(i.indpred, i.indrelid)), r.relowner, r.oid
  FROM pg_catalog.pg_index i
  JOIN relation r ON r.oid = i.indrelid
  UNION ALL
  SELECT 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid, p.partrelid,
         pg_catalog.pg_get_expr(p.partexprs, p.partrelid), r.relowner, r.oid
  FROM pg_catalog.pg_partitioned_table p
  JOIN relation r ON r.oid = p.partrelid
  UNION ALL
  SELECT 'pg_catalog.pg_rewrite'::pg_catalog.regclass::pg_catalog.oid, w.oid, pg_catalog.pg_get_ruledef(w.oid),
         r.relowner, r.oid
  FROM pg_catalog.pg_rewrite w
  JOIN relation r ON r.oid = w.ev_class
  WHERE w.ev_enabled IN ('O', 'A')
),
part AS MATERIALIZED (
  SELECT DISTINCT d.refclassid, d.refobjid
  FROM pg_catalog.pg_depend d
  JOIN object o ON o.classid = d.classid AND o.objid = d.objid
  WHERE d.deptype IN ('n', 'a')
),
operator_family(oid) AS (
  SELECT c.opcfamily
  FROM pg_catalog.pg_opclass c
  WHERE c.oid >= 16384
    AND (c.oid IN (SELECT p.refobjid FROM part p
                   WHERE p.refclassid = 'pg_catalog.pg_opclass'::pg_catalog.regclass::pg_catalog.oid)
         OR c.opcdefault AND c.opcintype IN (SELECT t.oid FROM own_type t)
         OR c.oid IN (SELECT g.rngsubopc FROM pg_catalog.pg_range g JOIN own_type t ON t.oid = g.rngtypid))
),
called_at_once(oid) AS (
  SELECT p.refobjid FROM part p
  WHERE p.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass::pg_catalog.oid
  UNION
  SELECT o.oprcode::pg_catalog.oid
  FROM part p
  JOIN pg_catalog.pg_operator o ON o.oid = p.refobjid
  WHERE p.refclassid = 'pg_catalog.pg_operator'::pg_catalog.regclass::pg_catalog.oid
  UNION
  SELECT a.amproc::pg_catalog.oid
  FROM pg_catalog.pg_amproc a
  JOIN operator_family f ON f.oid = a.amprocfamily
  UNION
  SELECT o.oprcode::pg_catalog.oid
  FROM pg_catalog.pg_amop a
  JOIN operator_family f ON f.oid = a.amopfamily
  JOIN pg_catalog.pg_operator o ON o.oid = a.amopopr
  UNION
  SELECT f.oid
  FROM pg_catalog.pg_range g
  JOIN own_type t ON t.oid = g.rngtypid
  CROSS JOIN LATERAL (VALUES (g.rngcanonical::pg_catalog.oid), (g.rngsubdiff::pg_catalog.oid)) AS f(oid)
),
-- What their bodies call as far as the server has read them, also by way of views.
called_part(classid, objid) AS (
  SELECT 'pg_catalog.pg_proc'::pg_catalog.regclass::pg_catalog.oid, c.oid FROM called_at_once c
  UNION
  SELECT x.classid, x.objid
  FROM called_part c
  JOIN pg_catalog.pg_depend d ON d.classid = c.classid AND d.objid = c.objid
  CROSS JOIN LATERAL (
    SELECT d.refclassid, d.refobjid
    WHERE d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass::pg_catalog.oid
    UNION ALL
    SELECT 'pg_catalog.pg_proc'::pg_catalog.regclass::pg_catalog.oid, o.oprcode::pg_catalog.oid
    FROM pg_catalog.pg_operator o
    WHERE o.oid = d.refobjid AND d.refclassid = 'pg_catalog.pg_operator'::pg_catalog.regclass::pg_catalog.oid
    UNION ALL
    SELECT 'pg_catalog.pg_rewrite'::pg_catalog.regclass::pg_catalog.oid, w.oid
    FROM pg_catalog.pg_rewrite w
    WHERE w.ev_class = d.refobjid AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid
  ) AS x(classid, objid)
),
called(oid) AS (
  SELECT DISTINCT c.objid
  FROM called_part c
  WHERE c.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass::pg_catalog.oid
)
)sql";

}  // namespace

std::string reached_code(const std::vector<WrittenTable>& tables) {
  const bool deletes = std::ranges::any_of(tables, &WrittenTable::deletes);
  std::vector<std::string> oids;
  std::string brought;
  for (const WrittenTable& table : tables) {
    oids.push_back(std::to_string(table.oid));
    for (const std::string& column : table.columns) brought += ", (" + oids.back() + ", " + quote_literal(column) + ")";
  }
  return fmt::format(kReached, fmt::arg("oids", join(oids, ",")), fmt::arg("brought", brought),
                     fmt::arg("deletes", deletes ? " OR f.confdeltype IN ('c', 'n', 'd')" : ""));
}

}  // namespace postgres
