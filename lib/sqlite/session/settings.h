// What source and target ask of a database alike: which one it is, and the version of its schema. One thread, that of
// the connection.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/source.h"
#include "sqlite/session/connection.h"

namespace sqlite {

// Describes the database in the file at `path`; without host and identifier where the file is not there.
outcome::DatabaseInfo describe(const std::string& path);

// Throws kUsage where schemas are asked for: SQLite has none.
void refuse_schemas(const std::vector<std::string>& schemas);

// SQLite changes the number with every change of the schema. To be read in the transaction that reads what it vouches
// for.
std::int64_t schema_version(Connection& connection);

}  // namespace sqlite
