// The plan of an import that holds for its whole attempt: made once to find out which tables are to be locked, and
// again of what they are under their locks.
#pragma once

#include <chrono>

#include "base/progress.h"
#include "engine/target.h"
#include "format/header.h"
#include "transfer/options.h"
#include "transfer/plan.h"

namespace transfer {

// Of what is there at the moment.
Plan plan_of(engine::Target& target, const format::Header& header, const ImportOptions& options);

// After it the target is in its one transaction. Throws what make_plan throws, and ConcurrentChange when other tables
// are there than were locked.
Plan lock_and_plan(engine::Target& target, const format::Header& header, const ImportOptions& options,
                   engine::TableLocks locks);

// Which locks the attempt takes, the first being 1. From the third on, what an application writes meanwhile is not to
// send an import back once more: that is said, and that it may take as long as the last attempt.
engine::TableLocks locks_of_attempt(int attempt, const ImportOptions& options, std::chrono::nanoseconds last_attempt,
                                    base::Progress& progress);

}  // namespace transfer
