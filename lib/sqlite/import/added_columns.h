// Columns of a target that an undo file does not have: added since the import. A row that is to go must hold nothing
// in them that somebody put there: only NULL or the column's default, which adding it filled in. One thread, that of
// the connection.
#pragma once

#include <string>
#include <vector>

#include "sqlite/import/staged_table.h"
#include "sqlite/session/connection.h"

namespace sqlite {

struct AddedColumns {
  std::string changed;             // condition on the row; empty: there are no such columns
  std::vector<std::string> shown;  // text expressions: ", w=mine", or nothing
};

// Of the target's row `alias`.
AddedColumns added_columns(Connection& connection, const StagedTable& table, const std::string& alias);

}  // namespace sqlite
