// Natural keys (TablePlan::match): a staged row that finds its row of the target by one takes over that row's identity,
// and so do the staged foreign keys that referred to it. Changes staged rows only, before any of them is classified, or
// is written. One thread, that of the connection.
#pragma once

#include <vector>

#include "sqlite/import/staged_table.h"
#include "sqlite/session/connection.h"

namespace sqlite {

// Its temporary table, where there is a natural key.
void create_remaps(Connection& connection, const StagedTable& table);

// kInserts: once more while the merge is at work, for rows that triggers have made meanwhile. Nobody who refers to them
// may be written yet.
enum class Remap { kAll, kInserts };

// Only for a table with a natural key. Its parents must be remapped before. Returns how many rows were left out.
std::uint64_t remap(Connection& connection, std::vector<StagedTable>& tables, StagedTable& table,
                    Remap which = Remap::kAll);

}  // namespace sqlite
