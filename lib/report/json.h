// A finished outcome as one JSON object, for programs (--json). Member names are part of the interface: only ever
// added.
#pragma once

#include <string>
#include <vector>

#include "engine/outcome.h"

namespace report {

std::string tables_json(const std::vector<engine::ListedTable>& tables);
std::string export_json(const engine::ExportOutcome& outcome);
std::string import_json(const engine::ImportOutcome& outcome);

}  // namespace report
