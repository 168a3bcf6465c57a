// Rights on single columns: a role may be allowed to write some columns of a table and not the others. What it must be
// allowed is what the import writes, no more.
#pragma once

#include <string>
#include <vector>

#include "postgres/import/staged_table.h"
#include "postgres/session/connection.h"

namespace postgres {

// Fills not_insertable and not_updatable of the tables on which the role has such a right for some columns, and has it
// not for the table; never_inserts and never_updates where it has it for no column either. They stay empty and false
// for every other table.
void read_column_privileges(Connection& connection, std::vector<StagedTable>& tables);

// The GRANT for the columns of the file that the role may not insert, or not update: those of `privilege`. At most one.
std::vector<std::string> column_grants(Connection& connection, const StagedTable& table, const std::string& privilege);

// GRANTs for the columns that accepted updates change and the role may not update.
std::vector<std::string> missing_update_grants(Connection& connection, const std::vector<StagedTable>& tables);

}  // namespace postgres
