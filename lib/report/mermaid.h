// The tables of an export as a Mermaid flowchart, for a README or a pull request: an arrow goes from a table to those
// that refer to it, a dotted one from a table that is left out. Names of tables cannot break out of the drawing.
#pragma once

#include <string>
#include <vector>

#include "outcome/export_outcome.h"

namespace report {

std::string tables_mermaid(const std::vector<outcome::ListedTable>& tables);

}  // namespace report
