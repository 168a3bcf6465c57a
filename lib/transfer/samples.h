// The few decisions on rows of a table that are kept to be shown; how many there are, the counts say.
#pragma once

#include "outcome/decision.h"
#include "outcome/import_outcome.h"

namespace transfer {

void keep_sample(outcome::ImportedTable& table, outcome::Decision decision);

}  // namespace transfer
