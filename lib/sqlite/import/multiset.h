// Rows without an identity: the n-th equal row of the file is taken for the n-th equal row of the target, and with a
// base for the n-th equal row of that. Pure.
#pragma once

#include <string>

#include "sqlite/import/staged_table.h"

namespace sqlite {

// SELECT of the records of such rows that neither the target nor the base holds, without those left out.
std::string lacking_rows(const StagedTable& table);

// The same of rows that the base holds and the target does not. Only where base_tells_equal_rows().
std::string gone_rows(const StagedTable& table);

}  // namespace sqlite
