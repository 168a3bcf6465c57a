// What a mapping means for one table of the file and the table of the target that takes it: what is told, what is still
// refused. Pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "catalog/drift.h"
#include "catalog/table.h"
#include "engine/target.h"
#include "format/header.h"
#include "transfer/mapping.h"
#include "transfer/options.h"

namespace transfer {

// Patterns of -t and -T speak of the target's tables. Throws kUsage for one that means what only the file calls so, and
// for a schema of the target that --schema leaves out of sight.
void demand_names_of_target(const format::Header& file, const MappedHeader& mapped, const ImportOptions& options);

// One table of the file, by its place there.
struct MappedTable {
  const format::Header& file;
  const MappedHeader& mapped;
  std::size_t place;

  bool is_renamed() const;
  std::string own_name() const;  // as the file calls it
  std::string name() const;      // as the target does
  std::size_t constants() const { return mapped.constants[place].size(); }
};

// " (people in the file)"; empty: they call it the same.
std::string beside(const MappedTable& table);

// ", which has users …": what is most probably meant by a table that is missing, with the words that settle it. Empty:
// nothing is.
std::string likely_rename(const MappedTable& table, const std::vector<catalog::Table>& target_tables);

// Constants are of the target's own types.
void set_types_of_constants(const MappedTable& table, const catalog::Table& there, catalog::Table& file);

// Takes out what may be lost, and says beside what the target calls a column how the file does.
void settle_drift(const MappedTable& table, const catalog::Table& there, const catalog::Table& file,
                  std::vector<catalog::Drift>& drift);

// A column is masked also where only the file's name says so. `own`: the masked ones under the file's names.
void mask_renamed(const MappedTable& table, const catalog::Table& file, const std::vector<std::string>& own,
                  engine::TablePlan& plan);

// A line for each name that differs, each constant, each column that is lost; `masked`: of the target.
void note_mapping(const MappedTable& table, const catalog::Table& there, const std::vector<std::string>& masked,
                  std::vector<std::string>& differences);

// A line for each schema.
void note_schemas(const format::Header& file, const Mapping& mapping, std::vector<std::string>& differences);

}  // namespace transfer
