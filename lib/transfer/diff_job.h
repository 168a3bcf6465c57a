// Two documents, or databases → what differs between them. Reads both, writes to neither. One thread.
#pragma once

#include <stop_token>

#include "base/progress.h"
#include "outcome/difference.h"
#include "transfer/diff_options.h"

namespace transfer {

// Throws base::Error; then no report is left behind.
outcome::Difference run_diff(const DiffOptions& options, base::Progress& progress, const std::stop_token& stop);

}  // namespace transfer
