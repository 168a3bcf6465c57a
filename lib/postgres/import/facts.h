// By what an approval knows its target again (outcome/approval.h): the server and the database, and what an import uses
// of the catalog, object by object, so that one that was changed can be named. One thread, that of the connection.
#pragma once

#include <cstdint>
#include <vector>

#include "outcome/approval.h"
#include "postgres/import/staged_table.h"
#include "postgres/session/connection.h"

namespace postgres {

// A copy of the files shares the database's own numbers, so host, port and name count as well. Where the server does
// not tell its identifier, that is "unidentified".
std::vector<outcome::Fact> whereabouts_of(Connection& connection, const std::vector<StagedTable>& tables);

// Columns with their types and defaults, constraints, unique and exclusion indexes, enabled triggers and rules, row
// security, types, and the functions that all these call; each with a digest of its definition. `tables`: oids.
std::vector<outcome::Fact> used_catalog_of(Connection& connection, const std::vector<std::uint32_t>& tables);

}  // namespace postgres
