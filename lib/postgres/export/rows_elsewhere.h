// Tables whose rows lie elsewhere: in children by inheritance that are not part of the export, on another server, in a
// partition that is on its way out. `SELECT count(*)` of the table counts rows there that an export would not hold, or
// not as of its point in time.
#pragma once

#include <string>
#include <vector>

#include "engine/source.h"
#include "postgres/catalog/introspect.h"
#include "postgres/session/connection.h"

namespace postgres {

// Of the tables that this transaction has locked. Throws kSchema for rows that nobody would export, unless they are to
// be read through the parent: that is then set in `tables` (TableDetails::read_through). Returns what is to be told.
// `left_out`: tables that the user does not want.
std::vector<std::string> find_rows_elsewhere(Connection& connection, std::vector<TableDetails*>& tables,
                                             const std::vector<catalog::TableName>& left_out,
                                             engine::RowsElsewhere elsewhere);

}  // namespace postgres
