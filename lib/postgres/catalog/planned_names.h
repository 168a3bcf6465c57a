// Whether planning a statement looks names up by the search path: the server puts functions in SQL in line where
// expressions of indexes, partition keys and extended statistics call them, and computes what is constant there.
#pragma once

#include <cstdint>
#include <vector>

#include "postgres/session/connection.h"

namespace postgres {

// Of statements about these tables, roots of partition trees, and about those that foreign keys lead to and come from.
// With an empty search_path.
bool planning_looks_names_up(Connection& connection, const std::vector<std::uint32_t>& tables);

}  // namespace postgres
