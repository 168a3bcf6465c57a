// What the server refuses to write whatever the values mean: updates of a published table without replica identity, and
// entries too large for an index. Called by introspect, with an empty search_path.
#pragma once

#include <vector>

#include "postgres/catalog/introspect.h"
#include "postgres/catalog/partition_tree.h"
#include "postgres/session/connection.h"

namespace postgres {

// Fills `refused_updates` and `limited_indexes` of every table.
void read_write_limits(Connection& connection, std::vector<TableDetails>& tables, const PartitionTree& tree);

}  // namespace postgres
