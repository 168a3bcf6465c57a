// Bytes that need not last, on a temporary file without a name: appended, and read again by their places. It throws
// Unusable and no Error, for whoever writes here can do without. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <string>
#include <string_view>

#include "base/descriptor.h"

namespace base {

class ScratchFile {
 public:
  struct Unusable : std::exception {
    const char* what() const noexcept override { return "no room for temporary files"; }
  };

  // In $TMPDIR, or in /tmp.
  ScratchFile();

  // Whether it is on a disk that has so much room, and not in memory.
  bool has_room(std::uint64_t bytes) const;

  // Returns where they are.
  std::uint64_t append(std::string_view bytes);
  // As many of the `bytes` from `place` on as there are.
  std::size_t read(std::uint64_t place, char* to, std::size_t bytes) const;

 private:
  std::string folder_;
  Descriptor file_;
  std::uint64_t end_ = 0;
};

}  // namespace base
