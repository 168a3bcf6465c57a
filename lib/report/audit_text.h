// The report as plain text for an e-mail or a ticket: sentences wrapped before column 96, no color, no control
// character. Of long lists only the beginning; keys are never shortened, so a line with one may be longer.
#pragma once

#include <string>

#include "outcome/import_outcome.h"

namespace report {

std::string audit_text(const outcome::ImportOutcome& outcome);

}  // namespace report
