// Random choices from one seed: the same seed builds the same schema and rows again. One thread.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace properties {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}

  // 0 … limit - 1; limit at least 1.
  std::size_t below(std::size_t limit) { return static_cast<std::size_t>(engine_() % limit); }
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(engine_() % (static_cast<std::uint64_t>(high - low) + 1));
  }
  // True once in `times`.
  bool once_in(std::size_t times) { return below(times) == 0; }
  std::uint64_t bits() { return engine_(); }

  template <typename Item>
  const Item& pick(const std::vector<Item>& items) {
    return items[below(items.size())];
  }
  // A random part of the items, in random order, never empty.
  template <typename Item>
  std::vector<Item> some(std::vector<Item> items, std::size_t at_most) {
    shuffle(items);
    items.resize(1 + below(std::min(at_most, items.size())));
    return items;
  }
  template <typename Item>
  void shuffle(std::vector<Item>& items) {
    for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[below(i)]);
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace properties
