// Looks at the text of one valid JSON value without building anything: what codec_json must know of it.
// Text that is not valid JSON is looked at within its bounds and answered somehow; the server judges it later.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/byte_buffer.h"

namespace postgres {

inline bool is_json_space(char byte) { return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t'; }

bool is_deeper_than(std::string_view text, std::size_t depth);

// A \uD800..\uDFFF escape that is not half of a pair.
bool has_lone_surrogate(std::string_view text);

// Of a string: an escape that need not be one (\/ or \uXXXX), so that writing its content again might spell it
// otherwise.
bool has_optional_escape(std::string_view text);

// Appends the content of a JSON string, quotes included in `text`; false when it is not one.
bool append_unescaped(base::ByteBuffer& out, std::string_view text);

struct JsonMembers {
  std::string key;         // unescaped
  std::string_view value;  // of the last member, without white space around it
  std::size_t count = 0;
};

// True when every member of the object has the same key, and there is one.
bool only_key(std::string_view object, JsonMembers& members);

}  // namespace postgres
