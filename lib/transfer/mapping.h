// How the file's schema becomes the target's, as the user settled it: other names, constants for columns that the file
// lacks, columns that may be lost. Pure functions: the records stay under the file's own names.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "format/header.h"

namespace transfer {

// A table is written TABLE or SCHEMA.TABLE, a part that holds a dot in double quotes; a column TABLE.COLUMN, its table
// under the file's name or the target's.
struct Mapping {
  using Pairs = std::vector<std::pair<std::string, std::string>>;
  Pairs schemas = {};                     // the file's, the target's
  Pairs tables = {};                      // the same
  Pairs columns = {};                     // the file's TABLE.COLUMN, the target's column
  Pairs constants = {};                   // TABLE.COLUMN that the file lacks, JSON
  std::vector<std::string> dropped = {};  // the file's TABLE.COLUMN

  bool empty() const {
    return schemas.empty() && tables.empty() && columns.empty() && constants.empty() && dropped.empty();
  }
};

// What `mapping` says of a schema itself stays.
void add_mapping(const Mapping& of_file, Mapping& mapping);

// A file's header under the target's names. Its tables are parallel to those of the file, and so are their columns.
struct MappedHeader {
  format::Header header;
  std::vector<std::vector<std::string>> constants;  // by table: JSON; their columns come after those of the file
  std::vector<std::vector<std::string>> dropped;    // by table: columns
};

// What becomes of a name that the file does not have, neither as it calls it nor as the target does: the mapping is of
// another file of the same schema at another time.
enum class Lacking { kRefused, kPassedOver };

// Throws kUsage for such names, and where two tables or columns become one. A file of rejects may lack whole tables.
MappedHeader map_header(const format::Header& file, const Mapping& mapping, Lacking lacking = Lacking::kRefused);

// What of `mapping` is about this file; the rest names what others have.
Mapping applicable(const format::Header& file, const Mapping& mapping);

// How many values of a record are those of its table's columns; they come first.
std::size_t own_columns(const catalog::Table& file);

}  // namespace transfer
