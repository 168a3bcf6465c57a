// The server's table of locks has room for so many, whatever a transaction is worth. Counts what an import will hold,
// before its first row. One thread, that of the connection.
#pragma once

#include <cstdint>
#include <vector>

#include "postgres/connection.h"
#include "postgres/staged_table.h"

namespace postgres {

// Throws kConnection, naming the setting, where the server cannot hold the locks on the tables of the plan, their
// partitions, parents and indexes and on `temporary_locks` more. Where it depends on what others do, the server's own
// word is waited for.
void demand_room_for_locks(Connection& connection, const std::vector<StagedTable>& tables,
                           std::uint64_t temporary_locks);

}  // namespace postgres
