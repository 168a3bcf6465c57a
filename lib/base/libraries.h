// Which versions of other people's libraries this room runs with, for --version.
#pragma once

#include <string>

namespace base {

std::string library_versions();  // "zstd 1.5.4, zlib 1.2.13"

}  // namespace base
