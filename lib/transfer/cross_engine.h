// A whole file on its way from one engine to another: of SQLite's, what its columns hold, in one pass of its own; of
// either, how each of its tables is converted. Also where the user takes empty texts as NULL, between any engines.
#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/input_file.h"
#include "base/progress.h"
#include "conversion/convert.h"
#include "conversion/profile.h"
#include "format/header.h"
#include "format/row_parser.h"
#include "transfer/options.h"
#include "transfer/plan.h"

namespace transfer {

// The keys of a table's records: its columns without the generated ones, and what is beside them.
std::vector<std::string> record_columns(const format::Header& header, std::size_t table);

bool crosses_engines(const format::Header& header, const outcome::DatabaseInfo& target);

// By table of the header. Reads `file` from its beginning to its end.
std::vector<conversion::Profile> profile_file(base::InputFile& file, const format::Header& header,
                                              format::Strictness strictness, base::Progress& progress,
                                              const std::stop_token& stop);

// Throws kUsage where orphans are to be kept and an end of the way is not SQLite, which alone holds them.
void demand_two_of_sqlite(const format::Header& header, const outcome::DatabaseInfo& target, engine::Orphans orphans);

struct Conversions {
  std::vector<std::optional<conversion::Conversion>> of_section;  // none: the records go as they are
  std::vector<std::string> differences;                           // what was decided, for the reports
};

// The numbers of masked columns are not told.
void hide_masked(std::vector<conversion::Profile>& profiles, const format::Header& header, const Masks& masks);

// `profiles` is empty where the file is not of SQLite or stays there. Throws kSchema with a line for every column whose
// times could mean several things, kUsage for a wish about a column that is not there.
Conversions decide_conversions(const Plan& plan, const std::vector<conversion::Profile>& profiles,
                               const outcome::DatabaseInfo& target, const ImportOptions& options,
                               Lacking lacking = Lacking::kRefused);

}  // namespace transfer
