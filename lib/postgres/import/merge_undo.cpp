// Rows that go, in the merge. At best by one statement with those that are written: the server checks foreign keys at
// its end, so rows may go that others refer to until they themselves are as they are to be, and rows that go give their
// unique values up first.
#include <algorithm>
#include <utility>

#include "engine/merge_rounds.h"
#include "postgres/import/merge.h"

namespace postgres {

// Most rows that the file lacks went before. The others are referred to until the merge has written: what wants their
// keys meanwhile can only come with the same statement. It is kept where nobody but that statement wrote: no cascade
// may have taken a row along that came to refer to one of them.
bool Merger::missing_at_once() {
  UndoJudge& deletes = classifier_.undo();
  if (!deletes.is_any() || deletes.is_undo()) return false;
  if (std::ranges::none_of(tables_, [&](const StagedTable& table) { return deletes.to_go(table) > 0; })) return false;
  const auto wants_care = [&](const StagedTable& table) {
    return table.plan.identity.empty() && table.may_be_written > 0 && changes_rows(table);
  };
  if (std::ranges::any_of(tables_, wants_care) || std::ranges::find(near_end_, true) != near_end_.end()) return false;
  return write_with_deletes();
}

// False: nothing of it is kept.
bool Merger::write_with_deletes() {
  const bool alone = !classifier_.undo().is_undo();
  const auto before = engine::progress_of(tables_);
  std::vector<std::size_t> all;
  std::vector<std::uint64_t> to_go(tables_.size(), 0);
  std::vector<KeyOrder::Statement> first;
  for (std::size_t i = components_.size(); i-- > 0;) {
    for (const std::size_t number : components_[i]) {
      to_go[number] = classifier_.undo().to_go(tables_[number]);
      if (to_go[number] > 0) first.push_back({UndoJudge::delete_sql(tables_[number]), to_go[number]});
    }
  }
  for (const std::vector<std::size_t>& component : components_)
    all.insert(all.end(), component.begin(), component.end());
  const Attempt attempt = keep_if(connection_, "at_once", [&] {
    if (!write_all_at_once(all, std::move(first))) return false;
    classifier_.undo().note_gone();
    for (std::size_t i = 0; i < tables_.size(); ++i) trigger_rows_.watch().add(tables_[i], to_go[i]);
    return !alone || !trigger_rows_.watch().any_touched(tables_);
  });
  if (!attempt.kept) engine::put_back(tables_, before);
  return attempt.kept;
}

void Merger::delete_unreferred() {
  UndoJudge& deletes = classifier_.undo();
  std::vector<std::uint64_t> to_go;
  for (const StagedTable& table : tables_) to_go.push_back(deletes.to_go(table));
  deletes.delete_unreferred();
  for (std::size_t i = 0; i < tables_.size(); ++i)
    trigger_rows_.watch().add(tables_[i], to_go[i] - deletes.to_go(tables_[i]));
}

}  // namespace postgres
