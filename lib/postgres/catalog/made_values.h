// What a table puts into the columns that a file does not bring: generated columns and defaults, by the expressions
// that the catalog holds of them. Called by introspect, with an empty search_path.
#pragma once

#include <vector>

#include "postgres/catalog/introspect.h"
#include "postgres/session/connection.h"

namespace postgres {

// Fills `made` of every column.
void read_made_values(Connection& connection, std::vector<TableDetails>& tables);

}  // namespace postgres
