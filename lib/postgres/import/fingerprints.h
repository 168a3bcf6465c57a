// What an approval holds of each decision (outcome/approval.h), asked of the server in one statement a table and read
// as a stream: an import of as many rows as there are pays for no more than that. One thread, that of the connection.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "outcome/approval.h"
#include "postgres/import/staged_table.h"
#include "postgres/session/connection.h"

namespace postgres {

// Text expression: a hash of the target's whole row, called t, by the approval's key; NULL without one. It stays in the
// server's temporary tables: with rows that he knows, somebody could find the key from such hashes.
std::string row_digest(const StagedTable& table);
// SQL: what of a value the server hashes, so that any two that differ in a byte are told apart and nobody else's code
// has a say in it. Empty: only the value's text does.
std::string hashed_value(const ColumnDetails& column, const std::string& value);
// What an approval holds of it: 32 digits of the SHA-256 of key and hash. Empty: there is none.
std::string keyed_digest(const StagedTable& table, std::string_view hash);

// SQL: of a row of the verdicts, called v: what was made of the target's row while they were compared, and where
// --match renumbers rows, of the file's row, called s, as it is written.
std::string accepted_digest(const StagedTable& table);

// Aggregate, text: the sums of such hashes of `value`, in any order of the rows; NULL without a key.
std::string hash_sums(const StagedTable& table, const std::string& value);

// As engine::Target::for_each_fingerprint says.
void read_fingerprints(Connection& connection, const StagedTable& table, outcome::Merged merged,
                       const std::function<void(const outcome::Fingerprint&)>& take);

// After the merge: lists the rows that do not hold the file's values, and in which columns, for read_fingerprints and
// read_decisions.
void note_rewritten(Connection& connection, const StagedTable& table);

// The relation of what note_rewritten has listed of the table: record, columns. Only where it is there.
std::string rewritten_rows(const StagedTable& table);
bool lists_rewritten(Connection& connection);

}  // namespace postgres
