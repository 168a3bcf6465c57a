// The search path that planning needs: the server puts functions in SQL in line where expressions of indexes, partition
// keys and extended statistics call them, computes what is constant there, and looks the names in them up by the
// session's path.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "postgres/session/connection.h"

namespace postgres {

// For statements of ours about these tables, roots of partition trees, and about those that foreign keys lead to and
// come from: the session's own path, without schemas that hold what could stand in for the server's own operators and
// functions there, and for a role that may do anything without those that hold code of others than `consented`. Empty:
// planning looks nothing up, or a column holds names as text, which are those of an empty path. With an empty
// search_path, in a transaction.
std::string planning_path(Connection& connection, const std::vector<std::uint32_t>& tables,
                          const std::vector<std::string>& consented);

// Of those names that the session's path has, the schemas that are there and that the role may use, as text[]. With an
// empty search_path, in a transaction.
std::string schemas_of_session(Connection& connection);

}  // namespace postgres
