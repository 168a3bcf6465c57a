// A finished outcome as lines for a terminal. Everything from the database or the file is made printable here.
#pragma once

#include <string>
#include <vector>

#include "base/terminal.h"
#include "outcome/export_outcome.h"
#include "outcome/import_outcome.h"

namespace report {

std::string tables_text(const std::vector<outcome::ListedTable>& tables);
std::string export_text(const outcome::ExportOutcome& outcome, base::Color color);
// The table of verdicts, the rows that were left out with their reasons, notices, and one sentence on what happened.
std::string import_text(const outcome::ImportOutcome& outcome, base::Color color);
// Only what must not be hidden (--quiet): the rows that were left out and the sentence; empty when there are none.
std::string left_out_text(const outcome::ImportOutcome& outcome, base::Color color);

}  // namespace report
