#include "sqlite/session.h"

#include <algorithm>

namespace sqlite {

engine::DatabaseInfo describe(const std::string& path) {
  return {"sqlite", Connection::library_version(), path.substr(path.rfind('/') + 1)};
}

void refuse_schemas(const std::vector<std::string>& schemas) {
  if (schemas.empty()) return;
  throw base::Error(base::ErrorKind::kUsage, "an SQLite database has no schemas", "leave --schema out");
}

std::int64_t schema_version(Connection& connection) {
  return static_cast<std::int64_t>(connection.number("PRAGMA main.schema_version"));
}

bool same_shape(const TableDetails& a, const TableDetails& b) {
  const auto same_column = [](const catalog::Column& x, const catalog::Column& y) {
    return x.name == y.name && x.type == y.type && x.not_null == y.not_null && x.generated == y.generated;
  };
  const auto same_index = [](const UniqueIndex& x, const UniqueIndex& y) {
    return x.expressions == y.expressions && x.collations == y.collations && x.predicate == y.predicate;
  };
  const auto same_key = [](const catalog::ForeignKey& x, const catalog::ForeignKey& y) {
    return x.columns == y.columns && x.parent == y.parent && x.parent_columns == y.parent_columns;
  };
  return a.strict == b.strict && std::ranges::equal(a.table.columns, b.table.columns, same_column) &&
         std::ranges::equal(a.unique_indexes, b.unique_indexes, same_index) &&
         std::ranges::equal(a.table.foreign_keys, b.table.foreign_keys, same_key);
}

}  // namespace sqlite
