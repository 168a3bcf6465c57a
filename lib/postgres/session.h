// What every transaction of ours starts with, reading or writing: settings that decide how values look and how long we
// wait. SET LOCAL only, so that a pooled connection goes back as it came. Source and target share it.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "catalog/table.h"
#include "engine/source.h"
#include "postgres/connection.h"
#include "postgres/introspect.h"

namespace postgres {

void pin_settings(Connection& connection, std::chrono::milliseconds lock_timeout);

engine::DatabaseInfo describe(Connection& connection);

// Throws kPrivilege with the exact GRANTs that the role lacks for `privileges` ("SELECT", "INSERT", …) on `tables`.
void demand_privileges(Connection& connection, const std::vector<const TableDetails*>& tables,
                       const std::vector<std::string>& privileges);

}  // namespace postgres
