// Whether somebody else wrote into a table while the merge was at work: a trigger, a rule, a cascade of this very
// transaction. The server counts a transaction's writes by table; what the merge did not write itself was another's.
// Never says no where somebody did; may say yes where nobody did (attempts that were rolled back count, too). One
// thread, that of the connection.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "postgres/import/staged_table.h"
#include "postgres/session/connection.h"

namespace postgres {

class WriteWatch {
 public:
  // Watches from now on.
  WriteWatch(Connection& connection, const std::vector<StagedTable>& tables);

  // Rows of `table` were written since the beginning, or since the last settle(), beside those of add().
  bool touched(const StagedTable& table);
  // The same of any of those that were named at the beginning.
  bool any_touched(const std::vector<StagedTable>& tables);
  // How many rows; anything but 0 where the server does not count.
  std::uint64_t others_writes(const StagedTable& table);
  // The merge itself wrote `rows` rows.
  void add(const StagedTable& table, std::uint64_t rows) { known_[table.details.oid].rows += rows; }
  // What was written until now is known to be in order.
  void settle(const StagedTable& table);

 private:
  struct Writes {
    std::uint64_t rows = 0;
    std::uint64_t files = 0;  // a TRUNCATE counts no rows: it gives the table another file
  };

  Writes writes(const StagedTable& table);
  std::unordered_map<std::uint32_t, Writes> writes(const std::vector<const StagedTable*>& tables);

  Connection& connection_;
  bool counts_ = false;
  std::unordered_map<std::uint32_t, Writes> known_;  // by the table's oid
};

}  // namespace postgres
