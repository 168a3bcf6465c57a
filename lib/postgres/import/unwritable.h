// Leaves out staged rows that the server cannot write, for no fault of their values: updates that a publication
// forbids, values too large for an index, and rows too large for a page. One thread, that of the connection.
#pragma once

#include <string>
#include <vector>

#include "postgres/import/staged_table.h"
#include "postgres/session/connection.h"

namespace postgres {

// Leaves out updates that a publication forbids, and says so once a table, in `notices`.
void reject_unpublishable(Connection& connection, StagedTable& table, std::vector<std::string>& notices);

// After staging: which tables have values that may be too large for an index. The others are asked nothing.
void find_large_values(Connection& connection, std::vector<StagedTable>& tables);
void reject_large_entries(Connection& connection, StagedTable& table);

// Indexes for which some value may be too large, without it being certain: a line each.
std::vector<std::string> doubtful_entries(Connection& connection, const StagedTable& table);

// Where the table keeps values in the row however long they are (STORAGE PLAIN).
void reject_large_rows(Connection& connection, StagedTable& table);
// Rows of which that is not certain: a line, or nothing.
std::string doubtful_rows(Connection& connection, const StagedTable& table);

}  // namespace postgres
