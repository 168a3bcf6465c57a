// Columns of a target that an undo file does not have: added since the import. A row that is to go must hold nothing
// in them that somebody put there: only NULL, what adding the column filled in, or its default. One thread, that of the
// connection.
#pragma once

#include <string>

#include "postgres/import/staged_table.h"
#include "postgres/session/connection.h"

namespace postgres {

struct AddedColumns {
  std::string changed;  // condition on the row; empty: there are no such columns
  std::string shown;    // text expression: "w=mine, x=1"; NULL where nothing is
};

// Of the target's row `alias`, which has tableoid.
AddedColumns added_columns(Connection& connection, const StagedTable& table, const std::string& alias);

}  // namespace postgres
