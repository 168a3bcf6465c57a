// What a plan is held to of each decision (outcome/approval.h), asked of the server in one statement a table and read
// as a stream: an import of as many rows as there are pays for no more than that. One thread, that of the connection.
#pragma once

#include <functional>
#include <string>

#include "outcome/approval.h"
#include "postgres/import/staged_table.h"
#include "postgres/session/connection.h"

namespace postgres {

// Text expression: the digest of the target's whole row, called t, under the plan's key; NULL without one.
std::string row_digest(const StagedTable& table);

// SQL: of a row of the verdicts, called v: what was made of the target's row while they were compared, and where
// --match renumbers rows, of the file's row, called s, as it is written.
std::string accepted_digest(const StagedTable& table);

// As engine::Target::for_each_fingerprint says.
void read_fingerprints(Connection& connection, const StagedTable& table, outcome::Merged merged,
                       const std::function<void(const outcome::Fingerprint&)>& take);

// Behind the merge: lists the rows that do not hold the file's values, and in which columns, for read_fingerprints and
// read_decisions.
void note_rewritten(Connection& connection, const StagedTable& table);

// The relation of what note_rewritten has listed of the table: record, columns. Only where it is there.
std::string rewritten_rows(const StagedTable& table);
bool lists_rewritten(Connection& connection);

}  // namespace postgres
