// Rows found by a natural key instead of their own: a staged row takes over the identity of the target's row that has
// the same natural key, and every staged row that referred to it by a foreign key follows. Afterwards all is as if the
// file had been written with the target's keys. What it found is in a temporary table:
//   match  record, the key in the file (bytea), and where the target's row is
// One thread, that of the connection.
#pragma once

#include <cstddef>
#include <vector>

#include "postgres/import/staged_table.h"
#include "postgres/session/connection.h"

namespace postgres {

class Matcher {
 public:
  Matcher(Connection& connection, std::vector<StagedTable>& tables) : connection_(connection), tables_(tables) {}

  // Throws kUsage for natural keys that cannot work.
  void demand_independent_keys(const std::vector<std::vector<std::size_t>>& components) const;

  // Of one component, before its rows are compared with the target: its parents are matched already.
  void match(const std::vector<std::size_t>& component);

  // While the merge is at work, of one table's inserts: rows that the target's own code has made meanwhile are found in
  // the same way. Nobody who refers to them may be written yet.
  void match_made(StagedTable& table);

 private:
  // Of all staged rows, or of those that are still to be inserted. True: rows were found, or left out.
  enum class Rows { kAll, kInserts };
  bool find(StagedTable& table, Rows rows);
  void find_unnamed(StagedTable& table);
  void hand_on(StagedTable& parent, Rows rows);
  void reject_ambiguous(StagedTable& table, Rows rows);
  void reject_taken_identities(StagedTable& table, Rows rows);
  void follow(const StagedTable& parent, StagedTable& child, std::size_t foreign_key, Rows rows);
  void take_over(StagedTable& table);

  Connection& connection_;
  std::vector<StagedTable>& tables_;
};

}  // namespace postgres
