// Nested JSON in one spelling: without white space, strings escaped as the writer escapes them. The inside of this
// room. Pure.
#pragma once

#include <string_view>

#include "base/byte_buffer.h"

namespace join {

// kJsonb: also the keys of objects in jsonb's order, the last of equal ones, and no minus before zero.
enum class JsonSpelling { kCompact, kJsonb };

// Appends the value. Text that cannot be read so is appended as it is.
void append_json(base::ByteBuffer& out, std::string_view text, JsonSpelling spelling);

// Of an object whose only key is `$json` or `$json_text`: that key and the text of its value. Otherwise empty.
struct WrappedDocument {
  std::string_view key;
  std::string_view value;
};
WrappedDocument unwrap_document(std::string_view object);

}  // namespace join
