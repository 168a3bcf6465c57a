// One file → a target's tables: verify, plan, stage, classify, merge, commit, all or nothing. Sees the database as
// engine::Target only.
#pragma once

#include <functional>
#include <memory>
#include <stop_token>

#include "base/progress.h"
#include "engine/target.h"
#include "outcome/import_outcome.h"
#include "transfer/options.h"

namespace transfer {

// Makes and owns the target; called once, when the file's header was read.
using OpenTarget = std::function<std::unique_ptr<engine::Target>()>;

// Throws base::Error; then the target is as it was, unless the kind is kCommitUnknown.
outcome::ImportOutcome run_import(const OpenTarget& open_target, const ImportOptions& options, base::Progress& progress,
                                  const std::stop_token& stop);

}  // namespace transfer
