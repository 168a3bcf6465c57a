// The summary of an import as one JSON object: a report without its decisions (schema/audit.schema.json). Only within
// report.
#pragma once

#include <string>

#include "outcome/import_outcome.h"
#include "report/json_parts.h"

namespace report {

// `plan_id`: of the outcome's approval, where there is one.
ordered_json summary_json(const outcome::ImportOutcome& outcome, const std::string& plan_id);

}  // namespace report
