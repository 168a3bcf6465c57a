#include "postgres/catalog/droppable.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

// Youngest first. Beside what may go, everything that touches the tables: the order of triggers depends on it.
constexpr const char* kForeignKeys = R"sql(
SELECT f.conrelid, f.confrelid,
       pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(t.relname) AS relation,
       pg_catalog.quote_ident(f.conname) AS constraint,
       pg_catalog.pg_get_constraintdef(f.oid) AS definition,
       pg_catalog.obj_description(f.oid, 'pg_constraint') AS constraint_comment,
       f.convalidated AND f.conparentid = 0 AND t.relkind = 'r' AND p.relkind = 'r'
         AND f.conrelid = ANY (a.loaded) AND f.confrelid = ANY (a.loaded)
         AND (f.conrelid = ANY (a.large) OR f.confrelid = ANY (a.large)
              OR pg_catalog.array_position(a.loaded, f.confrelid) > pg_catalog.array_position(a.loaded, f.conrelid))
         AND NOT EXISTS (SELECT FROM pg_catalog.pg_trigger g WHERE g.tgconstraint = f.oid AND g.tgenabled <> 'O')
         AND NOT EXISTS (
           SELECT FROM pg_catalog.pg_depend d
           WHERE d.classid = 'pg_catalog.pg_constraint'::pg_catalog.regclass AND d.objid = f.oid
             AND d.deptype NOT IN ('a', 'n'))
         AND NOT EXISTS (
           SELECT FROM pg_catalog.pg_depend d
           WHERE d.refclassid = 'pg_catalog.pg_constraint'::pg_catalog.regclass AND d.refobjid = f.oid
             AND d.classid <> 'pg_catalog.pg_trigger'::pg_catalog.regclass) AS may_be_dropped
FROM pg_catalog.pg_constraint f
CROSS JOIN (VALUES ('{{{oids}}}'::pg_catalog.oid[], '{{{large}}}'::pg_catalog.oid[])) AS a(loaded, large)
JOIN pg_catalog.pg_class t ON t.oid = f.conrelid
JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
JOIN pg_catalog.pg_class p ON p.oid = f.confrelid
WHERE f.contype = 'f' AND (f.conrelid = ANY (a.loaded) OR f.confrelid = ANY (a.loaded))
ORDER BY f.oid DESC
)sql";

// A constraint's own text leaves its index's settings out, and an expression is read again with nobody's names in
// sight, but would run so as well: what calls a function in another language than C stays.
constexpr const char* kIndexes = R"sql(
SELECT pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(t.relname) AS relation,
       pg_catalog.quote_ident(k.conname) AS constraint,
       COALESCE(pg_catalog.pg_get_constraintdef(k.oid), pg_catalog.pg_get_indexdef(i.indexrelid)) AS definition,
       pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname) AS index,
       pg_catalog.obj_description(c.oid, 'pg_class') AS index_comment,
       pg_catalog.obj_description(k.oid, 'pg_constraint') AS constraint_comment
FROM pg_catalog.pg_index i
JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_class t ON t.oid = i.indrelid
LEFT JOIN pg_catalog.pg_constraint k ON k.conindid = c.oid AND k.conrelid = t.oid AND k.contype IN ('p', 'u')
WHERE i.indrelid = ANY ('{{{large}}}'::pg_catalog.oid[])
  AND t.relkind = 'r' AND i.indisvalid AND i.indisready AND NOT i.indisreplident AND NOT i.indisclustered
  AND NOT i.indisexclusion AND c.reltablespace = 0 AND (k.oid IS NULL OR c.reloptions IS NULL)
  AND NOT EXISTS (
    SELECT FROM pg_catalog.pg_depend d
    WHERE d.refobjid = c.oid OR (d.refobjid = k.oid AND d.objid <> c.oid))
  -- Of a key, the index hangs on the constraint; nothing else may.
  AND NOT EXISTS (
    SELECT FROM pg_catalog.pg_depend d
    WHERE d.objid IN (c.oid, k.oid) AND d.deptype NOT IN ('a', 'n') AND d.refobjid IS DISTINCT FROM k.oid)
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attstattarget >= 0)
  AND NOT EXISTS (
    SELECT
    FROM pg_catalog.pg_depend d
    LEFT JOIN pg_catalog.pg_operator o
      ON d.refclassid = 'pg_catalog.pg_operator'::pg_catalog.regclass AND o.oid = d.refobjid
    LEFT JOIN pg_catalog.pg_opclass oc
      ON d.refclassid = 'pg_catalog.pg_opclass'::pg_catalog.regclass AND oc.oid = d.refobjid
    LEFT JOIN pg_catalog.pg_amproc m ON m.amprocfamily = oc.opcfamily
    JOIN pg_catalog.pg_proc p ON p.oid IN (o.oprcode::pg_catalog.oid, m.amproc::pg_catalog.oid,
      CASE d.refclassid WHEN 'pg_catalog.pg_proc'::pg_catalog.regclass THEN d.refobjid END)
    JOIN pg_catalog.pg_language l ON l.oid = p.prolang
    WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid
      AND l.lanname NOT IN ('internal', 'c'))
ORDER BY c.oid
)sql";

void comment(std::vector<std::string>& statements, const std::string& what, const pqxx::field& text) {
  if (!text.is_null()) statements.push_back("COMMENT ON " + what + " IS " + quote_literal(text.c_str()));
}

Droppable constraint(const std::string& table, const std::string& name, const std::string& definition,
                     const pqxx::field& text) {
  Droppable droppable;
  droppable.drop = fmt::format("ALTER TABLE {} DROP CONSTRAINT {}", table, name);
  droppable.make = {fmt::format("ALTER TABLE {} ADD CONSTRAINT {} {}", table, name, definition)};
  comment(droppable.make, fmt::format("CONSTRAINT {} ON {}", name, table), text);
  return droppable;
}

}  // namespace

std::vector<Droppable> droppable_foreign_keys(Connection& connection, const std::vector<std::string>& oids,
                                              const std::vector<std::string>& large) {
  std::vector<Droppable> droppable;
  std::set<std::string> with_a_younger_one;
  for (const auto& row : connection.query(
           fmt::format(kForeignKeys, fmt::arg("oids", join(oids, ",")), fmt::arg("large", join(large, ","))))) {
    const std::string child = row["conrelid"].c_str();
    const std::string parent = row["confrelid"].c_str();
    if (row["may_be_dropped"].as<bool>() && !with_a_younger_one.contains(child) &&
        !with_a_younger_one.contains(parent)) {
      droppable.push_back(constraint(row["relation"].c_str(), row["constraint"].c_str(), row["definition"].c_str(),
                                     row["constraint_comment"]));
    } else {
      with_a_younger_one.insert({child, parent});
    }
  }
  std::reverse(droppable.begin(), droppable.end());
  return droppable;
}

std::vector<Droppable> droppable_indexes(Connection& connection, const std::vector<std::string>& large) {
  std::vector<Droppable> droppable;
  for (const auto& row : connection.query(fmt::format(kIndexes, fmt::arg("large", join(large, ","))))) {
    const std::string index = row["index"].c_str();
    const char* definition = row["definition"].c_str();
    if (row["constraint"].is_null()) {
      droppable.push_back({"DROP INDEX " + index, {definition}});
    } else {
      droppable.push_back(
          constraint(row["relation"].c_str(), row["constraint"].c_str(), definition, row["constraint_comment"]));
    }
    comment(droppable.back().make, "INDEX " + index, row["index_comment"]);
  }
  return droppable;
}

}  // namespace postgres
