#include "postgres/catalog/object_names.h"

#include <fmt/format.h>

#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

constexpr const char* kSchemas = R"sql(
SELECT n.nspname
FROM pg_catalog.pg_namespace n
WHERE n.nspname OPERATOR(pg_catalog.!~) '^pg_' AND n.nspname OPERATOR(pg_catalog.<>) 'information_schema'
ORDER BY n.nspname
)sql";

constexpr const char* kOtherObject = R"sql(
SELECT CASE
         WHEN c.relkind OPERATOR(pg_catalog.=) 'v' THEN 'is a view'
         WHEN c.relkind OPERATOR(pg_catalog.=) 'm' THEN 'is a materialized view'
         WHEN c.relkind OPERATOR(pg_catalog.=) 'f' THEN 'is a foreign table'
         WHEN c.relkind OPERATOR(pg_catalog.=) 'S' THEN 'is a sequence'
         WHEN c.relkind OPERATOR(pg_catalog.=) 'c' THEN 'is a composite type'
         WHEN c.relkind IN ('i', 'I') THEN 'is an index'
         WHEN c.relispartition THEN 'is a partition of ' OPERATOR(pg_catalog.||) (
           SELECT pg_catalog.concat(s.nspname, '.', p.relname)
           FROM pg_catalog.pg_inherits i
           JOIN pg_catalog.pg_class p ON p.oid OPERATOR(pg_catalog.=) i.inhparent
           JOIN pg_catalog.pg_namespace s ON s.oid OPERATOR(pg_catalog.=) p.relnamespace
           WHERE i.inhrelid OPERATOR(pg_catalog.=) c.oid LIMIT 1)
         WHEN e.extname IS NOT NULL THEN 'belongs to the extension ' OPERATOR(pg_catalog.||) e.extname::pg_catalog.text
       END
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
LEFT JOIN pg_catalog.pg_depend d
  ON d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass
  AND d.objid OPERATOR(pg_catalog.=) c.oid AND d.deptype OPERATOR(pg_catalog.=) 'e'
LEFT JOIN pg_catalog.pg_extension e ON e.oid OPERATOR(pg_catalog.=) d.refobjid
WHERE c.relname OPERATOR(pg_catalog.=) {name} AND n.nspname OPERATOR(pg_catalog.!~) '^pg_'
  AND ({schema} OPERATOR(pg_catalog.=) '' OR n.nspname OPERATOR(pg_catalog.=) {schema})
ORDER BY n.nspname
)sql";

}  // namespace

std::vector<std::string> schema_names(Connection& connection) { return connection.query_list(kSchemas); }

std::string other_object(Connection& connection, const catalog::TableName& name) {
  const std::vector<std::string> found =
      connection.query_list(fmt::format(kOtherObject, fmt::arg("name", quote_literal(name.name)),
                                        fmt::arg("schema", quote_literal(name.schema) + "::pg_catalog.text")));
  for (const std::string& words : found) {
    if (!words.empty()) return words;
  }
  return {};
}

}  // namespace postgres
