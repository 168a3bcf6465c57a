// One code point at a time out of UTF-8 text that may be broken. No allocation, no locale.
#pragma once

#include <cstddef>
#include <string_view>

namespace base {

struct CodePoint {
  char32_t value = 0;
  std::size_t bytes = 0;  // 0: the first byte begins no well-formed character
};

// The first character of `text` (not empty) as Unicode, table 3-7, defines well-formed: no overlong forms, no
// surrogates.
inline CodePoint first_code_point(std::string_view text) {
  const auto byte = [text](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < bytes) return {};
  char32_t value = lead & (0x7FU >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    value = value << 6 | (byte(i) & 0x3FU);
  }
  const bool overlong = (bytes == 3 && value < 0x800) || (bytes == 4 && value < 0x10000);
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (overlong || surrogate || value > 0x10FFFF) return {};
  return {value, bytes};
}

}  // namespace base
