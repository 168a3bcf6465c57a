// What an import of one table sets off beyond its own rows: read from the catalog and from the verdicts, before the
// merge. Writes nothing. One thread, that of the connection.
#pragma once

#include <vector>

#include "outcome/effects.h"
#include "sqlite/import/staged_table.h"
#include "sqlite/session/connection.h"

namespace sqlite {

// After gather_changes of `table`, which is one of `tables`; `details` are all tables of the target.
outcome::TableEffects effects_of(Connection& connection, const std::vector<StagedTable>& tables,
                                 const std::vector<TableDetails>& details, const StagedTable& table);

// AUTOINCREMENT: SQLite itself raises the number when rows are inserted, and the merge raises it to the source's; it is
// never lowered. What it will be; nothing where it stays.
std::vector<outcome::SequenceChange> predict_sequences(Connection& connection, const StagedTable& table);

// After the inserts.
void raise_sequences(Connection& connection, const std::vector<outcome::SequenceChange>& predicted);

}  // namespace sqlite
