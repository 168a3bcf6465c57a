// Who can tell which columns an UPDATE names: triggers "UPDATE OF …", triggers written in C (they are told the
// columns), and generated columns over functions of the user's (computed again when their columns are named). Third
// part of introspect.
#pragma once

#include <vector>

#include "postgres/catalog/introspect.h"
#include "postgres/session/connection.h"

namespace postgres {

// Fills column_observers of every table, with those of its partitions.
void read_column_observers(Connection& connection, std::vector<TableDetails>& tables);

}  // namespace postgres
