// What source and target do alike. One thread, that of the connection.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/source.h"
#include "sqlite/session/connection.h"

namespace sqlite {

// Of the database in the file at `path`.
outcome::DatabaseInfo describe(const std::string& path);

// Throws kUsage where schemas are asked for: SQLite has none.
void refuse_schemas(const std::vector<std::string>& schemas);

// Another number: the schema is no longer the same. In the same transaction as what is read beside it.
std::int64_t schema_version(Connection& connection);

}  // namespace sqlite
