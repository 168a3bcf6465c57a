// The ledger that a migration tool keeps in the database (Prisma's, Django's, db-migrate's …): only its newest entry is
// of interest, so that a file can say which schema its rows come from.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/source.h"
#include "postgres/session/connection.h"

namespace postgres {

// Nothing where there is no ledger that the role may read.
std::optional<engine::LastMigration> find_last_migration(Connection& connection,
                                                         const std::vector<std::string>& schemas);

}  // namespace postgres
