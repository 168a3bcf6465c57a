// Thrown by a source or a target when another session changed what this run builds on. Nothing was published or written
// by the attempt; it may be repeated, as a whole.
#pragma once

#include <string>

#include "base/error.h"

namespace engine {

class ConcurrentChange : public base::Error {
 public:
  explicit ConcurrentChange(
      const std::string& message,
      const std::string& hint = "another session changed the same rows or tables; run the command again")
      : Error(base::ErrorKind::kLock, message, hint) {}
};

// The first attempt and three more.
inline constexpr int kAttempts = 4;

}  // namespace engine
