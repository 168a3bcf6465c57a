// A decision as a plan holds it: one line of JSON that begins with all that an import is held to, so that what is equal
// can be told without reading the line. Written by the JSON report, compared by transfer. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "outcome/approval.h"
#include "outcome/decision.h"

namespace report {

// {"table":"users","record":42,"verdict":"update","digest":"…" and so on, not closed. `table` is its name as JSON text.
std::string line_begin(const std::string& table, const outcome::Fingerprint& decision);

// {"table":"users",…} as a whole.
std::string decision_line(const std::string& table, const outcome::Decision& decision);

// A name as JSON text, in ASCII.
std::string json_name(const std::string& name);

// Whether `line` is about this decision and holds the same of it. kAfter takes no notice of digests. Never says yes
// where it is not so; where it says no, read_line() and same_decision() tell.
bool surely_same(std::string_view line, const std::string& table, const outcome::Fingerprint& decision,
                 outcome::Merged merged);

struct ApprovedLine {
  std::string table;
  outcome::Decision decision;
};

// Throws kFile for a line that no report writes.
ApprovedLine read_line(std::string_view line);

// Whether a decision on the same row is still the same. kBefore takes no notice of what the merge rewrites, kAfter none
// of digests.
bool same_decision(const outcome::Decision& approved, const outcome::Fingerprint& now, outcome::Merged merged);

}  // namespace report
