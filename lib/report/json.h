// A finished outcome as one JSON object, for programs (--json): ASCII, ended with a newline. Member names are part of
// the interface, only ever added. "left_out" lists the rows that the outcome names; the counts say how many there are.
#pragma once

#include <string>
#include <vector>

#include "outcome/export_outcome.h"
#include "outcome/import_outcome.h"

namespace report {

std::string tables_json(const std::vector<outcome::ListedTable>& tables);
std::string export_json(const outcome::ExportOutcome& outcome);
std::string import_json(const outcome::ImportOutcome& outcome);

}  // namespace report
