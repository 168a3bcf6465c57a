// The report for a build server, as JUnit's XML: a suite a table, a failure a cause of rows left out; and a suite of
// the checks, where a failed one is a failure. Text from a file or a database is escaped, its control characters shown.
#pragma once

#include <string>
#include <string_view>

#include "outcome/import_outcome.h"

namespace report {

inline constexpr std::string_view kJunitBegin =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"db-transfer audit\"";

std::string audit_junit(const outcome::ImportOutcome& outcome);

}  // namespace report
