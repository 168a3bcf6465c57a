// Rows of a table without an identity: the n-th equal row of the file stands for the n-th equal row of the target.
// Pure text.
#pragma once

#include <string>

#include "postgres/import/staged_table.h"

namespace postgres {

// "SELECT … AS record …": the staged rows, but those left out, that the target lacks.
std::string lacking_rows(const StagedTable& table);

}  // namespace postgres
