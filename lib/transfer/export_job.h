// A source's tables → one sealed file. Sees the database as engine::Source only.
#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "base/progress.h"
#include "engine/source.h"
#include "outcome/column_content.h"
#include "outcome/export_outcome.h"
#include "transfer/options.h"

namespace transfer {

// Writes the export. Throws base::Error; then no file is left behind.
outcome::ExportOutcome run_export(engine::Source& source, const ExportOptions& options, base::Progress& progress,
                                  const std::stop_token& stop);

// The tables that run_export would write, in its order.
std::vector<outcome::ListedTable> list_tables(engine::Source& source, const Selection& selection);

// What the columns of those tables really hold; reads every row and writes nothing. For a source that does not hold a
// column to its type; kUsage for any other.
std::vector<outcome::ColumnContent> profile_columns(engine::Source& source, const Selection& selection,
                                                    const Masks& masks, base::Progress& progress,
                                                    const std::stop_token& stop);

}  // namespace transfer
