#include "postgres/catalog/column_observers.h"

#include <fmt/format.h>

#include <string>

#include "postgres/catalog/depend_sql.h"
#include "postgres/catalog/table_index.h"

namespace postgres {
namespace {

// One row a column: table, observer, column; columns of one observer together. A trigger in C sees each column for
// itself, so each is an observer of its own.
constexpr const char* kObservers = R"sql(
SELECT o.root, o.observer, a.attname, o.observer_id
FROM (
    SELECT COALESCE(pg_catalog.pg_partition_root(t.tgrelid), t.tgrelid)::pg_catalog.oid AS root,
           t.tgrelid AS relation, 'trigger ' || t.tgname AS observer,
           t.oid::pg_catalog.text || CASE WHEN l.lanname IN ('c', 'internal') THEN '.' || k.attnum::pg_catalog.text
                                          ELSE '' END AS observer_id,
           k.attnum
    FROM pg_catalog.pg_trigger t
    JOIN pg_catalog.pg_proc p ON p.oid = t.tgfoid
    JOIN pg_catalog.pg_language l ON l.oid = p.prolang
    JOIN pg_catalog.pg_attribute k ON k.attrelid = t.tgrelid AND k.attnum > 0 AND NOT k.attisdropped
    WHERE {fired_trigger} AND t.tgtype & 16 <> 0  -- on UPDATE
      AND (l.lanname IN ('c', 'internal') OR k.attnum = ANY (t.tgattr))
    UNION ALL
    SELECT COALESCE(pg_catalog.pg_partition_root(g.attrelid), g.attrelid)::pg_catalog.oid, g.attrelid,
           'generated column ' || g.attname, 'g' || d.oid::pg_catalog.text, k.attnum
    FROM pg_catalog.pg_attribute g
    JOIN pg_catalog.pg_attrdef d ON d.adrelid = g.attrelid AND d.adnum = g.attnum
    CROSS JOIN LATERAL ({user}) AS u(classid, objid, objsubid)
    JOIN pg_catalog.pg_depend r ON r.classid = u.classid AND r.objid = u.objid AND r.objsubid = u.objsubid
      AND r.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND r.refobjid = g.attrelid
      AND r.refobjsubid <> g.attnum
    JOIN pg_catalog.pg_attribute k ON k.attrelid = g.attrelid AND k.attnum = r.refobjsubid
    WHERE g.attgenerated = 's' AND EXISTS (
        SELECT FROM pg_catalog.pg_depend f
        WHERE f.classid = u.classid AND f.objid = u.objid AND f.objsubid = u.objsubid
          AND f.refclassid IN ('pg_catalog.pg_proc'::pg_catalog.regclass,
                               'pg_catalog.pg_operator'::pg_catalog.regclass))
) o
JOIN pg_catalog.pg_attribute a ON a.attrelid = o.relation AND a.attnum = o.attnum
WHERE o.root = ANY ({among}) ORDER BY o.root, o.observer, o.observer_id, a.attname)sql";

}  // namespace

void read_column_observers(Connection& connection, std::vector<TableDetails>& tables) {
  const TableIndex index(tables);
  std::string last;
  for (const auto& row :
       connection.query(fmt::format(kObservers, fmt::arg("fired_trigger", fired_trigger("t")),
                                    fmt::arg("user", user_of_column_value(connection.server_version(), "g", "d")),
                                    fmt::arg("among", index.among())))) {
    std::vector<ColumnObserver>& observers = index.of(row["root"].c_str()).column_observers;
    const std::string observer = std::string(row["root"].c_str()) + "." + row["observer_id"].c_str();
    if (last != observer) observers.push_back({row["observer"].c_str(), {}});
    last = observer;
    observers.back().columns.emplace_back(row["attname"].c_str());
  }
}

}  // namespace postgres
