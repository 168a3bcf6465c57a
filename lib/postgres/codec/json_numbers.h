// Numbers in the text of a JSON value that a reader with doubles (jq, JavaScript) would change.
// Looks at a sixteenth of the bytes where there is none: every row passes it.
#pragma once

#include <string_view>

namespace postgres {

enum class Exponents { kNone, kAny };  // jsonb writes none

// Whether a number outside strings has another value as a double: 12345678901234567890, 1e400,
// 0.1000000000000000000001.
bool has_number_beyond_doubles(std::string_view text, Exponents exponents);

}  // namespace postgres
