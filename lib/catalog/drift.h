// Where the tables of a file and those of a target do not fit together: found before the first row is read.
// Pure functions over catalog::Table; what a single value cannot be is not known here.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "catalog/table.h"

namespace catalog {

struct Drift {
  std::string table;
  std::string column;  // empty: the whole table
  std::string what;    // a sentence without the names
};

// Whether a column of the first type takes values of the second, as far as the types alone tell.
bool can_hold(const std::string& target, const std::string& file);

enum class SameEngine { kYes, kNo };
// Whether rows may be inserted: then a column that the file lacks must not demand a value.
enum class NewRows { kMayCome, kNever };

// Everything that keeps rows of `file` from being imported into `target`. Types are compared only where both sides are
// of one engine: a number cannot become a uuid, while text may become anything that its value can be read as.
std::vector<Drift> find_drift(const std::string& table, const Table& file, const Table& target, SameEngine same_engine,
                              NewRows new_rows = NewRows::kMayCome);

}  // namespace catalog
