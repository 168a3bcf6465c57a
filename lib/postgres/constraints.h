// What else stands guard over the rows of a table: checks, exclusion constraints, and the keys of other tables that
// refer to it. The second half of introspect, which calls it.
#pragma once

#include <vector>

#include "postgres/connection.h"
#include "postgres/introspect.h"

namespace postgres {

// Fills checks, exclusions and referenced_columns of every table.
void read_constraints(Connection& connection, std::vector<TableDetails>& tables);

}  // namespace postgres
