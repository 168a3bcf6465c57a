// Which table of the target takes which section of the file. Made before the first record is staged; whatever does not
// fit is told all at once.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "catalog/table.h"
#include "catalog/types.h"
#include "engine/source.h"
#include "engine/target.h"
#include "format/header.h"
#include "format/verify.h"
#include "transfer/mapping.h"
#include "transfer/options.h"
#include "transfer/selection.h"

namespace transfer {

struct Plan {
  MappedHeader mapped;  // the file's tables under the target's names: whatever is told speaks of these
  // By table of the file: its index in `tables`; none: skipped by the user's own word.
  std::vector<std::optional<std::size_t>> table_of_section;
  std::vector<engine::TablePlan> tables;
  std::vector<catalog::Table> of_file;  // parallel: as the file describes them, columns under the target's names
  std::vector<std::vector<std::size_t>> components;  // indices into `tables`, parents first
  std::vector<std::string> differences;              // between the schemas, harmless ones
  // By table of the file: how each value of a record becomes one of the target's types; empty: all as they are.
  std::vector<std::vector<catalog::Reshape>> reshapes;
};

// Throws kSchema with a line for every difference that keeps the file from being imported, kUsage for options about
// tables or columns that are not there.
Plan make_plan(const format::Header& header, const std::vector<catalog::Table>& target_tables,
               const outcome::DatabaseInfo& target, const ImportOptions& options,
               const catalog::Types& target_types = {}, const OtherObject& other_object = {});

// The table of the target that a table of the file goes into, by its name there.
catalog::TableName name_in_target(const catalog::TableName& name, const format::Header& header,
                                  const Selection& selection, const std::vector<catalog::Table>& target_tables);

// How many rows of each table the file holds.
void set_rows(const format::Verified& file, Plan& plan);

}  // namespace transfer
