// The order in which tables are moved: parents before children, tables of a cycle side by side.
// Knows tables and foreign keys only; pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "catalog/table.h"

namespace catalog {

// Indices into `tables`, grouped by strongly connected component, components in dependency order. Where the foreign
// keys leave a choice, `preferred` decides (names as the user writes them: "users" or "schema.users"), then the name.
// Foreign keys to tables outside `tables` and self references do not count.
std::vector<std::vector<std::size_t>> dependency_components(const std::vector<Table>& tables,
                                                            const std::vector<std::string>& preferred);

// The same, flattened.
std::vector<std::size_t> dependency_order(const std::vector<Table>& tables, const std::vector<std::string>& preferred);

}  // namespace catalog
