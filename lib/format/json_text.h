// Writing JSON text: the one place that knows how a string is escaped.
#pragma once

#include <string_view>

#include "base/byte_buffer.h"

namespace format {

// Appends `text` (valid UTF-8) as a JSON string, quotes included. Escapes only what JSON demands: `"`, `\`
// and U+0000..U+001F (as \b \t \n \f \r or \u00XX).
void append_json_string(base::ByteBuffer& out, std::string_view text);

}  // namespace format
