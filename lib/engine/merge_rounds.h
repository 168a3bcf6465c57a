// How often a merge is tried, and whether it decided otherwise than classify did: alike for every engine.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace engine {

// Rows that were left out may have waited for others that are there by now, so all of them are tried again as long as
// some go in. Bounded by the rows that are tried, for each round may let a single one in.
class Retries {
 public:
  explicit Retries(std::uint64_t left_out);

  // Whether those that are left out now may be tried once more.
  bool may_try(std::uint64_t left_out);

  // What to tell where they may not.
  static std::string notice(std::uint64_t left_out);

 private:
  std::uint64_t rows_left_;
};

// Of tables as each engine stages them: what changed of them is saved before an attempt to write, and put back where
// nothing of the attempt is kept.
template <typename Tables>
auto progress_of(const Tables& tables) {
  std::vector<typename Tables::value_type::Progress> all;
  all.reserve(tables.size());
  for (const auto& table : tables) all.push_back(table.progress());
  return all;
}

template <typename Tables, typename Progress>
void put_back(Tables& tables, const std::vector<Progress>& saved) {
  for (std::size_t i = 0; i < saved.size(); ++i) tables[i].progress() = saved[i];
}

// Of an undo. `round` merges without the rows that earlier rounds found not to be as before the import, and returns
// whether all others are; it takes back what it wrote where they are not. Throws kSchema where no round is enough;
// `remedy`: what to do with the triggers meanwhile, "disable".
void merge_in_rounds(const std::function<bool()>& round, const std::string& remedy);

// Made before a merge, of tables as each engine stages them.
template <typename Tables>
class MergeChanges {
 public:
  explicit MergeChanges(const Tables& tables) : tables_(tables), before_(decided_otherwise()) {}

  // After it, with the tables that do not hold the file's values; Target::merge_changed_decisions().
  bool any(const std::vector<std::size_t>& rewritten) const {
    const auto deletes = [](const auto& table) { return table.may_be_deleted > 0; };
    return !rewritten.empty() || decided_otherwise() != before_ || std::ranges::any_of(tables_, deletes);
  }

 private:
  // Of each table what a merge that decides otherwise adds to.
  std::vector<std::uint64_t> decided_otherwise() const {
    std::vector<std::uint64_t> rows;
    for (const auto& table : tables_)
      rows.insert(rows.end(), {table.rejected_rows, table.made_by_triggers, table.made_equal});
    return rows;
  }

  const Tables& tables_;
  std::vector<std::uint64_t> before_;
};

}  // namespace engine
