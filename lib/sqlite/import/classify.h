// Gives every staged row its verdict, by set-based SQL against the target and the other staged tables. Writes temporary
// tables only. One thread, that of the connection.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/progress.h"
#include "engine/target.h"
#include "sqlite/import/base_merge.h"
#include "sqlite/import/needed_keys.h"
#include "sqlite/import/staged_table.h"
#include "sqlite/import/undo_judge.h"
#include "sqlite/session/connection.h"

namespace sqlite {

class Classifier {
 public:
  // `components` groups indices into `tables`, parents first; `details` are all tables of the target.
  Classifier(Connection& connection, std::vector<StagedTable>& tables, const std::vector<TableDetails>& details,
             const std::vector<std::vector<std::size_t>>& components, ForeignKeys foreign_keys)
      : connection_(connection),
        tables_(tables),
        details_(details),
        components_(components),
        foreign_keys_(foreign_keys),
        undo_(connection, tables, details, components),
        base_merge_(connection, tables) {}

  // After the staging, before the transaction that judges and writes.
  void index_stages();
  void classify(base::Progress& progress);

  // Leaves out the rows of one component whose parents are neither in the target nor among the rows to be written,
  // those that wait for a key which nobody gives up any more, and their children in turn. Merge calls it again when the
  // database has refused a parent. Returns how many.
  std::uint64_t reject_orphans(const std::vector<std::size_t>& component);

  // Of an undo: the rows that go.
  UndoJudge& undo() { return undo_; }

  // What is told of a table once.
  const std::vector<std::string>& notices() const { return notices_; }

  // A line for each foreign key without whose parents rows go in, because the user wants them.
  std::vector<std::string> count_kept_orphans();

 private:
  void index_stage(StagedTable& table);
  void reject_impossible_row_numbers(StagedTable& table);
  void reject_repeated_identities(StagedTable& table);
  void compare_with_target(StagedTable& table);
  void judge_deletes();
  enum class Rows { kAll, kWithoutIdentity };
  void compare_multisets(StagedTable& table, Rows which);
  void skip(StagedTable& table);
  void reject_nulls(StagedTable& table);
  void reject_failed_checks(StagedTable& table);
  void reject_growth(StagedTable& table);
  std::string orphans(const StagedTable& table, const catalog::ForeignKey& key);
  std::string orphans_of_source(const catalog::ForeignKey& key);
  std::uint64_t reject_orphans(StagedTable& table, const catalog::ForeignKey& key);

  Connection& connection_;
  std::vector<StagedTable>& tables_;
  const std::vector<TableDetails>& details_;
  const std::vector<std::vector<std::size_t>>& components_;
  const ForeignKeys foreign_keys_;
  UndoJudge undo_;
  BaseMerge base_merge_;
  std::vector<std::string> notices_;
};

}  // namespace sqlite
