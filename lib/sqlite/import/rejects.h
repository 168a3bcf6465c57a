// Leaving rows out, as every step that judges them does. Writes temporary tables only. One thread.
#pragma once

#include <cstdint>
#include <string>

#include "sqlite/import/staged_table.h"
#include "sqlite/session/connection.h"

namespace sqlite {

// Runs an INSERT of reject_sql and takes the verdicts of its rows away. Returns how many.
std::uint64_t reject(Connection& connection, StagedTable& table, const std::string& sql);

// The same where an expression of an index or a check may itself fail on a row (an overflow, malformed JSON): then the
// merge finds that row; here it must not end the transaction.
void reject_if_judged(Connection& connection, StagedTable& table, const std::string& sql);

// Runs a statement of such an expression; 0 where the expression failed.
std::uint64_t execute_if_judged(Connection& connection, const std::string& sql);

}  // namespace sqlite
