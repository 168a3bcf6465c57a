// What a dry run cannot tell, because only the target's own code would: said by name, a line a table. One thread, that
// of the connection.
#pragma once

#include <string>
#include <vector>

#include "postgres/import/staged_table.h"
#include "postgres/session/connection.h"

namespace postgres {

// Behind classify: checks that look up other rows, and tables without a key whose rows triggers may change.
std::vector<std::string> untold(Connection& connection, const std::vector<StagedTable>& tables);

}  // namespace postgres
