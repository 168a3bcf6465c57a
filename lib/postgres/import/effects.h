// What an import of one table sets off beyond its own rows: read from the catalog and from the verdicts, before the
// merge. Writes nothing. One thread, that of the connection.
#pragma once

#include <vector>

#include "outcome/effects.h"
#include "postgres/import/cascades.h"
#include "postgres/import/staged_table.h"
#include "postgres/session/connection.h"

namespace postgres {

outcome::Cascade cascade_of(const CascadeEffect& effect);

// After gather_changes of `table`, which is one of `tables`.
outcome::TableEffects effects_of(Connection& connection, const std::vector<StagedTable>& tables,
                                 const StagedTable& table, const std::vector<CascadeEffect>& effects);

}  // namespace postgres
