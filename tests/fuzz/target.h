// What the fuzz targets share. A target is one function over one input; FUZZ_TARGET(name) { … } defines it and makes it
// known to the driver: libfuzzer.cpp (one target a program) or seeds_test.cpp (all of them over the stored inputs).
// A broken promise ends with Broken; any other exception that leaves a target is a finding as well.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace fuzz {

// No base::Error, so that no target takes it for a refusal.
class Broken : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

inline void require(bool holds, const char* promise) {
  if (!holds) throw Broken(promise);
}

struct Target {
  const char* name;
  void (*run)(std::string_view input);
};

inline std::vector<Target>& targets() {
  static std::vector<Target> all;
  return all;
}

inline bool add(Target target) {
  targets().push_back(target);
  return true;
}

// Takes choices off the front of an input; the rest is the material.
class Input {
 public:
  explicit Input(std::string_view bytes) : rest_(bytes) {}

  // 0 once nothing is left.
  unsigned byte() {
    if (rest_.empty()) return 0;
    const auto front = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    return front;
  }
  // One of `items`, which is not empty.
  template <typename Items>
  const auto& one_of(const Items& items) {
    return items[byte() % items.size()];
  }
  // Up to the next line break.
  std::string_view line() {
    const std::string_view taken = rest_.substr(0, rest_.find('\n'));
    rest_.remove_prefix(taken.size());
    if (!rest_.empty()) rest_.remove_prefix(1);
    return taken;
  }
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

}  // namespace fuzz

#define FUZZ_TARGET(name)                                                               \
  static void fuzz_##name(std::string_view input);                                      \
  [[maybe_unused]] static const bool name##_is_known = fuzz::add({#name, fuzz_##name}); \
  static void fuzz_##name(std::string_view input)
