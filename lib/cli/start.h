// What the programs that move or compare rows do alike before their work. Reads files and the environment.
#pragma once

#include <string>
#include <vector>

#include "base/progress.h"
#include "cli/console.h"
#include "cli/location.h"
#include "cli/options.h"
#include "outcome/database_info.h"
#include "transfer/config.h"

namespace cli {

base::ProgressMode progress_mode(const CommonOptions& options);

// The transfer file that was named, or that lies here.
transfer::Config config_of(const CommonOptions& options);

void warn_of_the_way(const Console& console, const CommonOptions& options, const outcome::DatabaseInfo& info);

// What none of a command's own files may replace.
std::vector<transfer::KeptFile> kept_files(const CommonOptions& options, const transfer::Config& config,
                                           const Location& location);

}  // namespace cli
