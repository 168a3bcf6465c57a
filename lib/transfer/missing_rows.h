// --delete-missing: which tables lose the rows of the target that the file lacks, and of which that cannot be said.
#pragma once

#include <string>
#include <vector>

#include "format/header.h"
#include "transfer/options.h"
#include "transfer/plan.h"

namespace transfer {

// Tells the tables of `plan` that match a pattern. Throws kUsage for a pattern that matches none of them, and for a
// table of which `file`, under its own names, need not hold every row, or whose rows no key tells apart.
void choose_missing_rows(const format::Header& file, const ImportOptions& options, Plan& plan);

// Of those tables, as the file calls them.
std::vector<std::string> names_of_losing(const Plan& plan);

}  // namespace transfer
