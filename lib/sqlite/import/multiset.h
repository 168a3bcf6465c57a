// Rows without an identity: the n-th equal row of the file stands for the n-th equal row of the target, and with a base
// for the n-th equal row of that. Pure.
#pragma once

#include <string>

#include "sqlite/import/staged_table.h"

namespace sqlite {

// SELECT …: the records of such rows that the target does not hold, nor the base, and that are not left out.
std::string lacking_rows(const StagedTable& table);

// The same that the target does not hold and the base does. Only where it tells them.
std::string gone_rows(const StagedTable& table);

}  // namespace sqlite
