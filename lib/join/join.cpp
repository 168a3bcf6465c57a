#include "join/join.h"

#include <algorithm>
#include <utility>

#include "base/error.h"

namespace join {

Join::Side::Side(Rows& rows) : rows_(rows) {
  has_next_ = rows_.next(next_);
  load();
}

void Join::Side::load() {
  count_ = 0;
  if (!has_next_) return;
  std::swap(row_, next_);
  do {
    ++count_;
    has_next_ = rows_.next(next_);
  } while (has_next_ && next_ == row_);
  if (has_next_ && next_ < row_) throw base::Error(base::ErrorKind::kInternal, "rows to be joined are not sorted");
}

void Join::Side::take(std::uint64_t count) {
  count_ -= count;
  if (count_ == 0) load();
}

Join::Join(Rows& a, Rows& b) : a_(a), b_(b) { last_.times = 0; }

void Join::choose(Pair& pair) {
  using Kind = Pair::Kind;
  const auto only_a = [&] { pair = {Kind::kOnlyA, &a_.row(), nullptr, a_.count()}; };
  const auto only_b = [&] { pair = {Kind::kOnlyB, nullptr, &b_.row(), b_.count()}; };
  if (b_.is_over()) return only_a();
  if (a_.is_over()) return only_b();
  const int order = a_.row().key.compare(b_.row().key);
  if (order != 0) return order < 0 ? only_a() : only_b();
  if (a_.has_more_of_key() || b_.has_more_of_key()) {
    in_multiset_ = true;
    multiset_key_ = a_.row().key;
  }
  if (a_.row().values == b_.row().values) {
    pair = {Kind::kEqual, &a_.row(), &b_.row(), std::min(a_.count(), b_.count())};
  } else if (in_multiset_ && multiset_key_ == a_.row().key) {
    a_.row().values < b_.row().values ? only_a() : only_b();
  } else {
    pair = {Kind::kDifferent, &a_.row(), &b_.row(), 1};
  }
}

bool Join::next(Pair& pair) {
  if (last_.a != nullptr) a_.take(last_.times);
  if (last_.b != nullptr) b_.take(last_.times);
  if (a_.is_over() && b_.is_over()) return false;
  choose(last_);
  pair = last_;
  return true;
}

}  // namespace join
