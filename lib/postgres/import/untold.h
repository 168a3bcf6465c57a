// What a dry run cannot tell, because only the writing itself can: said by name, a line a cause. One thread, that of
// the connection.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "postgres/import/staged_table.h"
#include "postgres/session/connection.h"

namespace postgres {

// After classify, of tables with rows to be written: triggers and rules that may change, drop or refuse them, checks
// that look up other rows, keys and checks over what a volatile default makes, values of a doubtful size, and tables
// without a key whose rows triggers may change.
std::vector<std::string> find_untold(Connection& connection, const std::vector<StagedTable>& tables);

// Tables of which rows were refused by a domain inside of an array or composite that looks up other rows: it is asked
// when the values come in, in an import as well.
std::vector<std::string> find_judged_early(const std::vector<StagedTable>& tables);

// How many rows of `table` are left out only because their parent, a row of the file, is.
std::uint64_t count_dependants(Connection& connection, const std::vector<StagedTable>& tables,
                               const StagedTable& table);

}  // namespace postgres
