// The verdicts of an import, row by row, as a reviewer reads them: with the values that change. What changes is kept in
// a temporary table before the merge overwrites it, so that the same can be told afterwards. One thread, that of the
// connection.
#pragma once

#include <functional>

#include "engine/target.h"
#include "postgres/import/staged_table.h"
#include "postgres/session/connection.h"

namespace postgres {

// Behind the classification and before the merge. Writes the changes.
void gather_changes(Connection& connection, const StagedTable& table);

// As engine::Target::for_each_decision says. kFull only behind gather_changes.
void read_decisions(Connection& connection, const StagedTable& table, engine::Decisions which, engine::Detail detail,
                    const std::function<bool(const outcome::Decision&)>& take);

}  // namespace postgres
