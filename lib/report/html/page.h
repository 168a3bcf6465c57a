// The report that a reviewer approves an import from: one page, complete in itself, opened offline. Its policy
// (Content-Security-Policy) allows its own style and script by their hashes and nothing else: no request leaves it. All
// samples of the outcome are in it; the script only filters. No text from a file or a database becomes markup.
#pragma once

#include <string>

#include "outcome/import_outcome.h"

namespace report {

std::string audit_html(const outcome::ImportOutcome& outcome);

}  // namespace report
