// Rows that both sides of a three-way merge changed, as one of them holds them, as records with exact values. One
// thread, that of the connection.
#pragma once

#include <memory>
#include <vector>

#include "engine/target.h"
#include "postgres/import/staged_table.h"
#include "postgres/session/connection.h"

namespace postgres {

// As engine::Target::conflicting_rows says.
std::unique_ptr<engine::RowReader> conflicting_rows(Connection& connection, const StagedTable& table, engine::Side side,
                                                    const std::vector<engine::NamedColumn>& columns);

}  // namespace postgres
