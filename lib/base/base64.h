// Bytes as base64 (RFC 4648, section 4, with padding), done by OpenSSL. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "base/byte_buffer.h"

namespace base {

void append_base64(ByteBuffer& out, std::string_view bytes);

// False: `text` is not what append_base64 writes for any bytes.
[[nodiscard]] bool decode_base64(std::string_view text, std::string& bytes);

}  // namespace base
