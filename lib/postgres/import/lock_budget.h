// The server's table of locks has room for so many, whatever a transaction is worth. Counts what an import will hold,
// before its first row. One thread, that of the connection.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "postgres/import/staged_table.h"
#include "postgres/session/connection.h"

namespace postgres {

// What the tables, their partitions, parents and indexes take, and what the server's settings promise.
struct LockBudget {
  std::uint64_t tables = 0;
  std::uint64_t needed = 0;
  std::uint64_t for_each = 0;  // max_locks_per_transaction
  std::uint64_t sessions = 0;
  double most = 0;  // that a server of these settings may turn out to hold
};

// As if there were rows of every table.
LockBudget budget_for(Connection& connection, const std::vector<std::uint32_t>& tables);

[[noreturn]] void fail_for_room(const Connection& connection, const LockBudget& budget);

// Throws kConnection, naming the setting, where the server cannot hold the locks on the tables of the plan, their
// partitions, parents and indexes and on `temporary_locks` more. Where it depends on what others do, the server's own
// word is waited for.
void demand_room_for_locks(Connection& connection, const std::vector<StagedTable>& tables,
                           std::uint64_t temporary_locks);

}  // namespace postgres
