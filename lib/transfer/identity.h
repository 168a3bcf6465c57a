// What an outcome says of the file and of its tables before a row of it is read. Pure functions.
#pragma once

#include <string>
#include <vector>

#include "format/header.h"
#include "format/verify.h"
#include "outcome/import_outcome.h"
#include "transfer/options.h"
#include "transfer/plan.h"

namespace transfer {

outcome::FileIdentity identity_of_file(const std::string& input, const format::Verified& file);

// In the order of the file, with their parents and without counts.
std::vector<outcome::ImportedTable> tables_of_outcome(const format::Header& header, const Plan& plan,
                                                      const Selection& selection);

}  // namespace transfer
