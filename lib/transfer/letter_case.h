// Names of the file that a target knows in other letters: "Lock" and "lock". SQLite takes them for the same, PostgreSQL
// does not. Pure functions over names.
#pragma once

#include <string>
#include <vector>

#include "catalog/table.h"

namespace transfer {

// The only one of `tables` in the schema of `name` whose name differs from it in case alone; null: none or several.
const catalog::Table* find_in_other_case(const std::vector<catalog::Table>& tables, const catalog::TableName& name);

// `file` with the columns called as in `target`, where one of either differs from the other in case alone; each is told
// in `notes`. Columns of an equal name stay as they are.
catalog::Table under_names_of(const catalog::Table& target, catalog::Table file, const std::string& section,
                              std::vector<std::string>& notes);

}  // namespace transfer
