// The sum, the least and the greatest of numbers and dates that updates change, in the target before and in the file.
// Reads only, behind classify and before the merge. One thread, that of the connection.
#pragma once

#include <vector>

#include "outcome/effects.h"
#include "postgres/import/staged_table.h"
#include "postgres/session/connection.h"

namespace postgres {

// Over the rows in which the column differs. Nothing for columns of other types, and none of masked ones.
void add_ranges(Connection& connection, const StagedTable& table, std::vector<outcome::ChangedColumn>& columns);

}  // namespace postgres
