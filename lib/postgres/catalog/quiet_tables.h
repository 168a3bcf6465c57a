// Whether rows could be inserted without the triggers of foreign keys and nobody but those triggers would notice. A
// list of what is known to be harmless, asked of every relation that may be reached: the tables, their partitions, and
// the tables that the actions of foreign keys change. What is not on the list is not quiet.
#pragma once

#include <vector>

#include "postgres/catalog/reached_code.h"
#include "postgres/session/connection.h"

namespace postgres {

// Quiet is a heap whose only enabled triggers are those of foreign keys, without rules, row security, exclusion
// constraints and keys that are checked later than at once, where every default, generated column, check, index,
// partition key, domain and type is made of functions of the server itself, or of its extensions' immutable ones.
bool are_quiet(Connection& connection, const std::vector<WrittenTable>& tables);

}  // namespace postgres
