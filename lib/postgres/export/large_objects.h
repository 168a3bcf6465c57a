// Columns that point at large objects (of type oid, or a domain over it such as lo): only their numbers are rows.
#pragma once

#include <vector>

#include "engine/source.h"
#include "postgres/catalog/introspect.h"
#include "postgres/session/connection.h"

namespace postgres {

// Those that hold the number of an object that is there.
std::vector<engine::LargeObjects> find_large_objects(Connection& connection,
                                                     const std::vector<const TableDetails*>& tables);

}  // namespace postgres
