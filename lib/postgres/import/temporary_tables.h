// The temporary tables of an import, as few as the server's locks allow: tables of the plan with many rows have their
// own, all others share one of each kind, told apart by the column `plan`. Tables without rows in the file have none.
//   stage    one row a record that could be staged. A shared one has, for each type, as many columns c1, c2 … as the
//            table that needs most of it
//   verdict  record, verdict ('i' or 'u') of the rows to be written; a staged row without an entry is unchanged
//   reject   record, verdict ('c', 'x', or 's' for a skipped row), key, reason, the constraint against the row and the
//            key of the target's row that holds what it claims; bytea, so that any text fits any encoding. And where
//            that row is
//   claim    of KeyClassifier, match of Matcher, change of gather_changes(): see there
// One thread, that of the connection.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/target.h"
#include "postgres/import/staged_table.h"
#include "postgres/session/connection.h"

namespace postgres {

class TemporaryTables {
 public:
  // Decides which table has which, and tells the tables so. Makes nothing yet.
  TemporaryTables(Connection& connection, std::vector<StagedTable>& tables);

  // About how many locks of the server they will take: with their indexes and TOAST tables.
  std::uint64_t locks() const;
  // Before a dry run turns read-only. Throws kConnection where the server has no room for the locks of the import.
  // `more_locks`: of other temporary tables.
  void create(std::uint64_t more_locks = 0);
  // Of rows that nobody judges, only what staging them and telling them apart takes.
  void create_stages();
  // What staging one table takes.
  void create_stage(const StagedTable& table);
  // A rollback has taken them all away.
  void forget() { made_.clear(); }

  // After staging. Tables of their own have statistics from the moment they were filled.
  void analyze_shared_stages();
  // As often as their number has doubled, so that it costs nothing to have many tables.
  void count_shared_verdicts(std::uint64_t new_rows);

 private:
  // A stage of many tables: what its columns are made of, and which of them have each type.
  struct SharedStage {
    bool by_text = false;  // binary COPY wants a receiving function of every column's type, named or not
    bool has_marks = false;
    std::string heap;
    std::vector<std::string> definitions;
    std::map<std::string, std::vector<std::string>> columns_of_type;
    // How many columns it lacks for a table that needs so many of each type.
    std::size_t lacks(const std::vector<std::pair<std::string, std::size_t>>& needed) const;
  };

  void share(StagedTable& table, std::size_t number);
  void make(const HeapPart& part, const std::string& columns);
  void make_own_stage(const StagedTable& table);
  void make_shared_stage(const SharedStage& stage);

  Connection& connection_;
  std::vector<StagedTable>& tables_;
  std::vector<SharedStage> shared_;
  std::set<std::string> made_;
  std::uint64_t verdicts_ = 0;
  std::uint64_t verdicts_analyzed_ = 0;  // how many there were at the last ANALYZE
};

}  // namespace postgres
