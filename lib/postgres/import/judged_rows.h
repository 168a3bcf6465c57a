// The staged rows as the merge would write them: beside the columns that the file brings those that the target keeps or
// makes (generated columns, defaults) and the partition that takes the row. What classify judges by. Pure text.
#pragma once

#include <string>
#include <vector>

#include "postgres/import/staged_table.h"

namespace postgres {

// Whether what these columns hold after the merge can be told before it. `kLeaf` may be among them.
bool foretells(const StagedTable& table, const std::vector<std::string>& columns);

// Whether a value that is computed here is brought to its domain, whose checks then speak, or to the domain's base.
enum class Domains { kAsked, kAsBase };

// typed_rows() and those of `columns` that it lacks. foretells(columns) must hold. Where some rows make an expression
// of the target's fail, only those that are to be written: of others nothing may be computed.
std::string judged_rows(const StagedTable& table, const std::vector<std::string>& columns);
// The same over any relation that has the columns of typed_rows().
std::string judged_rows(const StagedTable& table, const std::vector<std::string>& columns, const std::string& rows,
                        Domains domains = Domains::kAsBase);

}  // namespace postgres
