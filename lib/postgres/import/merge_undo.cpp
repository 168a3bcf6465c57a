// Taking an import back, at best by one statement: the server checks foreign keys at its end, so rows may go that
// others refer to until they themselves are as before, and rows that go give their unique values up first.
#include <algorithm>
#include <utility>

#include "engine/merge_rounds.h"
#include "postgres/import/merge.h"

namespace postgres {

// False: nothing of it is kept.
bool Merger::undo_at_once() {
  const auto before = engine::progress_of(tables_);
  std::vector<std::size_t> all;
  std::vector<KeyOrder::Statement> first;
  for (std::size_t i = components_.size(); i-- > 0;) {
    for (const std::size_t number : components_[i]) {
      const std::uint64_t rows = classifier_.undo().to_go(tables_[number]);
      if (rows > 0) first.push_back({UndoJudge::delete_sql(tables_[number]), rows});
      if (rows > 0) trigger_rows_.watch().add(tables_[number], rows);
    }
  }
  for (const std::vector<std::size_t>& component : components_)
    all.insert(all.end(), component.begin(), component.end());
  const Attempt attempt = keep_if(connection_, "at_once", [&] {
    if (!write_all_at_once(all, std::move(first))) return false;
    classifier_.undo().note_gone();
    return true;
  });
  if (!attempt.kept) engine::put_back(tables_, before);
  return attempt.kept;
}

}  // namespace postgres
