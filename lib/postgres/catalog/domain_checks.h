// Which columns have values that checks of domains are asked of, also inside of arrays, composites and ranges. Called
// by introspect.
#pragma once

#include <string>
#include <vector>

#include "postgres/catalog/introspect.h"
#include "postgres/session/connection.h"

namespace postgres {

// Fills `is_checked`, `holds_checked` and `looking_domain` of every column. `looking`: looking_functions().
void read_domain_checks(Connection& connection, std::vector<TableDetails>& tables, const std::string& looking);

}  // namespace postgres
