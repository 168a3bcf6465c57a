#include "postgres/codec/json_scan.h"

#include <algorithm>
#include <cstdint>

#include "postgres/codec/bytes.h"

#if defined(__SSE2__) && defined(__x86_64__)
#include <emmintrin.h>
#endif

namespace postgres {

namespace {

// The index after the string that opens at `at`; text.size() when it never closes.
std::size_t skip_string(std::string_view text, std::size_t at) {
  for (++at; at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (text[at] == '"') {
      return at + 1;
    }
  }
  return text.size();
}

std::size_t skip_space(std::string_view text, std::size_t at) {
  while (at < text.size() && is_json_space(text[at])) ++at;
  return at;
}

// The index of the comma or bracket that ends the value at `at`.
std::size_t skip_value(std::string_view text, std::size_t at) {
  std::size_t depth = 0;
  while (at < text.size()) {
    const char byte = text[at];
    if (byte == '"') {
      at = skip_string(text, at);
      continue;
    }
    if (byte == '{' || byte == '[') ++depth;
    if (depth == 0 && (byte == ',' || byte == '}' || byte == ']')) return at;
    if (byte == '}' || byte == ']') --depth;
    ++at;
  }
  return at;
}

// The code unit of a \uXXXX escape whose backslash is at `at`; a value above 0xffff when there is none.
std::uint32_t escaped_unit(std::string_view text, std::size_t at) {
  constexpr std::uint32_t kNone = 0x10000;
  if (at + 6 > text.size() || text[at] != '\\' || text[at + 1] != 'u') return kNone;
  std::uint32_t unit = 0;
  for (std::size_t i = at + 2; i < at + 6; ++i) {
    const unsigned digit = hex_value(text[i]);
    if (digit > 15) return kNone;
    unit = unit << 4 | digit;
  }
  return unit;
}

bool is_high_surrogate(std::uint32_t unit) { return unit >= 0xd800 && unit < 0xdc00; }
bool is_low_surrogate(std::uint32_t unit) { return unit >= 0xdc00 && unit < 0xe000; }

void append_utf8(base::ByteBuffer& out, std::uint32_t code) {
  const auto tail = [&](int shift) { out.append(static_cast<char>(0x80 | ((code >> shift) & 0x3f))); };
  if (code < 0x80) return out.append(static_cast<char>(code));
  if (code < 0x800) {
    out.append(static_cast<char>(0xc0 | code >> 6));
  } else if (code < 0x10000) {
    out.append(static_cast<char>(0xe0 | code >> 12));
    tail(6);
  } else {
    out.append(static_cast<char>(0xf0 | code >> 18));
    tail(12);
    tail(6);
  }
  tail(0);
}

// Appends the character of the escape at `at` and returns the index after it; 0 when it is none.
std::size_t append_escape(base::ByteBuffer& out, std::string_view text, std::size_t at) {
  constexpr std::string_view kNames = "\"\\/bfnrt";
  constexpr std::string_view kCharacters = "\"\\/\b\f\n\r\t";
  if (at + 1 >= text.size()) return 0;
  if (const std::size_t name = kNames.find(text[at + 1]); name != std::string_view::npos) {
    out.append(kCharacters[name]);
    return at + 2;
  }
  const std::uint32_t unit = escaped_unit(text, at);
  if (unit > 0xffff || is_low_surrogate(unit)) return 0;
  if (!is_high_surrogate(unit)) {
    append_utf8(out, unit);
    return at + 6;
  }
  const std::uint32_t low = escaped_unit(text, at + 6);
  if (!is_low_surrogate(low)) return 0;
  append_utf8(out, 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00));
  return at + 12;
}

// The content of a key, unescaped; false for one that no UTF-8 text can equal.
bool unescape_key(std::string_view quoted, std::string& key) {
  if (quoted.find('\\') == std::string_view::npos) {
    key = quoted.substr(1, quoted.size() - 2);
    return true;
  }
  base::ByteBuffer buffer;
  if (!append_unescaped(buffer, quoted)) return false;
  key = buffer.view();
  return true;
}

// How many `[` and `{` there are, in strings too.
std::size_t count_opening(std::string_view text) {
  std::size_t count = 0;
  std::size_t at = 0;
#if defined(__SSE2__) && defined(__x86_64__)
  const __m128i bit = _mm_set1_epi8(0x20);  // tells [ from {
  const __m128i brace = _mm_set1_epi8('{');
  const __m128i one = _mm_set1_epi8(1);
  __m128i sums = _mm_setzero_si128();
  for (; at + 16 <= text.size(); at += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
    const __m128i found = _mm_and_si128(_mm_cmpeq_epi8(_mm_or_si128(bytes, bit), brace), one);
    sums = _mm_add_epi64(sums, _mm_sad_epu8(found, _mm_setzero_si128()));
  }
  count = static_cast<std::size_t>(_mm_cvtsi128_si64(_mm_add_epi64(sums, _mm_unpackhi_epi64(sums, sums))));
#endif
  for (; at < text.size(); ++at) count += static_cast<std::size_t>((text[at] | 0x20) == '{');
  return count;
}

}  // namespace

bool is_deeper_than(std::string_view text, std::size_t depth) {
  if (count_opening(text) <= depth) return false;  // nearly every document
  std::size_t level = 0;
  for (std::size_t at = 0; at < text.size();) {
    const char byte = text[at];
    if (byte == '"') {
      at = skip_string(text, at);
      continue;
    }
    if ((byte == '{' || byte == '[') && ++level > depth) return true;
    if ((byte == '}' || byte == ']') && level > 0) --level;
    ++at;
  }
  return false;
}

bool has_lone_surrogate(std::string_view text) {
  for (std::size_t at = text.find('\\'); at < text.size(); at = text.find('\\', at)) {
    const std::uint32_t unit = escaped_unit(text, at);
    if (is_high_surrogate(unit) && is_low_surrogate(escaped_unit(text, at + 6))) {
      at += 12;
      continue;
    }
    if (is_high_surrogate(unit) || is_low_surrogate(unit)) return true;
    at += 2;
  }
  return false;
}

bool has_optional_escape(std::string_view text) {
  for (std::size_t at = text.find('\\'); at < text.size(); at = text.find('\\', at + 2)) {
    if (at + 1 < text.size() && (text[at + 1] == '/' || text[at + 1] == 'u')) return true;
  }
  return false;
}

bool append_unescaped(base::ByteBuffer& out, std::string_view text) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return false;
  text = text.substr(1, text.size() - 2);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t plain = std::min(text.find('\\', at), text.size());
    out.append(text.substr(at, plain - at));
    if (plain == text.size()) break;
    at = append_escape(out, text, plain);
    if (at == 0) return false;
  }
  return true;
}

bool only_key(std::string_view object, JsonMembers& members) {
  members.count = 0;
  std::string key;
  std::size_t at = 1;
  while (true) {
    at = skip_space(object, at);
    if (at >= object.size() || object[at] != '"') return false;
    const std::size_t key_end = skip_string(object, at);
    const std::string_view quoted = object.substr(at, key_end - at);
    if (quoted.size() < 2 || !unescape_key(quoted, key)) return false;
    if (members.count != 0 && key != members.key) return false;
    members.key = key;
    ++members.count;
    at = skip_space(object, key_end);
    if (at >= object.size() || object[at] != ':') return false;
    at = skip_space(object, at + 1);
    std::size_t value_end = skip_value(object, at);
    const std::size_t next = value_end;
    while (value_end > at && is_json_space(object[value_end - 1])) --value_end;
    members.value = object.substr(at, value_end - at);
    if (next >= object.size()) return false;
    if (object[next] == '}') return true;
    at = next + 1;
  }
}

}  // namespace postgres
