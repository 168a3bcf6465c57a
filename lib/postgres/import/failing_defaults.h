// Defaults that no row can have: of a column that the file lacks, and refused by the column's own type (a domain's
// check, a text that is too long) or failing by themselves. The same for every row, so asked once and before the first.
// One thread, that of the connection.
#pragma once

#include <string>

#include "postgres/import/staged_table.h"
#include "postgres/session/connection.h"
#include "postgres/session/settings.h"

namespace postgres {

// Lists them, and takes NULL for their value from here on. Makes a temporary view for the time of the question: before
// a dry run turns read-only, and under our own settings.
void find_failing_defaults(Connection& connection, StagedTable& table, const SessionSettings& session);

// Leaves out the rows that were to be inserted with them.
void reject_failing_defaults(Connection& connection, StagedTable& table);

}  // namespace postgres
