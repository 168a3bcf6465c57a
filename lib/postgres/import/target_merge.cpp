// The part of PostgresTarget that writes: once, or, of an undo that the target's own code does not let through whole,
// again without the rows that it changed.
#include <algorithm>
#include <utility>

#include "postgres/catalog/privileges.h"
#include "postgres/import/column_privileges.h"
#include "postgres/import/deferral.h"
#include "postgres/import/fingerprints.h"
#include "postgres/import/merge.h"
#include "postgres/import/not_taken_back.h"
#include "postgres/import/rejects.h"
#include "postgres/import/target.h"
#include "postgres/session/guarded.h"
#include "postgres/session/savepoint.h"
#include "postgres/session/settings.h"
#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

// Of each table what a merge that decides anew adds to.
std::vector<std::uint64_t> decided_otherwise(const std::vector<StagedTable>& tables) {
  std::vector<std::uint64_t> rows;
  for (const StagedTable& table : tables) {
    rows.insert(rows.end(), {table.rejected_rows, table.made_by_triggers, table.made_equal});
  }
  return rows;
}

}  // namespace

void PostgresTarget::merge(base::Progress& progress) {
  if (first_load_) return;  // all is there
  guarded([&] {
    demand_none_missing(*connection_, missing_update_grants(*connection_, tables_));
    if (restored_) restored_->drop();
    check_keys_at_once(*connection_);
    if (detail_ == engine::Detail::kFull) kept_decisions();
    // Triggers and the functions of checks and defaults run as they do for an application. Our own names are qualified,
    // and our operands of the very types that the server's operators have.
    use_session_settings(*connection_, session_);
    const std::vector<std::uint64_t> before = decided_otherwise(tables_);
    std::vector<std::uint64_t> left_out;
    for (const StagedTable& table : tables_) left_out.push_back(table.rejected_rows);
    const std::optional<std::vector<std::size_t>> rewritten =
        classifier_->undo().is_any() ? merge_undo(progress) : merge_once(progress);
    use_own_settings(*connection_);
    for (std::size_t i = 0; i < tables_.size(); ++i) {
      if (tables_[i].rejected_rows != left_out[i]) name_rejected_anew(*connection_, tables_[i]);
    }
    if (!rewritten) return;
    const auto deletes = [](const StagedTable& table) { return table.may_be_deleted > 0; };
    merge_changed_decisions_ =
        !rewritten->empty() || decided_otherwise(tables_) != before || std::ranges::any_of(tables_, deletes);
    for (const std::size_t number : *rewritten) {
      if (!tables_[number].plan.row_key.empty()) note_rewritten(*connection_, tables_[number]);
    }
    if (restored_) restored_->make_again();
  });
}

// Returns the tables with rows that do not hold the file's values; nothing: it ended early.
std::optional<std::vector<std::size_t>> PostgresTarget::merge_once(base::Progress& progress) {
  Merger merger(*connection_, tables_, components_, *classifier_, table_locks_);
  if (most_left_out_) merger.end_early_beyond(*most_left_out_);
  merger.merge(progress);
  if (merger.ended_early()) {
    notices_.emplace_back("ended before all rows were tried: more may be refused");
    return std::nullopt;
  }
  fire_deferred_triggers();
  merger.settle();
  for (const std::string& notice : merger.notices()) notices_.push_back(notice);
  return merger.rewritten();
}

// Each time without the rows that were found not to be as before the import.
std::optional<std::vector<std::size_t>> PostgresTarget::merge_undo(base::Progress& progress) {
  constexpr int kMostTimes = 5;
  for (int i = 0; i < kMostTimes; ++i) {
    const std::vector<StagedTable> tables = tables_;
    const std::size_t notices = notices_.size();
    Savepoint start(*connection_, "undo");
    const std::optional<std::vector<std::size_t>> rewritten = merge_once(progress);
    if (!rewritten) return std::nullopt;
    use_own_settings(*connection_);
    NotTakenBack left(*connection_, tables_, *classifier_);
    if (!left.find(*rewritten)) {
      start.end();
      return rewritten;
    }
    start.roll_back();
    tables_ = tables;
    notices_.resize(notices);
    use_own_settings(*connection_);
    left.reject(components_);
    use_session_settings(*connection_, session_);
    start.end();
  }
  throw base::Error(base::ErrorKind::kSchema, "triggers of the target change rows again whichever of them are left out",
                    "nothing was written: disable the triggers meanwhile, or leave their tables out with -T");
}

}  // namespace postgres
