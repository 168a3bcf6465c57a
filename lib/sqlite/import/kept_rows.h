// What an undo file needs of the rows that a merge writes: what they were before it, kept in temporary tables until
// what became of them is known, and then both as records. One thread, that of the connection.
//   before_N  record, and the columns of the target that hold values of their own, without types
//   fresh_N   records of rows that are not there yet
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "engine/source.h"
#include "sqlite/import/staged_table.h"
#include "sqlite/session/connection.h"

namespace sqlite {

// After classify and before the merge.
void keep_rows_before(Connection& connection, const StagedTable& table, std::size_t number);

// After the merge, as engine::Target::rows_before says.
std::unique_ptr<engine::RowReader> kept_rows(Connection& connection, const StagedTable& table, std::size_t number,
                                             const std::string& key);

}  // namespace sqlite
