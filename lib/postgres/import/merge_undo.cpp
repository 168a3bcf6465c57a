// Taking an import back, at best by one statement: the server checks foreign keys at its end, so rows may go that
// others refer to until they themselves are as before, and rows that go give their unique values up first.
#include <algorithm>
#include <utility>

#include "postgres/import/classify_keys.h"
#include "postgres/import/merge.h"

namespace postgres {

// False: nothing of it is kept.
bool Merger::undo_at_once() {
  const std::vector<StagedTable> before = tables_;
  std::vector<std::size_t> all;
  std::vector<KeyClassifier> keys;
  std::vector<KeyOrder::Statement> first;
  for (std::size_t i = components_.size(); i-- > 0;) {
    for (const std::size_t number : components_[i]) {
      const std::uint64_t rows = classifier_.undo().to_go(tables_[number]);
      if (rows > 0) first.push_back({UndoJudge::delete_sql(tables_[number]), rows});
      if (rows > 0) trigger_rows_.watch().add(tables_[number], rows);
    }
  }
  connection_.execute("SAVEPOINT at_once");
  const bool hands_on = std::ranges::any_of(tables_, [](const StagedTable& table) { return table.claims_left; });
  const std::string restore = hands_on ? KeyOrder::plans_in_order(connection_) : std::string{};
  bool written = false;
  try {
    for (const std::vector<std::size_t>& component : components_) {
      for (const std::size_t number : component) {
        all.push_back(number);
        if (!tables_[number].claims_left) continue;
        index_records(tables_[number]);
        keys.emplace_back(connection_, tables_[number], number);
        keys.back().defer();
        for (KeyOrder::Statement& one : KeyOrder(connection_, tables_[number], number).begin())
          first.push_back(std::move(one));
        tables_[number].handed_on = true;
      }
    }
    written = write_at_once(all, {Step::kInsert, Step::kUpdate}, first);
    if (written) {
      for (KeyClassifier& table : keys) table.check();
      classifier_.undo().note_gone();
    }
  } catch (const ServerError& error) {
    if (!error.blames_a_row()) throw;
    written = false;
  }
  if (written) {
    connection_.execute("RELEASE SAVEPOINT at_once;" + restore);
    return true;
  }
  connection_.execute("ROLLBACK TO SAVEPOINT at_once; RELEASE SAVEPOINT at_once;" + restore);
  tables_ = before;
  return false;
}

}  // namespace postgres
