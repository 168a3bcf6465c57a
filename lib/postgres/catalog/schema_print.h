// What a user sees of the indexes and constraints of some tables, as one text: two that are equal differ in nothing but
// the numbers that the server gives to its objects. For what is dropped and created again.
#pragma once

#include <string>
#include <vector>

#include "postgres/session/connection.h"

namespace postgres {

// Definitions, owners, places, settings, comments, states, what they depend on and what depends on them, and the order
// in which the triggers of foreign keys fire. `oids` of pg_class. The connection's search_path must be empty.
std::string schema_print(Connection& connection, const std::vector<std::string>& oids);

}  // namespace postgres
