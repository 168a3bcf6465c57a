// The records of a verified file on their way to the target, for the second reading: hashed again, for what was
// verified must be what is imported. One thread.
#pragma once

#include <cstddef>
#include <functional>
#include <stop_token>

#include "base/input_file.h"
#include "base/progress.h"
#include "engine/target.h"
#include "format/table_reader.h"
#include "format/verify.h"
#include "transfer/cross_engine.h"
#include "transfer/plan.h"

namespace transfer {

struct StagedFile {
  base::InputFile& file;
  const format::Verified& verified;
  const Plan& plan;
  Conversions& conversions;
};

// Of a file without a valid seal nothing is taken on trust.
format::Strictness strictness_of(const format::Verified& verified);

// `passes_over`: a table of the file, by its number there. `take` gets the records of each other one that takes part,
// and its number in the plan. Throws kFile where the file was changed.
engine::Staging stage_records(const StagedFile& staged, base::Progress& progress, const std::stop_token& stop,
                              const std::function<bool(std::size_t)>& passes_over,
                              const std::function<engine::Staging(std::size_t, format::TableReader&)>& take);

}  // namespace transfer
