#include "postgres/catalog/introspect.h"

#include <algorithm>
#include <iterator>
#include <string_view>

#include "postgres/session/sql_text.h"

namespace postgres {

namespace {

// Neither the server's nor an extension's.
constexpr const char* kUsersOwn = R"sql(n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND NOT EXISTS (
    SELECT
    FROM pg_catalog.pg_depend x
    WHERE x.classid = 'pg_catalog.pg_namespace'::pg_catalog.regclass AND x.objid = n.oid AND x.deptype = 'e'))sql";

}  // namespace

std::string schema_filter(const std::vector<std::string>& schemas) {
  if (schemas.empty()) return kUsersOwn;
  std::vector<std::string> names;
  for (const std::string& schema : schemas) names.push_back(quote_literal(schema));
  return "n.nspname IN (" + join(names, ", ") + ")";
}

// Not floats (-0), numeric and jsonb (1.0 and 1.00), char(n) (spaces at the end), intervals, and whatever else has more
// than one form of a value.
bool is_bytewise(const ColumnType& type, bool deterministic_collation) {
  static constexpr std::string_view kTypes[] = {"bool", "int2", "int4",  "int8",      "oid",         "date",   "uuid",
                                                "text", "time", "bytea", "timestamp", "timestamptz", "varchar"};
  if (type.kind == 'e') return true;
  return deterministic_collation && type.kind == 'b' && type.type_schema == "pg_catalog" &&
         std::ranges::find(kTypes, type.type_name) != std::end(kTypes);
}

const ColumnDetails& TableDetails::details_of(const std::string& column) const {
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (table.columns[i].name == column) return columns[i];
  }
  throw base::Error(base::ErrorKind::kInternal, "no column " + column + " in " + table.name.name);
}

}  // namespace postgres
