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
  std::string_view newest;           // SQL, with %s for the quoted table; of its rows last_entry() is the newest
};

// Those whose newest entry can be told; among them db-migrate's own.
const std::vector<Ledger>& known_ledgers();
const Ledger& own_ledger();

// By the number that a name begins with (1000_x.sql is later than 999_x.sql), then by name; empty: there is none.
std::string last_entry(const std::vector<std::string>& entries);

// The names of tables that are a ledger whatever their columns are; db-migrate's own is none of them.
const std::vector<std::string>& ledger_names();

// Whether a table of this name and these columns is a ledger.
bool is_ledger(std::string_view table, const std::vector<std::string>& columns);

}  // namespace catalog
