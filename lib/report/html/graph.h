// The tables of an import drawn as one SVG: parents on the left, tables without parents and children below; an arrow
// goes from a table to those that refer to it. Colored and marked by the worst that happens to a row. No script, no
// style of its own: classes of the page's.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "outcome/import_outcome.h"

namespace report {

std::string audit_graph(const std::vector<outcome::ImportedTable>& tables);

// Of many tables only those that change are drawn, and their parents.
std::size_t tables_not_drawn(const std::vector<outcome::ImportedTable>& tables);

}  // namespace report
