#include "sqlite/session/settings.h"

namespace sqlite {

outcome::DatabaseInfo describe(const std::string& path) {
  return {"sqlite", Connection::library_version(), path.substr(path.rfind('/') + 1)};
}

void refuse_schemas(const std::vector<std::string>& schemas) {
  if (schemas.empty()) return;
  throw base::Error(base::ErrorKind::kUsage, "an SQLite database has no schemas", "leave --schema out");
}

std::int64_t schema_version(Connection& connection) {
  return static_cast<std::int64_t>(connection.number("PRAGMA main.schema_version"));
}

}  // namespace sqlite
