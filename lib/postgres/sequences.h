// Sequences behind the columns of an import: raised so that the next value does not collide, never lowered.
#pragma once

#include <string>
#include <vector>

#include "engine/outcome.h"
#include "postgres/connection.h"
#include "postgres/staged_table.h"

namespace postgres {

// The GRANTs without which the role may not read and set the sequences that the import may have to raise.
std::vector<std::string> missing_sequence_grants(Connection& connection, const std::vector<StagedTable>& tables);

// The sequences that raise_sequences would raise for `table`.
std::vector<engine::SequenceChange> predict_sequences(Connection& connection, const StagedTable& table);

// Raises every sequence whose next value would be one that the file brings. A sequence is not part of a transaction: do
// it last, right before the commit. Returns a line for each that was raised.
std::vector<std::string> raise_sequences(Connection& connection, const std::vector<StagedTable>& tables);

}  // namespace postgres
