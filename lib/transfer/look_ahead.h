// What the file's header and the target's catalog tell before the file is read as a whole: reads the catalog only, and
// leaves no transaction open.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/error.h"
#include "engine/target.h"
#include "format/header.h"
#include "transfer/options.h"
#include "transfer/plan.h"

namespace transfer {

// Throws what is the target's own fault (connection, privileges, a standby). Returns what may as well be the fault of a
// damaged header: tables that are missing, patterns that match none, the database that the file came from. `fits` gets
// the plan where there is no such thing.
std::optional<base::Error> find_misfit(engine::Target& target, const format::Header& header,
                                       const ImportOptions& options, engine::Detail detail,
                                       const std::function<void(const Plan&)>& fits);

// Its first line, printable, for who waits while the file is read.
std::string misfit_notice(const base::Error& misfit);

}  // namespace transfer
