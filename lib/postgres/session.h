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

struct Demand {
  const TableDetails* table;
  std::vector<std::string> privileges;  // "SELECT", "INSERT", …
};

// The GRANTs that the role lacks, each a statement without its semicolon.
std::vector<std::string> missing_grants(Connection& connection, const std::vector<Demand>& demands);

// Throws kPrivilege with all of them, if there are any: one list for everything that a run is going to need.
void demand_none_missing(const Connection& connection, const std::vector<std::string>& grants);

}  // namespace postgres
