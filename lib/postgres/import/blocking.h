// What holds rows of the file back, counted by set: rows left out for their own fault that others of the file refer to,
// and keys that other rows of the target hold, as far as finding rows by them (--match) would let the rows in. Reads
// only, after classify. One thread, that of the connection.
#pragma once

#include <vector>

#include "outcome/effects.h"
#include "postgres/import/staged_table.h"
#include "postgres/session/connection.h"

namespace postgres {

// Parallel to `tables`.
std::vector<std::vector<outcome::BlockingCause>> find_blocking(Connection& connection,
                                                               const std::vector<StagedTable>& tables);

}  // namespace postgres
