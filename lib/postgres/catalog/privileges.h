// What a role may do with whole tables, and the one list of GRANTs that it lacks for everything a run is going to need.
// Rights on single columns are an import's (import/column_privileges.h). One thread, that of the connection.
#pragma once

#include <string>
#include <vector>

#include "postgres/catalog/introspect.h"
#include "postgres/catalog/reached_code.h"
#include "postgres/session/connection.h"

namespace postgres {

struct Demand {
  const TableDetails* table;
  std::vector<std::string> privileges;  // "SELECT", "INSERT", …
};

// A superuser lacks no privilege whatever: nothing needs to be asked for him.
bool is_superuser(Connection& connection);

// The GRANTs that the role lacks, each a statement without its semicolon.
std::vector<std::string> missing_grants(Connection& connection, const std::vector<Demand>& demands);

// The same for what writing rows computes (functions of defaults, checks, generated columns, indexes and domains) and
// for the types of the columns, which a stage has as well.
std::vector<std::string> missing_code_grants(Connection& connection, const std::vector<WrittenTable>& tables);

// Throws kPrivilege with all of them, if there are any: one list for everything that a run is going to need.
void demand_none_missing(const Connection& connection, const std::vector<std::string>& grants);

}  // namespace postgres
