// Leaving rows out: one entry in the rejects a record, with its reason, and none in the verdicts any more. One thread,
// that of the connection.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "postgres/import/staged_table.h"
#include "postgres/session/connection.h"

namespace postgres {

// Why rows are left out. `reason` and `holder` are text expressions.
struct Rejection {
  Verdict verdict;  // kConflict, kInvalid or kSkipped
  std::string reason;
  std::string constraint{};  // its name as it is; empty: none
  std::string holder{};      // the key of the row of the target called t; empty: there is none
};

// INSERT INTO the rejects …: `rows` is what follows FROM, with the staged rows called s. One entry a record.
std::string reject_sql(const StagedTable& table, const Rejection& rejection, const std::string& rows);

// Condition: the staged row `alias` is not left out.
std::string not_rejected(const StagedTable& table, const std::string& alias);

// Leaves out rows of the file that have the same values in all of `columns`; those that are left out already claim
// nothing. `reason`: a text expression. Returns how many.
std::uint64_t reject_repeated(Connection& connection, StagedTable& table, const std::vector<std::string>& columns,
                              const std::string& reason);

// The staged rows that are still to be written, called s, with what judged_rows() adds to have `columns`; ends in a
// WHERE.
std::string accepted_rows(const StagedTable& table, const std::vector<std::string>& columns = {});

// Runs an INSERT INTO the rejects and takes its rows out of the verdicts. Returns how many.
std::uint64_t reject(Connection& connection, StagedTable& table, const std::string& sql);

// The two halves of it: while rows are listed only, their verdicts still tell who depends on them.
std::uint64_t list_rejected(Connection& connection, StagedTable& table, const std::string& sql);
void drop_rejected(Connection& connection, const StagedTable& table);

// Writes the keys of rows that were left out while the target's settings decided about their form (DateStyle, TimeZone,
// extra_float_digits) as any other. Under our own settings.
void name_rejected_anew(Connection& connection, const StagedTable& table);

// reject() for SQL that evaluates an expression of the user's. It may itself fail on a row (a division by zero, a
// cast): then the merge finds that row; here it must not end the transaction.
// The table is then marked as `unjudged`.
std::uint64_t reject_if_judged(Connection& connection, StagedTable& table, const std::string& sql);

}  // namespace postgres
