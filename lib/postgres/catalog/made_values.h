// What a table puts into the columns that a file does not bring: generated columns and defaults, by the expressions
// that the catalog holds of them. Called by introspect, with an empty search_path.
#pragma once

#include <string>
#include <vector>

#include "postgres/catalog/introspect.h"
#include "postgres/session/connection.h"

namespace postgres {

// Fills `made` of every column. `looking`: looking_functions().
void read_made_values(Connection& connection, std::vector<TableDetails>& tables, const std::string& looking);

}  // namespace postgres
