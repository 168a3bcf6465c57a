#include "postgres/catalog/reached_code.h"

#include <fmt/format.h>

#include <algorithm>

#include "postgres/catalog/depend_sql.h"
#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

constexpr const char* kReached = R"sql(
WITH RECURSIVE
root(oid) AS (SELECT pg_catalog.unnest('{{{oids}}}'::pg_catalog.oid[])),
brought(root, name) AS (VALUES (0::pg_catalog.oid, ''::pg_catalog.name){brought}),
assigned(root, name) AS (VALUES (0::pg_catalog.oid, ''::pg_catalog.name){assigned}),
tables AS MATERIALIZED (
  SELECT c.oid, COALESCE(pg_catalog.pg_partition_root(c.oid), c.oid)::pg_catalog.oid AS root, c.relkind, c.relam,
         c.relrowsecurity, c.relowner
  FROM pg_catalog.pg_class c
  WHERE c.relkind IN ('r', 'p', 'f', 'v')
),
-- Columns of the tables themselves that an update may write: those that a statement of ours names, those that an action
-- of a foreign key sets, and what is computed of them.
may_change(root, name) AS MATERIALIZED (
  SELECT a.root, a.name FROM assigned a
  UNION
  SELECT t.root, a.attname
  FROM tables t
  JOIN root r ON r.oid = t.root
  JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
  WHERE a.attgenerated <> '' OR EXISTS (
    SELECT FROM pg_catalog.pg_constraint f
    WHERE f.contype = 'f' AND f.conrelid = t.oid AND a.attnum = ANY (f.conkey)
      AND (f.confupdtype IN ('c', 'n', 'd') OR f.confdeltype IN ('c', 'n', 'd')))
),
action AS MATERIALIZED (
  SELECT DISTINCT p.root AS parent, k.root AS child
  FROM pg_catalog.pg_constraint f
  JOIN tables p ON p.oid = f.confrelid
  JOIN tables k ON k.oid = f.conrelid
  WHERE f.contype = 'f' AND (f.confupdtype IN ('c', 'n', 'd'){deletes}){keys}
),
reached(root) AS (
  SELECT r.oid FROM root r
  UNION
  SELECT a.child FROM action a JOIN reached r ON r.root = a.parent
),
relation AS MATERIALIZED (SELECT t.* FROM tables t JOIN reached r ON r.root = t.root),
-- What belongs to the relations and is computed or done for a row of theirs, as the server stores it, and who has
-- written it.
part_of_relation(classid, objid, tree, author, relid) AS MATERIALIZED (
  SELECT 'pg_catalog.pg_attrdef'::pg_catalog.regclass::pg_catalog.oid, d.oid, d.adbin, r.relowner, r.oid
  FROM pg_catalog.pg_attrdef d
  JOIN relation r ON r.oid = d.adrelid
  JOIN pg_catalog.pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
  WHERE a.attgenerated <> '' OR NOT EXISTS (SELECT FROM brought b WHERE b.root = r.root AND b.name = a.attname)
  UNION ALL
  SELECT 'pg_catalog.pg_constraint'::pg_catalog.regclass::pg_catalog.oid, k.oid, k.conbin, r.relowner, r.oid
  FROM pg_catalog.pg_constraint k
  JOIN relation r ON r.oid = k.conrelid
  WHERE k.contype = 'c'
  UNION ALL
  SELECT 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid, i.indexrelid, x.tree, r.relowner, r.oid
  FROM pg_catalog.pg_index i
  JOIN relation r ON r.oid = i.indrelid
  CROSS JOIN LATERAL (VALUES (i.indexprs), (i.indpred)) AS x(tree)
  UNION ALL
  SELECT 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid, p.partrelid, p.partexprs, r.relowner, r.oid
  FROM pg_catalog.pg_partitioned_table p
  JOIN relation r ON r.oid = p.partrelid
  UNION ALL
  SELECT 'pg_catalog.pg_rewrite'::pg_catalog.regclass::pg_catalog.oid, w.oid, x.tree, r.relowner, r.oid
  FROM pg_catalog.pg_rewrite w
  JOIN relation r ON r.oid = w.ev_class
  CROSS JOIN LATERAL (VALUES (w.ev_qual), (w.ev_action)) AS x(tree)
  WHERE w.ev_enabled IN ('O', 'A') AND w.ev_type IN ({events})
  UNION ALL
  SELECT 'pg_catalog.pg_trigger'::pg_catalog.regclass::pg_catalog.oid, g.oid, g.tgqual, r.relowner, r.oid
  FROM pg_catalog.pg_trigger g
  JOIN relation r ON r.oid = g.tgrelid
  WHERE {fired_trigger} AND NOT ({never_fired})
    -- An update that moves a row to another partition deletes it in the one; only an action may move rows so.
    AND (g.tgtype & {trigger_events} <> 0
         OR g.tgtype & 8 <> 0 AND r.oid <> r.root AND r.root NOT IN (SELECT x.oid FROM root x))
),
-- And all that it uses in turn, as far as the server has read it: functions, also behind operators, views, types with
-- what they are made of and the checks of domains.
used(classid, objid) AS (
  SELECT p.classid, p.objid FROM part_of_relation p
  UNION
  -- Types of columns; and, up to PostgreSQL 14, what a generated column is computed by.
  SELECT CASE WHEN o.oid IS NULL THEN d.refclassid ELSE 'pg_catalog.pg_proc'::pg_catalog.regclass::pg_catalog.oid END,
         COALESCE(o.oprcode::pg_catalog.oid, d.refobjid)
  FROM relation r
  JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid
    AND d.objid = r.oid AND d.objsubid > 0
    AND d.refclassid IN ('pg_catalog.pg_proc'::pg_catalog.regclass::pg_catalog.oid,
                         'pg_catalog.pg_type'::pg_catalog.regclass::pg_catalog.oid,
                         'pg_catalog.pg_operator'::pg_catalog.regclass::pg_catalog.oid)
  LEFT JOIN pg_catalog.pg_operator o ON o.oid = d.refobjid
    AND d.refclassid = 'pg_catalog.pg_operator'::pg_catalog.regclass::pg_catalog.oid
  WHERE d.refobjid >= 16384
  UNION
  {json_of_parts}
  SELECT x.classid, x.objid
  FROM used u
  CROSS JOIN LATERAL (
    SELECT d.refclassid, d.refobjid
    FROM pg_catalog.pg_depend d
    WHERE d.classid = u.classid AND d.objid = u.objid AND d.refobjid >= 16384
      -- 'i': a multirange and its range.
      AND (d.deptype IN ('n', 'a') OR d.deptype = 'i' AND d.classid = d.refclassid)
      AND d.refclassid IN ('pg_catalog.pg_proc'::pg_catalog.regclass::pg_catalog.oid,
                           'pg_catalog.pg_type'::pg_catalog.regclass::pg_catalog.oid)
    UNION ALL
    SELECT 'pg_catalog.pg_proc'::pg_catalog.regclass::pg_catalog.oid, o.oprcode::pg_catalog.oid
    FROM pg_catalog.pg_depend d
    JOIN pg_catalog.pg_operator o ON o.oid = d.refobjid
    WHERE d.classid = u.classid AND d.objid = u.objid
      AND d.refclassid = 'pg_catalog.pg_operator'::pg_catalog.regclass::pg_catalog.oid
    UNION ALL
    SELECT 'pg_catalog.pg_rewrite'::pg_catalog.regclass::pg_catalog.oid, w.oid
    FROM pg_catalog.pg_depend d
    JOIN pg_catalog.pg_class c ON c.oid = d.refobjid AND c.relkind = 'v'
    JOIN pg_catalog.pg_rewrite w ON w.ev_class = c.oid AND w.ev_enabled IN ('O', 'A')
    WHERE d.classid = u.classid AND d.objid = u.objid
      AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid
    UNION ALL
    -- A whole row may go where one is made from a text, with the checks of its domains.
    SELECT 'pg_catalog.pg_type'::pg_catalog.regclass::pg_catalog.oid, c.reltype
    FROM pg_catalog.pg_depend d
    JOIN pg_catalog.pg_class c ON c.oid = d.refobjid AND c.reltype >= 16384
    WHERE d.classid = u.classid AND d.objid = u.objid
      AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid
    UNION ALL
    {json_of_bodies}
    -- Of a table that a view reads for another role.
    SELECT 'pg_catalog.pg_policy'::pg_catalog.regclass::pg_catalog.oid, o.oid
    FROM pg_catalog.pg_depend d
    JOIN pg_catalog.pg_policy o ON o.polrelid = d.refobjid
    WHERE d.classid = u.classid AND d.objid = u.objid
      AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid
    UNION ALL
    SELECT 'pg_catalog.pg_constraint'::pg_catalog.regclass::pg_catalog.oid, k.oid
    FROM pg_catalog.pg_constraint k
    WHERE u.classid = 'pg_catalog.pg_type'::pg_catalog.regclass::pg_catalog.oid AND k.contypid = u.objid
    UNION ALL
    SELECT 'pg_catalog.pg_type'::pg_catalog.regclass::pg_catalog.oid, y.oid
    FROM pg_catalog.pg_type t
    CROSS JOIN LATERAL (
      SELECT t.typbasetype
      UNION ALL SELECT t.typelem
      UNION ALL SELECT a.atttypid FROM pg_catalog.pg_attribute a
                WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped
      UNION ALL SELECT g.rngsubtype FROM pg_catalog.pg_range g WHERE g.rngtypid = t.oid
    ) AS y(oid)
    WHERE u.classid = 'pg_catalog.pg_type'::pg_catalog.regclass::pg_catalog.oid AND t.oid = u.objid AND y.oid >= 16384
    UNION ALL
    SELECT 'pg_catalog.pg_type'::pg_catalog.regclass::pg_catalog.oid, p.prorettype
    FROM pg_catalog.pg_proc p
    WHERE u.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass::pg_catalog.oid AND p.oid = u.objid
      AND p.prorettype >= 16384
  ) AS x(classid, objid)
),
own_type AS MATERIALIZED (
  SELECT t.*
  FROM pg_catalog.pg_type t
  JOIN used u ON u.classid = 'pg_catalog.pg_type'::pg_catalog.regclass::pg_catalog.oid AND u.objid = t.oid
),
-- The same, what belongs to the types, and the views that are read.
object(classid, objid, tree, author, relid) AS (
  SELECT p.classid, p.objid, p.tree, p.author, p.relid FROM part_of_relation p
  UNION ALL
  SELECT 'pg_catalog.pg_constraint'::pg_catalog.regclass::pg_catalog.oid, k.oid, k.conbin, t.typowner,
         0::pg_catalog.oid
  FROM pg_catalog.pg_constraint k
  JOIN own_type t ON t.oid = k.contypid
  WHERE k.contype = 'c'
  UNION ALL
  SELECT 'pg_catalog.pg_type'::pg_catalog.regclass::pg_catalog.oid, t.oid, t.typdefaultbin, t.typowner,
         0::pg_catalog.oid
  FROM own_type t
  WHERE t.typtype = 'd'
  UNION ALL
  SELECT u.classid, u.objid, w.ev_action, c.relowner, 0::pg_catalog.oid
  FROM used u
  JOIN pg_catalog.pg_rewrite w ON w.oid = u.objid
  JOIN pg_catalog.pg_class c ON c.oid = w.ev_class
  WHERE u.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass::pg_catalog.oid
    AND u.objid NOT IN (SELECT p.objid FROM part_of_relation p)
  UNION ALL
  SELECT u.classid, u.objid, x.tree, c.relowner, o.polrelid
  FROM used u
  JOIN pg_catalog.pg_policy o ON o.oid = u.objid
  JOIN pg_catalog.pg_class c ON c.oid = o.polrelid
  CROSS JOIN LATERAL (VALUES (o.polqual), (o.polwithcheck)) AS x(tree)
  WHERE u.classid = 'pg_catalog.pg_policy'::pg_catalog.regclass::pg_catalog.oid
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
called(oid) AS (
  SELECT u.objid FROM used u WHERE u.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass::pg_catalog.oid
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
)
)sql";

// What JSON_VALUE and its kin, of PostgreSQL 17 on, make of a value: of that type pg_depend does not know.
constexpr const char* kJsonOfParts = R"sql(
  SELECT 'pg_catalog.pg_type'::pg_catalog.regclass::pg_catalog.oid, j.type[1]::pg_catalog.oid
  FROM part_of_relation p
  CROSS JOIN LATERAL pg_catalog.regexp_matches(p.tree::pg_catalog.text, {json_type}, 'g') AS j(type)
  WHERE p.tree::pg_catalog.text LIKE '%{{JSONEXPR %'
  UNION)sql";

constexpr const char* kJsonOfBodies = R"sql(
    SELECT 'pg_catalog.pg_type'::pg_catalog.regclass::pg_catalog.oid, j.type[1]::pg_catalog.oid
    FROM (
      SELECT w.ev_action::pg_catalog.text
      FROM pg_catalog.pg_rewrite w
      WHERE u.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass::pg_catalog.oid AND w.oid = u.objid
      UNION ALL
      SELECT pg_catalog.concat(p.prosqlbody, p.proargdefaults)
      FROM pg_catalog.pg_proc p
      WHERE u.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass::pg_catalog.oid AND p.oid = u.objid
      UNION ALL
      SELECT pg_catalog.concat(o.polqual, o.polwithcheck)
      FROM pg_catalog.pg_policy o
      WHERE u.classid = 'pg_catalog.pg_policy'::pg_catalog.regclass::pg_catalog.oid AND o.oid = u.objid
      UNION ALL
      SELECT k.conbin::pg_catalog.text
      FROM pg_catalog.pg_constraint k
      WHERE u.classid = 'pg_catalog.pg_constraint'::pg_catalog.regclass::pg_catalog.oid AND k.oid = u.objid
    ) AS b(tree)
    CROSS JOIN LATERAL pg_catalog.regexp_matches(b.tree, {json_type}, 'g') AS j(type)
    WHERE b.tree LIKE '%{{JSONEXPR %'
    UNION ALL)sql";

constexpr const char* kJsonType = "'[{]JSONRETURNING :format (?:<>|[{][^}]*[}]) :typid ([0-9]+)'";

// Of an action: a column of the key may change, or the table is one that only actions reach.
constexpr const char* kKeysThatMayChange = R"sql(
    AND (p.root NOT IN (SELECT r.oid FROM root r) OR EXISTS (
      SELECT FROM pg_catalog.pg_attribute a
      JOIN may_change m ON m.root = p.root AND m.name = a.attname
      WHERE a.attrelid = f.confrelid AND a.attnum = ANY (f.confkey))))sql";

// Of a table of the import: an UPDATE OF, and none of these columns is ever written.
constexpr const char* kNeverFired = R"sql(
      g.tgattr::pg_catalog.text <> '' AND g.tgtype & (4 | 8 | 32) = 0 AND r.root IN (SELECT x.oid FROM root x)
      AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_attribute a
        JOIN may_change m ON m.root = r.root AND m.name = a.attname
        WHERE a.attrelid = g.tgrelid AND a.attnum = ANY (g.tgattr)))sql";

bool any_deletes(const std::vector<WrittenTable>& tables) {
  return std::ranges::any_of(tables, &WrittenTable::deletes);
}

// What rules and parsed bodies may write, with the tables under a view that is written and the children that inherit.
// A view that is only named by another one is read.
constexpr const char* kNamed = R"sql(
, named(root) AS (
SELECT t.root
FROM used u
JOIN pg_catalog.pg_depend d ON d.classid = u.classid AND d.objid = u.objid
  AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid
JOIN tables t ON t.oid = d.refobjid
WHERE t.oid >= 16384
  AND (u.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass::pg_catalog.oid
    OR u.objid IN (
      SELECT w.oid FROM pg_catalog.pg_rewrite w
      WHERE u.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass::pg_catalog.oid
        AND (w.ev_type <> '1' OR w.ev_class IN (SELECT r.oid FROM relation r WHERE r.relkind = 'v'))))
UNION
SELECT t.root
FROM named n
JOIN tables p ON p.root = n.root
JOIN pg_catalog.pg_inherits i ON i.inhparent = p.oid
JOIN tables t ON t.oid = i.inhrelid
)
SELECT n.root FROM named n WHERE n.root NOT IN (SELECT r.root FROM reached r))sql";

}  // namespace

std::string rule_events(const std::vector<WrittenTable>& tables) {
  return any_deletes(tables) ? "'2', '3', '4'" : "'2', '3'";
}

int trigger_events(const std::vector<WrittenTable>& tables) {
  constexpr int kInsertAndUpdate = 4 | 16;
  constexpr int kDeleteAndTruncate = 8 | 32;
  return any_deletes(tables) ? kInsertAndUpdate | kDeleteAndTruncate : kInsertAndUpdate;
}

std::string reached_code(const std::vector<WrittenTable>& tables, int server_version, Updates updates) {
  constexpr int kHasJsonQueries = 170000;
  const auto json_types = [&](const char* sql) {
    return server_version < kHasJsonQueries ? std::string{}
                                            : fmt::format(fmt::runtime(sql), fmt::arg("json_type", kJsonType));
  };
  std::vector<std::string> oids;
  std::string brought;
  std::string assigned;
  for (const WrittenTable& table : tables) {
    oids.push_back(std::to_string(table.oid));
    for (const std::string& column : table.columns) brought += ", (" + oids.back() + ", " + quote_literal(column) + ")";
    for (const std::string& column : table.assigned)
      assigned += ", (" + oids.back() + ", " + quote_literal(column) + ")";
  }
  return fmt::format(kReached, fmt::arg("oids", join(oids, ",")), fmt::arg("brought", brought),
                     fmt::arg("assigned", assigned),
                     fmt::arg("keys", updates == Updates::kOfAssignedColumns ? kKeysThatMayChange : ""),
                     fmt::arg("json_of_parts", json_types(kJsonOfParts)),
                     fmt::arg("json_of_bodies", json_types(kJsonOfBodies)), fmt::arg("events", rule_events(tables)),
                     fmt::arg("trigger_events", trigger_events(tables)), fmt::arg("fired_trigger", fired_trigger("g")),
                     fmt::arg("never_fired", updates == Updates::kOfAssignedColumns ? kNeverFired : "false"),
                     fmt::arg("deletes", any_deletes(tables) ? " OR f.confdeltype IN ('c', 'n', 'd')" : ""));
}

std::vector<WrittenTable> with_written_by_code(Connection& connection, std::vector<WrittenTable> tables) {
  constexpr int kMostSteps = 8;  // from one table's code to the next
  for (int i = 0; i < kMostSteps && !tables.empty(); ++i) {
    const pqxx::result named = connection.query(reached_code(tables, connection.server_version()) + kNamed);
    for (const auto& row : named) tables.push_back({row["root"].as<std::uint32_t>(), {}, true, {}});
    if (named.empty()) break;
  }
  return tables;
}

}  // namespace postgres
