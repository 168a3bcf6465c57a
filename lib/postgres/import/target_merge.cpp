// The part of PostgresTarget that writes: once, or, where rows go and the target's own code does not let all of that
// through, again without the rows that it changed.
#include <optional>
#include <vector>

#include "engine/merge_rounds.h"
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
    const engine::MergeChanges changes(tables_);
    std::vector<std::uint64_t> left_out;
    for (const StagedTable& table : tables_) left_out.push_back(table.rejected_rows);
    const std::optional<std::vector<std::size_t>> rewritten =
        classifier_->undo().is_any() ? merge_with_deletes(progress) : merge_once(progress);
    use_own_settings(*connection_);
    for (std::size_t i = 0; i < tables_.size(); ++i) {
      if (tables_[i].rejected_rows != left_out[i]) name_rejected_anew(*connection_, tables_[i]);
    }
    if (!rewritten) return;
    merge_changed_decisions_ = changes.any(*rewritten);
    if (kept_rows_ && (merge_changed_decisions_ || others_wrote_)) kept_rows_->forget_what_was_foreseen();
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
  others_wrote_ = kept_rows_ && merger.others_wrote();
  for (const std::string& notice : merger.notices()) notices_.push_back(notice);
  return merger.rewritten();
}

// Each time without the rows that were found to be there again, or, of an undo, not to be as before the import.
std::optional<std::vector<std::size_t>> PostgresTarget::merge_with_deletes(base::Progress& progress) {
  std::optional<std::vector<std::size_t>> rewritten;
  const auto round = [&] {
    const auto before = engine::progress_of(tables_);
    const std::size_t notices = notices_.size();
    Savepoint start(*connection_, "undo");
    rewritten = merge_once(progress);
    if (!rewritten) return true;
    use_own_settings(*connection_);
    NotTakenBack left(*connection_, tables_, *classifier_);
    if (!left.find(classifier_->undo().is_undo() ? *rewritten : std::vector<std::size_t>{})) {
      start.end();
      return true;
    }
    start.roll_back();
    engine::put_back(tables_, before);
    notices_.resize(notices);
    use_own_settings(*connection_);
    left.reject(components_);
    use_session_settings(*connection_, session_);
    start.end();
    return false;
  };
  engine::merge_in_rounds(round, "disable");
  return rewritten;
}

}  // namespace postgres
