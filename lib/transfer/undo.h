// Taking an import back: which files that is done with, and where. What decides is as for any import.
#pragma once

#include <string>
#include <vector>

#include "catalog/drift.h"
#include "catalog/table.h"
#include "engine/target.h"
#include "format/header.h"
#include "transfer/options.h"
#include "transfer/plan.h"

namespace transfer {

// Throws kUsage for an undo file that is to be imported, kFile for a file that is to take back and is none.
void demand_fitting(const format::Header& header, const ImportOptions& options);

// Throws kSchema where the undo file was made at another target than this one.
void demand_target_of_undo(const format::Header& header, engine::Target& target);

// By which columns of `there` the rows of the undo file's table are found, as the import found them. `file` is that
// table under the target's names. What does not tell rows apart any more is added to `drift`, under the name of
// `section`.
std::vector<std::string> identity_of_undo(const format::Header& header, std::size_t table, const catalog::Table& file,
                                          const catalog::Table& there, const std::string& section,
                                          std::vector<catalog::Drift>& drift);

// Which value of each record is its mark, and what of any table no message may show.
void set_marks(const format::Header& header, const ImportOptions& options, Plan& plan);

}  // namespace transfer
