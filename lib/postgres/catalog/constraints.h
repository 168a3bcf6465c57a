// What else guards the rows of a table: checks, exclusion constraints, triggers, and the keys of others that
// refer to it. The second half of introspect, which calls it.
#pragma once

#include <string>
#include <vector>

#include "postgres/catalog/introspect.h"
#include "postgres/catalog/partition_tree.h"
#include "postgres/session/connection.h"

namespace postgres {

// Fills checks, exclusions, references and triggers of every table. `looking`: looking_functions().
void read_constraints(Connection& connection, std::vector<TableDetails>& tables, const PartitionTree& tree,
                      const std::string& looking);

}  // namespace postgres
