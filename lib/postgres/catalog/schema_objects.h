// Everything that is in one schema, each with its definition in the server's own words, for comparing two schemas.
// Definitions leave out the names of schemas that are in the search_path, so let `schema` be there.
#pragma once

#include <string>
#include <vector>

#include "engine/migration_database.h"
#include "postgres/session/connection.h"

namespace postgres {

// By kind and name; without what belongs to an extension, and without the relation `left_out`.
std::vector<engine::SchemaObject> schema_objects(Connection& connection, const std::string& schema,
                                                 const std::string& left_out);

}  // namespace postgres
