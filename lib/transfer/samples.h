// The few decisions on rows of a table that are kept to be shown; how many there are, the counts say.
#pragma once

#include "engine/decision.h"
#include "engine/outcome.h"

namespace transfer {

void keep_sample(engine::ImportedTable& table, engine::Decision decision);

}  // namespace transfer
