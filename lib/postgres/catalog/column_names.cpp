#include "postgres/catalog/column_names.h"

#include <algorithm>

namespace postgres {
namespace {

constexpr const char* kColumns = R"sql(
SELECT n.nspname, c.relname, a.attname
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
JOIN pg_catalog.pg_attribute a
  ON a.attrelid OPERATOR(pg_catalog.=) c.oid AND a.attnum OPERATOR(pg_catalog.>) 0 AND NOT a.attisdropped
WHERE c.relkind OPERATOR(pg_catalog.=) ANY ('{r,p,f,v,m,c}'::pg_catalog."char"[])
  AND n.nspname OPERATOR(pg_catalog.!~) '^pg_'
  AND n.nspname OPERATOR(pg_catalog.<>) 'information_schema'
)sql";

}  // namespace

bool is_any_column(Connection& connection,
                   const std::function<bool(const catalog::TableName&, const std::string& column)>& wanted) {
  const pqxx::result columns = connection.query(kColumns);
  return std::any_of(columns.begin(), columns.end(), [&](const auto& row) {
    return wanted({row["nspname"].c_str(), row["relname"].c_str()}, row["attname"].c_str());
  });
}

}  // namespace postgres
