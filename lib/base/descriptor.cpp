#include "base/descriptor.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "base/terminal.h"

namespace base {

int Descriptor::close() {
  if (fd_ < 0) return 0;
  // Never repeated on EINTR: on Linux the descriptor is closed all the same, and its number may be another file's by
  // now.
  const int result = ::close(std::exchange(fd_, -1));
  return result == 0 || errno == EINTR ? 0 : errno;
}

Descriptor open_descriptor(const std::string& path, int flags, unsigned mode) {
  int fd = -1;
  do {
    fd = ::open(path.c_str(), flags | O_CLOEXEC, mode);
  } while (fd < 0 && errno == EINTR);
  return Descriptor(fd);
}

int write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
    } else if (written == 0) {
      return EIO;  // write(2) of something that takes nothing and reports nothing would be tried for ever
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      // Standard output may have been made non-blocking by another process that shares it.
      pollfd ready{fd, POLLOUT, 0};
      if (::poll(&ready, 1, -1) < 0 && errno != EINTR) return errno;
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

Error system_error(ErrorKind kind, std::string_view what, const std::string& path, int error_number, std::string hint) {
  const std::string reason = std::system_category().message(error_number);
  return {kind, std::string(what) + " " + printable(path) + ": " + reason, std::move(hint)};
}

}  // namespace base
