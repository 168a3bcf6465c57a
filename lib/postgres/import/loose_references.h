// Rows to be written that hold an old key of a row which took over another one (match.h), in a column that no foreign
// key declares: it stays as it is, and means another row then. One thread, that of the connection.
#pragma once

#include <vector>

#include "outcome/effects.h"
#include "postgres/import/staged_table.h"
#include "postgres/session/connection.h"

namespace postgres {

// After classify. Reads nothing where no key moved; else each table once that has columns which may point there.
std::vector<outcome::LooseReference> loose_references(Connection& connection, const std::vector<StagedTable>& tables);

}  // namespace postgres
