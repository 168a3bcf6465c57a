// The tables of an import drawn as one SVG: parents on the left, children on the right, tables without either below;
// colored and marked by the worst that happens to a row. No script, no style of its own: classes of the page's.
#pragma once

#include <string>
#include <vector>

#include "outcome/import_outcome.h"

namespace report {

std::string audit_graph(const std::vector<outcome::ImportedTable>& tables);

}  // namespace report
