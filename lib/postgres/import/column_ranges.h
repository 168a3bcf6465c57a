// Which columns the updates change, in how many rows, and of numbers and dates the sum, the least and the greatest in
// the target before and in the file. Reads only, after classify and before the merge. One thread, that of the
// connection.
#pragma once

#include <cstdint>
#include <vector>

#include "outcome/effects.h"
#include "postgres/import/staged_table.h"
#include "postgres/session/connection.h"

namespace postgres {

struct ChangedColumns {
  // Most often changed first. Sums and ends are over the rows in which the column differs; columns of other types have
  // none, nor have masked ones.
  std::vector<outcome::ChangedColumn> columns;
  std::uint64_t newer_rows = 0;  // that are newer in the target
};

ChangedColumns count_changed_columns(Connection& connection, const StagedTable& table);

}  // namespace postgres
