// What the user wants done with the rows of each table: the options and the transfer file, brought down to one plan.
// Pure functions over names.
#pragma once

#include <string>
#include <vector>

#include "catalog/table.h"
#include "conversion/convert.h"
#include "engine/target.h"
#include "outcome/import_outcome.h"
#include "transfer/options.h"

namespace transfer {

// Fills mode, match, changed_at and newer_rows of `plan`, whose target, target_column and identity are set;
// `file` is the table as the file describes it. Throws kUsage for a column that is not there.
void apply_policies(const catalog::Table& file, const ImportOptions& options, engine::TablePlan& plan);

// Throws kUsage, with the nearest name, for a policy that is about none of `tables`.
void demand_tables_of_policies(const std::vector<catalog::Table>& tables, const ImportOptions& options);

// By column of the records of `file`, whose plan is `plan`. Throws kUsage for a column that is not there.
std::vector<conversion::ColumnWish> column_wishes(const catalog::Table& file, const engine::TablePlan& plan,
                                                  const ImportOptions& options, Lacking lacking = Lacking::kRefused);

// Tells each plan whether some table of the target has a masked column, and what keys the digests of masked values.
void withhold_values(engine::Target& target, const Masks& masks, const std::string& digest_key,
                     std::vector<engine::TablePlan>& plans);

// The option that would rather have nothing written than the rows left out that `outcome` counts; empty: none. `tables`
// are those of the file under the target's names.
std::string option_that_blocks(const outcome::ImportOutcome& outcome, const std::vector<catalog::Table>& tables,
                               const ImportOptions& options);

}  // namespace transfer
