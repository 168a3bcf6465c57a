// The ledgers that migration tools keep in a database (Prisma's, Django's, db-migrate's …): they describe the schema
// they are in, so they are no data; only the newest entry is of interest. Known by name and columns together: a table
// of the user's own that only shares the name is data. The same for every engine; pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "catalog/table.h"

namespace catalog {

struct Ledger {
  std::string_view tool;
  std::string_view table;
  // All that must be there; beside them only `optional` may be. "timestamp bigint": of a type that begins so.
  std::vector<std::string> columns;
  std::vector<std::string> optional = {};
  std::string_view schema = {};  // empty: any
  // SQL, with %s for the quoted table; of its rows last_entry() is the newest. Empty: it cannot be told.
  std::string_view newest = {};
};

// Every one that is known (the list itself).
const std::vector<Ledger>& all_ledgers();

// Those whose newest entry can be told; among them db-migrate's own.
const std::vector<Ledger>& known_ledgers();
const Ledger& own_ledger();

// By the number that a name begins with (1000_x.sql is later than 999_x.sql), then by name; empty: there is none.
std::string last_entry(const std::vector<std::string>& entries);

// The ledger that the table is; null: it is data. Case does not count, for engines differ in it.
const Ledger* ledger_of(const Table& table);

}  // namespace catalog
