// What a dry run of one table cannot tell of its rows: triggers, and constraints that it cannot judge. Pure.
#pragma once

#include <string>
#include <vector>

#include "sqlite/import/staged_table.h"

namespace sqlite {

// After classify(), for people, each without its table.
std::vector<std::string> triggers_of(const StagedTable& table);
// Of a table with rows that may be written.
std::vector<std::string> unjudged_of(const StagedTable& table);

}  // namespace sqlite
