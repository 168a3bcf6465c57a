// Everything that is in a database, each with its definition, for comparing two databases: from the pragmas, so
// that the way the SQL was laid out makes no difference, and from the schema's own SQL where no pragma tells.
#pragma once

#include <string>
#include <vector>

#include "engine/migration_database.h"
#include "sqlite/session/connection.h"

namespace sqlite {

// By kind and name; without SQLite's own tables, the tables of virtual tables, and the table `left_out`.
std::vector<engine::SchemaObject> schema_objects(Connection& connection, const std::string& left_out);

}  // namespace sqlite
