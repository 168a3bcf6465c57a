// A finished outcome as one JSON object, for programs (--json; schema/result.schema.json): ASCII, ended with a newline.
// Member names are part of the interface, only ever added. The counts of an import say how many rows were left out;
// "left_out" lists some of them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/byte_sink.h"
#include "outcome/export_outcome.h"
#include "outcome/import_outcome.h"

namespace report {

std::string tables_json(const std::vector<outcome::ListedTable>& tables);
std::string export_json(const outcome::ExportOutcome& outcome);
// The summary as a JSON report has it, and a few of the rows left out.
std::string import_json(const outcome::ImportOutcome& outcome, int exit_status);

// The same, and every decision as the JSON report at `report_path` has them.
void write_import_json(base::ByteSink& sink, const outcome::ImportOutcome& outcome, int exit_status,
                       const std::string& report_path);

// A run that ended with an error: in place of any result.
struct FailedRun {
  std::string kind;  // "schema"
  std::string message;
  std::string hint;
  int exit_status = 1;
};
std::string error_json(std::string_view program, const FailedRun& failed);

}  // namespace report
