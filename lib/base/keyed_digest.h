// Digests of 128 bits by which texts are told apart that somebody may have chosen: SipHash-2-4 under a key that is
// drawn anew for each object and never leaves it, so that nobody can make two texts collide. One thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

namespace base {

struct Digest128 {
  std::uint64_t first = 0;
  std::uint64_t second = 0;
  bool operator==(const Digest128&) const = default;
};

class KeyedDigest {
 public:
  KeyedDigest();  // throws Error(kInternal) where the library has no such function
  ~KeyedDigest();
  KeyedDigest(KeyedDigest&&) noexcept;
  KeyedDigest& operator=(KeyedDigest&&) noexcept;

  Digest128 of(std::string_view text);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace base
