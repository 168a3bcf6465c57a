#include "format/libraries.h"

#include <simdjson.h>
#include <zlib.h>
#include <zstd.h>

namespace format {

std::string library_versions() {
  return std::string("zstd ") + ZSTD_versionString() + ", zlib " + zlibVersion() + ", simdjson " +
         std::to_string(simdjson::SIMDJSON_VERSION_MAJOR) + "." + std::to_string(simdjson::SIMDJSON_VERSION_MINOR) +
         "." + std::to_string(simdjson::SIMDJSON_VERSION_REVISION);
}

}  // namespace format
