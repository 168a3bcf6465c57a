// The newest entry of the ledger that a migration tool keeps in the database.
#pragma once

#include <optional>

#include "engine/source.h"
#include "sqlite/session/connection.h"

namespace sqlite {

// Nothing where there is no ledger.
std::optional<engine::LastMigration> find_last_migration(Connection& connection);

}  // namespace sqlite
