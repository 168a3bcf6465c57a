// An open file descriptor with one owner, and the system calls that need care (EINTR, short writes).
// The inside of this room: other rooms take AtomicFile, DescriptorSink, InputFile or Spool.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "base/error.h"

namespace base {

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    if (this != &other) {
      close();
      fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
  }
  ~Descriptor() { close(); }

  int get() const { return fd_; }
  bool is_open() const { return fd_ >= 0; }

  // 0, or the errno of close(2); the descriptor is gone either way.
  int close();

 private:
  int fd_ = -1;
};

// open(2), with O_CLOEXEC added and repeated on EINTR; not open on failure, errno says why.
Descriptor open_descriptor(const std::string& path, int flags, unsigned mode = 0);

// Writes all of `bytes`: 0, or the errno that stopped it. Waits where the descriptor is non-blocking.
int write_all(int fd, std::string_view bytes);

// "cannot write PATH: No space left on device". `what` is "cannot write"; control characters in `path` are escaped.
Error system_error(ErrorKind kind, std::string_view what, const std::string& path, int error_number,
                   std::string hint = {});

}  // namespace base
