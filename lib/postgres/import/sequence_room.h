// Sequences of columns that the file lacks: each new row takes a value of them, and one that has come to its end
// refuses the rest. Asks the server only where there is such a column. One thread, that of the connection.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "postgres/import/staged_table.h"
#include "postgres/session/connection.h"

namespace postgres {

// A sequence that does not have a value for every row, or not for many tries: what a row takes that is refused stays
// taken.
struct SequenceRoom {
  std::string name;
  std::uint64_t rows = 0;  // so many it has values for
  bool enough = false;     // for every row of the import once
  bool certain = false;    // each row takes one, and no other table of the import does
  std::string words;       // the server's, of the rows after
};

// Of each table, in the order of `tables`. `rows`: how many of a table may be inserted at most.
std::vector<std::vector<SequenceRoom>> sequences_near_end(Connection& connection,
                                                          const std::vector<StagedTable>& tables,
                                                          const std::function<std::uint64_t(const StagedTable&)>& rows);

// Leaves out the last of the rows to be inserted, those that get no value. Returns how many.
std::uint64_t reject_beyond_sequences(Connection& connection, std::vector<StagedTable>& tables);

}  // namespace postgres
