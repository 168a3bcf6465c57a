#include "postgres/introspect.h"
#include "postgres/sql_text.h"

namespace postgres {

std::string schema_filter(const std::vector<std::string>& schemas) {
  if (schemas.empty()) {
    return "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend "
           "x "
           "WHERE x.classid = 'pg_catalog.pg_namespace'::pg_catalog.regclass AND x.objid = n.oid AND x.deptype = 'e')";
  }
  std::vector<std::string> names;
  for (const std::string& schema : schemas) names.push_back(quote_literal(schema));
  return "n.nspname IN (" + join(names, ", ") + ")";
}

const ColumnDetails& TableDetails::details_of(const std::string& column) const {
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (table.columns[i].name == column) return columns[i];
  }
  throw base::Error(base::ErrorKind::kInternal, "no column " + column + " in " + table.name.name);
}

}  // namespace postgres
