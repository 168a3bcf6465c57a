#include "base/random.h"

#include <sys/random.h>

#include <cerrno>

#include "base/error.h"

namespace base {

std::string random_bytes(std::size_t bytes) {
  std::string raw(bytes, '\0');
  for (std::size_t got = 0; got < bytes;) {
    const ssize_t more = ::getrandom(raw.data() + got, bytes - got, 0);
    if (more < 0 && errno != EINTR) throw Error(ErrorKind::kInternal, "the system gives no random bytes");
    if (more > 0) got += static_cast<std::size_t>(more);
  }
  return raw;
}

std::string random_hex(std::size_t bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  for (const char byte : random_bytes(bytes)) {
    hex += kDigits[static_cast<unsigned char>(byte) >> 4];
    hex += kDigits[static_cast<unsigned char>(byte) & 15];
  }
  return hex;
}

}  // namespace base
