// Updates that would change a key which rows of the target refer to. Where such rows stay, the update is left out;
// where they would follow (ON UPDATE CASCADE), it is left out if the file calls one of them unchanged, and otherwise
// told; where they would lose their reference (SET NULL, SET DEFAULT), it is left out unless the file writes them all.
// Writes temporary tables only. One thread, that of the connection.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "outcome/effects.h"
#include "sqlite/import/staged_table.h"
#include "sqlite/session/connection.h"

namespace sqlite {

// Whether SQLite acts on foreign keys while we write, or we alone judge them.
enum class ForeignKeys { kEnforced, kJudged };

// `details` are all tables of the target. Returns how many rows were left out.
std::uint64_t reject_needed_keys(Connection& connection, StagedTable& table, const std::vector<TableDetails>& details,
                                 ForeignKeys foreign_keys);

// The same of rows that would follow, or lose their reference. After the verdicts of all tables. Returns how many rows
// were left out.
std::uint64_t reject_followed_keys(Connection& connection, const std::vector<StagedTable>& tables, StagedTable& table,
                                   const std::vector<TableDetails>& details);

// Foreign keys that pass updates of `table` on, and whom they reach: the rows that refer to it, not those that refer to
// them.
std::vector<outcome::Cascade> cascades_of(Connection& connection, const std::vector<StagedTable>& tables,
                                          const StagedTable& table, const std::vector<TableDetails>& details);

// A line for each foreign key by which rows that are not in the file, or not taken from it, will follow an update of
// `table`.
std::vector<std::string> following_rows(Connection& connection, const std::vector<StagedTable>& tables,
                                        const StagedTable& table, const std::vector<TableDetails>& details);

}  // namespace sqlite
