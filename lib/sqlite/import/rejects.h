// Leaving rows out, as every step that judges them does. Writes temporary tables only. One thread.
#pragma once

#include <cstdint>
#include <string>

#include "sqlite/import/staged_table.h"
#include "sqlite/session/connection.h"

namespace sqlite {

// Rejection::newer of rows v that the merge may try again: NULL of inserts, so that it knows the updates.
inline constexpr const char* kNewerOfUpdate = "CASE v.verdict WHEN 'u' THEN coalesce(v.newer, 0) END";

// Runs an INSERT of reject_sql and takes the verdicts of its rows away. Returns how many rows it left out.
std::uint64_t reject(Connection& connection, StagedTable& table, const std::string& sql);

// Takes the verdicts of rejected rows away.
void forget_rejected(Connection& connection, const StagedTable& table);

// The same as reject where an expression of an index or a check may itself fail on a row (an overflow, malformed JSON),
// which must not end the transaction. False: it failed.
bool reject_if_judged(Connection& connection, StagedTable& table, const std::string& sql);

// What the database says against a row; without its values where columns are masked.
std::string words_of(const StagedTable& table, const SqliteError& error);

// Runs a statement that evaluates such an expression. Returns the rows written; 0 where the expression failed.
std::uint64_t execute_if_judged(Connection& connection, const std::string& sql);
// The same; false: the expression failed.
bool is_executed(Connection& connection, const std::string& sql);

}  // namespace sqlite
