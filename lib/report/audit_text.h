// The report as plain text for an e-mail or a ticket: at most 60 lines, the totals and what matters most first,
// sentences wrapped before column 96, commands in one line. No color, no control character. Of long lists only the
// beginning.
#pragma once

#include <string>

#include "outcome/import_outcome.h"

namespace report {

std::string audit_text(const outcome::ImportOutcome& outcome);

}  // namespace report
