// Rows to be written that hold an old key of a row which took over another one (remap.h), in a column that no foreign
// key declares: it stays as it is, and means another row then. One thread, that of the connection.
#pragma once

#include <vector>

#include "outcome/effects.h"
#include "sqlite/import/staged_table.h"
#include "sqlite/session/connection.h"

namespace sqlite {

// After classify. Reads nothing where no key moved; else each column that may point there.
std::vector<outcome::LooseReference> loose_references(Connection& connection, const std::vector<StagedTable>& tables);

}  // namespace sqlite
