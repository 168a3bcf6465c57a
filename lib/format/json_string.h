// Reading JSON strings: the one place that knows what an escape stands for. The counterpart of json_text.h.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/byte_buffer.h"

namespace format {

// The bytes between two quotes, unescaped and appended to `out`. Strict: no unknown escape, no lone surrogate, no raw
// control character. False: the text breaks a rule, and `out` holds part of it.
bool append_unescaped(base::ByteBuffer& out, std::string_view escaped);

// How many bytes the escape takes that begins at text[0] == '\\', 0 when it is not a valid one (a pair of surrogates is
// one escape); `code_point` is what it stands for.
std::size_t read_escape(std::string_view text, char32_t& code_point);

// Where the string ends that begins after an opening quote: the index of its closing quote, or npos when it has none.
std::size_t find_closing_quote(std::string_view text);

}  // namespace format
