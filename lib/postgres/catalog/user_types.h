// The types of the user's own that columns of some tables are of, also inside arrays, domains, ranges and composites.
// Names are as format_type() gives them: the connection's search_path must be empty.
#pragma once

#include <cstdint>
#include <vector>

#include "catalog/types.h"
#include "postgres/session/connection.h"

namespace postgres {

catalog::Types read_user_types(Connection& connection, const std::vector<std::uint32_t>& tables);

}  // namespace postgres
