#include "postgres/import/target_code.h"

#include <fmt/format.h>

#include <algorithm>

#include "postgres/catalog/depend_sql.h"
#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

// The tables that a function writes, as far as its text or pg_depend tell; triggers that partitions inherit are their
// root's.
constexpr const char* kCode = R"sql(
WITH code AS (
  SELECT COALESCE(pg_catalog.pg_partition_root(t.tgrelid), t.tgrelid)::pg_catalog.oid AS root, t.tgname AS name,
    t.tgtype & 4 <> 0 AS on_insert, t.tgtype & 16 <> 0 AS on_update, t.tgtype & 8 <> 0 AS on_delete,
    CASE WHEN t.tginitdeferred THEN 'at the commit' WHEN t.tgtype & 2 <> 0 THEN 'before' ELSE 'after' END ||
      CASE WHEN t.tgtype & 1 <> 0 THEN ' each row' ELSE ' each statement' END AS moment,
    t.tgtype & 3 = 3 AS may_change, t.tgfoid AS function
  FROM pg_catalog.pg_trigger t
  WHERE {fired_trigger} AND t.tgtype & 28 <> 0
    AND COALESCE(pg_catalog.pg_partition_root(t.tgrelid), t.tgrelid)::pg_catalog.oid = ANY ({among})
)
SELECT c.root, c.on_insert, c.on_update, c.on_delete,
  'trigger ' || c.name || ' (' || c.moment || ') may ' ||
    CASE WHEN c.may_change THEN 'change, drop or refuse rows' ELSE 'refuse rows' END ||
    COALESCE(', and its function ' || p.proname || ' writes ' || (
      SELECT pg_catalog.string_agg(DISTINCT w.name, ', ' ORDER BY w.name)
      FROM (
        SELECT m.found[1] AS name
        FROM pg_catalog.regexp_matches(
          p.prosrc,
          '(?:\minsert\s+into|\mupdate(?:\s+only)?|\mdelete\s+from(?:\s+only)?|\mmerge\s+into)\s+((?:"[^"]+"|[a-z_]\w*)(?:\.(?:"[^"]+"|[a-z_]\w*))?)',
          'gi') AS m(found)
        WHERE pg_catalog.lower(m.found[1]) NOT IN ('set', 'of', 'nowait', 'skip', 'on', 'or')
        UNION
        SELECT r.relname
        FROM pg_catalog.pg_depend d
        JOIN pg_catalog.pg_class r ON r.oid = d.refobjid AND r.relkind IN ('r', 'p')
        WHERE d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.objid = p.oid
          AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
      ) w), '') AS words
FROM code c
JOIN pg_catalog.pg_proc p ON p.oid = c.function
UNION
SELECT COALESCE(pg_catalog.pg_partition_root(r.ev_class), r.ev_class)::pg_catalog.oid, r.ev_type = '3', r.ev_type = '2', r.ev_type = '4',
  'rule ' || r.rulename || ' may do anything else instead'
FROM pg_catalog.pg_rewrite r
WHERE r.ev_type IN ('2', '3', '4') AND r.ev_enabled IN ('O', 'A')
  AND COALESCE(pg_catalog.pg_partition_root(r.ev_class), r.ev_class)::pg_catalog.oid = ANY ({among})
UNION
SELECT pg_catalog.pg_partition_root(f.oid)::pg_catalog.oid, true, true, true,
  'the partition ' || f.relname || ' is a foreign table: what becomes of its rows is another server''s matter'
FROM pg_catalog.pg_class f
WHERE f.relkind = 'f' AND f.relispartition AND pg_catalog.pg_partition_root(f.oid)::pg_catalog.oid = ANY ({among})
ORDER BY 1, 5)sql";

}  // namespace

std::map<std::uint32_t, std::vector<TargetCode>> read_target_code(Connection& connection,
                                                                  const std::vector<std::uint32_t>& tables) {
  std::map<std::uint32_t, std::vector<TargetCode>> code;
  if (tables.empty()) return code;
  std::vector<std::string> oids;
  for (const std::uint32_t table : tables) oids.push_back(std::to_string(table));
  const std::string among = "'{" + join(oids, ",") + "}'::pg_catalog.oid[]";
  for (const auto& row :
       connection.query(fmt::format(kCode, fmt::arg("fired_trigger", fired_trigger("t")), fmt::arg("among", among))))
    code[row["root"].as<std::uint32_t>()].push_back({.on_insert = row["on_insert"].as<bool>(),
                                                     .on_update = row["on_update"].as<bool>(),
                                                     .on_delete = row["on_delete"].as<bool>(),
                                                     .words = row["words"].c_str()});
  return code;
}

}  // namespace postgres
