// The ledgers that migration tools keep in a database (Prisma's, Django's, db-migrate's …): they describe the schema
// they stand in, so they are no data; only the newest entry is of interest. The same for every engine; pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace catalog {

struct Ledger {
  std::string_view table;
  std::vector<std::string> columns;  // that must be there
  std::string_view newest;           // SQL, with %s for the quoted table
};

// Those whose newest entry can be told.
const std::vector<Ledger>& known_ledgers();

// Whether a table of this name and these columns is a ledger.
bool is_ledger(std::string_view table, const std::vector<std::string>& columns);

}  // namespace catalog
