// Foreign keys checked by set instead of row by row. Classify has found every row whose parent is missing; what is left
// is that no parent may go before the commit. The server does that by a trigger that locks the parent of each row; here
// one statement a key locks all parents in the same mode, and the triggers rest for the one INSERT. Only where nothing
// but those triggers would rest. One thread, that of the connection.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "postgres/catalog/quiet_tables.h"
#include "postgres/import/staged_table.h"
#include "postgres/session/connection.h"

namespace postgres {

class ParentLocks {
 public:
  ParentLocks(Connection& connection, const std::vector<StagedTable>& tables)
      : connection_(connection), tables_(tables) {}

  // Locks the parents of the `rows` rows that are about to be inserted and lets the triggers rest until end(); inside a
  // savepoint, whose rollback ends it as well. False: the INSERT has to check for itself, nothing was done. A parent
  // that has gone since the snapshot is a serialization failure.
  bool begin(const StagedTable& table, std::uint64_t rows);
  void end();

 private:
  bool may_rest();

  Connection& connection_;
  const std::vector<StagedTable>& tables_;
  std::optional<bool> may_rest_;
};

}  // namespace postgres
