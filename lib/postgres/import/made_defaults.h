// Defaults of columns that the file lacks, as the target makes them: computed once, before the first row, by the
// assignment to a column of that type and under the session's own settings, as an insert computes them. They are the
// same for every row; volatile ones are not computed. One thread, that of the connection.
#pragma once

#include <cstddef>

#include "postgres/import/staged_table.h"
#include "postgres/session/connection.h"
#include "postgres/session/settings.h"

namespace postgres {

// Fills computed_defaults of table `number` in the import; a value that no row can have (the column's type refuses it,
// or it fails by itself) goes into failing_defaults, too. Makes temporary tables of one value each: before a dry run
// turns read-only, and under our own settings.
void make_defaults(Connection& connection, StagedTable& table, std::size_t number, const SessionSettings& session);

// Leaves out the rows that were to be inserted with one that fails.
void reject_failing_defaults(Connection& connection, StagedTable& table);

}  // namespace postgres
