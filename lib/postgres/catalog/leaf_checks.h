// Checks and NOT NULL that partitions have on their own, of all partitions of a table one expression: it looks up the
// row's leaf by halving, so that a row costs about the same with 3 leaves and with 1,000. Called by read_constraints.
#pragma once

#include <string>
#include <vector>

#include "postgres/catalog/introspect.h"
#include "postgres/catalog/partition_tree.h"
#include "postgres/session/connection.h"

namespace postgres {

// Fills `leaf_checks` of every table. `looking`: looking_functions().
void read_leaf_checks(Connection& connection, std::vector<TableDetails>& tables, const PartitionTree& tree,
                      const std::string& looking);

}  // namespace postgres
