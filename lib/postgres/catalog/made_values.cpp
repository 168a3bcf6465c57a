#include "postgres/catalog/made_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "postgres/catalog/depend_sql.h"
#include "postgres/catalog/looking_functions.h"
#include "postgres/catalog/table_index.h"
#include "postgres/session/text_array.h"

namespace postgres {
namespace {

// pg_depend does not speak of the server's own functions: of those the text names the ones that are volatile.
constexpr const char* kMade = R"sql(
WITH made AS (
  SELECT a.attrelid, a.attnum, a.attname, a.attgenerated <> '' AS generated,
         a.attgenerated = 'v' AS is_virtual, u.classid, u.objid, u.objsubid,
         pg_catalog.pg_get_expr(d.adbin, d.adrelid, false) AS expression
  FROM pg_catalog.pg_attrdef d
  JOIN pg_catalog.pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
  CROSS JOIN LATERAL ({user}) AS u(classid, objid, objsubid)
  WHERE d.adrelid = ANY ({among}) AND NOT a.attisdropped
  UNION ALL
  SELECT a.attrelid, a.attnum, a.attname, false, false, 'pg_catalog.pg_type'::pg_catalog.regclass::pg_catalog.oid, t.oid, 0,
         pg_catalog.pg_get_expr(t.typdefaultbin, 0, false)
  FROM pg_catalog.pg_attribute a
  JOIN pg_catalog.pg_type t ON t.oid = a.atttypid AND t.typtype = 'd' AND t.typdefaultbin IS NOT NULL
  WHERE a.attrelid = ANY ({among}) AND a.attnum > 0 AND NOT a.attisdropped AND NOT a.atthasdef AND a.attidentity = ''
  UNION ALL
  SELECT a.attrelid, a.attnum, a.attname, false, false, 0::pg_catalog.oid, 0::pg_catalog.oid, 0, 'pg_catalog.nextval()'
  FROM pg_catalog.pg_attribute a
  WHERE a.attrelid = ANY ({among}) AND a.attnum > 0 AND NOT a.attisdropped AND a.attidentity <> ''
)
SELECT m.attrelid, m.attname, m.generated, m.expression,
  m.objid = 0
  OR EXISTS (
    SELECT
    FROM pg_catalog.pg_depend d
    LEFT JOIN pg_catalog.pg_operator o
      ON d.refclassid = 'pg_catalog.pg_operator'::pg_catalog.regclass AND o.oid = d.refobjid
    JOIN pg_catalog.pg_proc p
      ON p.oid = CASE WHEN d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass THEN d.refobjid
               ELSE o.oprcode::pg_catalog.oid END
    WHERE d.classid = m.classid AND d.objid = m.objid AND d.objsubid = m.objsubid AND p.provolatile = 'v')
  OR EXISTS (
    SELECT
    FROM pg_catalog.regexp_matches(m.expression, '([a-z_0-9]+)[(]', 'g') AS f(words)
    JOIN pg_catalog.pg_proc p ON p.proname = f.words[1] AND p.provolatile = 'v' AND p.oid < 16384) AS is_volatile,
  ARRAY(
    SELECT r.attname
    FROM pg_catalog.pg_depend d
    JOIN pg_catalog.pg_attribute r ON r.attrelid = d.refobjid AND r.attnum = d.refobjsubid
    WHERE m.generated AND d.classid = m.classid AND d.objid = m.objid AND d.objsubid = m.objsubid
      AND d.refobjid = m.attrelid
      AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjsubid <> m.attnum
    ORDER BY r.attnum)::pg_catalog.text[] AS reads,
  m.is_virtual, {looks} AS looks_elsewhere
FROM made m
ORDER BY m.attrelid, m.attnum)sql";

}  // namespace

void read_made_values(Connection& connection, std::vector<TableDetails>& tables, const std::string& looking) {
  const TableIndex index(tables);
  for (const auto& row :
       connection.query(fmt::format(kMade, fmt::arg("among", index.among()),
                                    fmt::arg("user", user_of_column_value(connection.server_version(), "a", "d")),
                                    fmt::arg("looks", calls_one_of(looking, "m.classid", "m.objid"))))) {
    TableDetails& table = index.of(row["attrelid"].c_str());
    const std::string name = row["attname"].c_str();
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      if (table.table.columns[i].name != name) continue;
      MadeValue& made = table.columns[i].made;
      made.expression = row["expression"].c_str();
      made.looks_elsewhere = row["looks_elsewhere"].as<bool>();
      made.is_volatile = row["is_volatile"].as<bool>() || (made.looks_elsewhere && !table.table.columns[i].generated);
      made.reads = read_names(row["reads"].c_str());
      made.is_virtual = row["is_virtual"].as<bool>();
    }
  }
}

}  // namespace postgres
