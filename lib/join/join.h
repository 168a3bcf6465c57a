// Two sides' rows, paired by their keys in one pass and in constant memory: for each key, in which of them it is and
// whether the rows are equal. Where a side has a key several times, as tables without one may, the rows of that key are
// compared as a multiset: equal ones pair off, the others are in one side only. Refers to the rows, which come in their
// order (row.h); anything else is Error(kInternal). One thread.
#pragma once

#include <cstdint>
#include <string>

#include "join/row.h"

namespace join {

// Good until the next call of next().
struct Pair {
  enum class Kind { kEqual, kDifferent, kOnlyA, kOnlyB };
  Kind kind = Kind::kEqual;
  const Row* a = nullptr;   // null: only in B
  const Row* b = nullptr;   // null: only in A
  std::uint64_t times = 1;  // so many such rows, or pairs
};

class Join {
 public:
  Join(Rows& a, Rows& b);

  // False: there are no more pairs.
  bool next(Pair& pair);

 private:
  // Equal rows as one, counted, and the row behind them.
  class Side {
   public:
    explicit Side(Rows& rows);
    bool is_over() const { return count_ == 0; }
    const Row& row() const { return row_; }
    std::uint64_t count() const { return count_; }
    // Whether there are more rows of the key of row().
    bool has_more_of_key() const { return count_ > 1 || (has_next_ && next_.key == row_.key); }
    void take(std::uint64_t count);

   private:
    void load();

    Rows& rows_;
    Row row_;
    std::uint64_t count_ = 0;
    Row next_;
    bool has_next_ = false;
  };

  void choose(Pair& pair);

  Side a_;
  Side b_;
  Pair last_;  // taken from the sides with the next one
  std::string multiset_key_;
  bool in_multiset_ = false;
};

}  // namespace join
