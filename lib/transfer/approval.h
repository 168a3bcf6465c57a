// What a report says so that an import can be held to it, put together of the file, the options and the key. Pure
// functions.
#pragma once

#include <string>
#include <vector>

#include "engine/target.h"
#include "format/verify.h"
#include "outcome/approval.h"
#include "transfer/approval_check.h"
#include "transfer/options.h"
#include "transfer/plan.h"

namespace transfer {

class BaseFile;

// All that is known before the target is asked. `base` may be null.
outcome::Approval approval_of(const format::Verified& file, const BaseFile* base, const ImportOptions& options,
                              const std::string& key);

std::vector<ApprovedSection> approved_sections(const Plan& plan);

void set_row_key(const std::string& key, std::vector<engine::TablePlan>& plans);

}  // namespace transfer
