// Sequences that columns of an import draw from: raised so that the next value collides neither with a row of the file
// nor with one that the source had given away already; never lowered.
#pragma once

#include <string>
#include <vector>

#include "outcome/effects.h"
#include "postgres/import/staged_table.h"
#include "postgres/session/connection.h"

namespace postgres {

// kRead: to foretell how far they are raised.
enum class SequenceUseKind { kRead, kReadAndRaise };

// The GRANTs without which the role may not do so with the sequences that the import may have to raise.
std::vector<std::string> missing_sequence_grants(Connection& connection, const std::vector<StagedTable>& tables,
                                                 SequenceUseKind use);

// The sequences that raise_sequences would raise for `table`.
std::vector<outcome::SequenceChange> predict_sequences(Connection& connection, const StagedTable& table);

// Raises every sequence whose next value would be one that the file brings or that the source's sequence has given. A
// sequence is not part of a transaction: do it last, right before the commit. Returns a line for each that was raised.
std::vector<std::string> raise_sequences(Connection& connection, const std::vector<StagedTable>& tables);

// Lines about what could not be raised, for nothing tells which sequence of the target it is, or how far it has to go.
// Only of tables that gain rows.
std::vector<std::string> unknown_sequences(Connection& connection, const std::vector<StagedTable>& tables);

// Whether rows that the target holds already would raise a sequence that their table's columns draw from.
bool rows_there_raise_sequences(Connection& connection, const StagedTable& table);

}  // namespace postgres
