// R*Trees as targets: they hold coordinates in 32 bits and refuse a box that ends before it begins. What one of them
// would make of the staged rows is tried with one of the same shape in the temporary schema. One thread, that of the
// connection.
#pragma once

#include <string>

#include "sqlite/import/staged_table.h"
#include "sqlite/session/connection.h"

namespace sqlite {

bool is_rtree(const TableDetails& table);

// Before the rows are compared with the target: leaves out those that the tree refuses, and gives the others the
// coordinates that it would hold. Returns what to tell of rounded ones, or nothing.
std::string round_as_rtree(Connection& connection, StagedTable& table);

}  // namespace sqlite
