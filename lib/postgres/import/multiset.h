// Rows of a table without an identity: the n-th equal row of the file stands for the n-th equal row of the target, and
// with a base for the n-th equal row of that. Pure text.
#pragma once

#include <string>

#include "postgres/import/staged_table.h"

namespace postgres {

// "SELECT … AS record …": the staged rows, but those left out, that the target lacks, and the base as well.
std::string lacking_rows(const StagedTable& table);

// The same that the target lacks and the base has. Only where it tells them.
std::string gone_rows(const StagedTable& table);

}  // namespace postgres
