// Rows that the merge left out, to be tried again: what a trigger or check looked up may be there by now. Those that
// classify left out are never tried. One thread, that of the connection.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "postgres/import/staged_table.h"
#include "postgres/session/connection.h"

namespace postgres {

class RefusedRows {
 public:
  // Before the merge.
  RefusedRows(Connection& connection, std::vector<StagedTable>& tables);

  // Gives every row that was left out since then its verdict back and sets all written ones aside. Says of which tables
  // there were any.
  std::vector<bool> restore();
  // After trying again: all rows have their verdicts.
  void end();
  std::uint64_t left_out() const;
  // What is left out by now stays so, whoever left it out. Only where rows are matched, or were left out before.
  void take_as_judged();

 private:
  std::uint64_t restore(std::size_t number);

  Connection& connection_;
  std::vector<StagedTable>& tables_;
  std::vector<std::uint64_t> before_;  // rejected rows by table
  bool remembered_ = false;            // the table of those that are judged is there
};

}  // namespace postgres
