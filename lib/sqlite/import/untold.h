// What a dry run of one table cannot tell of its rows: triggers, and constraints that it cannot judge. Pure.
#pragma once

#include <string>
#include <vector>

#include "sqlite/import/staged_table.h"

namespace sqlite {

// Behind classify(), for people, each without its table.
std::vector<std::string> untold_of(const StagedTable& table);

}  // namespace sqlite
