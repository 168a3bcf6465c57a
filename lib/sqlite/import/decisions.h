// The verdicts of an import, row by row, as a reviewer reads them: with the values that change. What changes is kept in
// a temporary table before the merge overwrites it, so that the same can be told afterwards. One thread, that of the
// connection.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engine/target.h"
#include "sqlite/import/staged_table.h"
#include "sqlite/session/connection.h"

namespace sqlite {

void create_changes(Connection& connection, const StagedTable& table);

// After the classification and before the merge. Writes change_N.
void gather_changes(Connection& connection, const StagedTable& table);

// FROM and WHERE of rejects r with a holder, the row t of the target that has the key which the row s of the file
// claims; one for each key.
std::vector<std::string> conflicts_with_holders(const StagedTable& table);

// As engine::Target::for_each_decision says. kFull only after gather_changes.
void read_decisions(Connection& connection, const StagedTable& table, engine::Decisions which, engine::Detail detail,
                    const std::function<bool(const outcome::Decision&)>& take);

}  // namespace sqlite
