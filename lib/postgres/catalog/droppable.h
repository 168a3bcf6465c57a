// What a load into empty tables does better without: foreign keys, unique keys and indexes that can be created again so
// that nobody sees a difference.
#pragma once

#include <string>
#include <vector>

#include "postgres/session/connection.h"

namespace postgres {

struct Droppable {
  std::string drop;
  std::vector<std::string> make;  // the definition, then its comments
};

// Both in the order in which they were made, and are to be created again. `oids` of pg_class in the order of the load,
// `large` those that get many rows. The connection's search_path must be empty, and also when they are created again.

// Valid, enabled foreign keys between loaded tables; those of two small tables stay, unless the parent is loaded after
// the child. Triggers of foreign keys fire in the order of their making: one stays where a younger one of its tables
// does.
std::vector<Droppable> droppable_foreign_keys(Connection& connection, const std::vector<std::string>& oids,
                                              const std::vector<std::string>& large);

// Of large tables, indexes and keys that nothing else builds on once droppable_foreign_keys() are gone, in the usual
// place. Partitioned tables keep theirs: names of partitions' indexes would change.
std::vector<Droppable> droppable_indexes(Connection& connection, const std::vector<std::string>& large);

}  // namespace postgres
