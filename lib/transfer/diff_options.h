// What the user asked db-diff for, as plain values; see options.h.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/byte_sink.h"
#include "engine/source.h"
#include "format/verify.h"
#include "join/row_sorter.h"
#include "transfer/options.h"

namespace transfer {

// One of the two that are compared: a file, or a database that is exported for it.
struct DiffEnd {
  std::string name;   // as it was given, without a password
  std::string input;  // a path; "-": standard input; empty: a database
  std::function<std::unique_ptr<engine::Source>()> open_source;
  std::vector<std::string> schemas;  // of the database
};

struct DiffOptions {
  DiffEnd a;
  DiffEnd b;
  Selection selection;                // without schemas
  Mapping mapping;                    // renamed and dropped ones
  std::vector<TablePolicy> policies;  // how values of SQLite are read
  Masks masks;
  format::SealPolicy seal = format::SealPolicy::kDemand;
  engine::RowsElsewhere rows_elsewhere = engine::RowsElsewhere::kRefused;
  std::size_t most_rows = 10;           // of each kind and table that are kept to be shown
  std::vector<std::string> reports;     // paths; the ending says the form
  base::ByteSink* rows_sink = nullptr;  // gets JSON of every differing row; null: nobody does
  std::vector<KeptFile> kept;
  base::Overwrite overwrite = base::Overwrite::kRefuse;
  join::SortRoom sort_room;
};

}  // namespace transfer
