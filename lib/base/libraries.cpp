#include "base/libraries.h"

#include <fmt/core.h>
#include <openssl/crypto.h>

namespace base {

std::string library_versions() {
  return fmt::format("OpenSSL {}, fmt {}.{}.{}", OpenSSL_version(OPENSSL_VERSION_STRING), FMT_VERSION / 10000,
                     FMT_VERSION / 100 % 100, FMT_VERSION % 100);
}

}  // namespace base
