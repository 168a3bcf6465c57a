// Gives every staged row its verdict, by set-based SQL against the target and the other staged tables. Writes temporary
// tables only and takes no lock that an application could notice. One thread, that of the connection.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/progress.h"
#include "engine/target.h"
#include "postgres/import/base_merge.h"
#include "postgres/import/cascades.h"
#include "postgres/import/orphans.h"
#include "postgres/import/parking.h"
#include "postgres/import/staged_table.h"
#include "postgres/import/temporary_tables.h"
#include "postgres/import/undo_judge.h"
#include "postgres/session/connection.h"
#include "postgres/session/settings.h"

namespace postgres {

class Classifier {
 public:
  // `components` groups indices into `tables`, parents first.
  Classifier(Connection& connection, std::vector<StagedTable>& tables,
             const std::vector<std::vector<std::size_t>>& components, TemporaryTables& temporary);

  // Makes temporary tables of its own: before a dry run turns read-only. `session`: for code of the target's.
  void prepare(const SessionSettings& session);

  void classify(base::Progress& progress);

  // After classify: what updates set off in other rows.
  const std::vector<CascadeEffect>& cascades() const { return cascades_; }
  // The same: what is told of a table once.
  const std::vector<std::string>& notices() const { return notices_; }

  // The rows that go.
  UndoJudge& undo() { return undo_; }

  // After any rejection: leaves out, in one component, rows whose parents or whose freed keys were left out. Returns
  // how many.
  std::uint64_t reject_dependants(const std::vector<std::size_t>& component);

 private:
  void judge_cascades();
  void judge_deletes();
  void reject_repeated_identities(StagedTable& table);
  void judge(std::size_t number, Parking::Inserts inserts);
  void compare_with_target(StagedTable& table);
  void compare_multisets(StagedTable& table);
  void skip_rows(StagedTable& table);
  void reject_homeless(StagedTable& table);
  void reject_failed_check(StagedTable& table, const CheckConstraint& check);
  void reject_failed_leaf_check(StagedTable& table);

  Connection& connection_;
  std::vector<StagedTable>& tables_;
  const std::vector<std::vector<std::size_t>>& components_;
  TemporaryTables& temporary_;
  Orphans orphans_;
  UndoJudge undo_;
  BaseMerge base_merge_;
  std::vector<CascadeEffect> cascades_;
  SessionSettings session_;
  std::vector<std::string> notices_;
};

}  // namespace postgres
