// The rows of one pair of tables, counted, and as far as they differ told: each to whoever takes all, the first ones of
// each kind kept to be shown. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "base/keyed_digest.h"
#include "join/join.h"
#include "outcome/difference.h"
#include "transfer/diff_plan.h"

namespace transfer {

class DiffRows {
 public:
  using TakeRow = std::function<void(const outcome::DifferingRow&)>;

  // `table` is filled; `take` may be empty. `digests` stand for masked values.
  DiffRows(const TablePair& pair, std::size_t most_rows, base::KeyedDigest& digests, TakeRow take,
           outcome::ComparedTable& table);

  void add(const join::Pair& pair);
  // After the last one.
  void finish();

 private:
  outcome::DifferingRow told(const join::Pair& pair);
  outcome::ShownValue shown(std::string_view value, bool masked);

  const TablePair& pair_;
  const std::size_t most_rows_;
  base::KeyedDigest& digests_;
  const TakeRow take_;
  outcome::ComparedTable& table_;
  std::vector<std::uint64_t> changed_;  // by column
  std::size_t kept_[3] = {0, 0, 0};     // by kind
};

}  // namespace transfer
