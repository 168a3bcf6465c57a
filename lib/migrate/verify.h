// Is what the applied files make really there? The files are run again, into an empty schema inside a transaction that
// is rolled back, and both catalogs are compared: the database itself says what the files make, not a parser.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "engine/migration_database.h"
#include "migrate/folder.h"
#include "migrate/plan.h"

namespace migrate {

struct Finding {
  std::string kind;
  std::string name;
  std::string expected;  // definitions; both empty where the object is missing altogether
  std::string found;
};

struct Verification {
  std::vector<Entry> plan;
  std::size_t objects = 0;  // that the files make
  std::vector<Finding> findings;
};

// What is in `present` otherwise than in `expected`, or not at all; of a missing table only the table itself. What
// is there beyond that is no finding.
std::vector<Finding> compare(const std::vector<engine::SchemaObject>& expected,
                             const std::vector<engine::SchemaObject>& present);

// Throws kSchema when the ledger contradicts the files, or when they cannot be run into an empty schema.
Verification verify(engine::MigrationDatabase& database, const std::vector<MigrationFile>& files);

}  // namespace migrate
