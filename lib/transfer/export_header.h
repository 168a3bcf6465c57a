// What an export says of itself before its rows: when, from where, of which tables, and what those depend on.
// Asks the source, in its snapshot.
#pragma once

#include <string>
#include <vector>

#include "engine/source.h"
#include "format/header.h"
#include "outcome/export_outcome.h"
#include "transfer/options.h"

namespace transfer {

// `tables` in dependency order. What the user is to be told of it comes into the notices of `outcome`.
format::Header make_header(engine::Source& source, const std::vector<catalog::Table>& tables,
                           const std::vector<std::string>& schemas, const ExportOptions& options,
                           outcome::ExportOutcome& outcome);

}  // namespace transfer
