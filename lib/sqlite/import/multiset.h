// Rows without an identity: the n-th equal row of the file stands for the n-th equal row of the target. Pure.
#pragma once

#include <string>

#include "sqlite/import/staged_table.h"

namespace sqlite {

// SELECT …: the records of such rows that the target does not hold and that are not left out.
std::string lacking_rows(const StagedTable& table);

}  // namespace sqlite
