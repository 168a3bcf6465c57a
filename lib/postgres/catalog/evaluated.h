// What the server computes of a row that it writes and that may fail on the row: checks, generated columns, defaults,
// keys and conditions of indexes, partition keys. Expressions that cannot fail are left out, so most tables have none.
// Called by introspect, with an empty search_path.
#pragma once

#include <vector>

#include "postgres/catalog/introspect.h"
#include "postgres/catalog/partition_tree.h"
#include "postgres/session/connection.h"

namespace postgres {

// Fills `evaluated` of every table, from what the rest of introspect has found and from the indexes. `looking`:
// looking_functions(). What of indexes and partition keys calls one of these goes to `looking_code` and is judged
// nowhere.
void read_evaluated(Connection& connection, std::vector<TableDetails>& tables, const PartitionTree& tree,
                    const std::string& looking);

}  // namespace postgres
