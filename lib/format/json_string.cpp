#include "format/json_string.h"

#include <algorithm>

namespace format {
namespace {

constexpr char32_t kFirstHighSurrogate = 0xd800;
constexpr char32_t kFirstLowSurrogate = 0xdc00;
constexpr char32_t kBehindSurrogates = 0xe000;

bool read_hex(std::string_view digits, char32_t& value) {
  if (digits.size() < 4) return false;
  value = 0;
  for (const char digit : digits.substr(0, 4)) {
    value *= 16;
    if (digit >= '0' && digit <= '9') {
      value += static_cast<char32_t>(digit - '0');
    } else if (digit >= 'a' && digit <= 'f') {
      value += static_cast<char32_t>(digit - 'a' + 10);
    } else if (digit >= 'A' && digit <= 'F') {
      value += static_cast<char32_t>(digit - 'A' + 10);
    } else {
      return false;
    }
  }
  return true;
}

std::size_t read_unicode_escape(std::string_view text, char32_t& code_point) {
  if (!read_hex(text.substr(2), code_point)) return 0;
  if (code_point < kFirstHighSurrogate || code_point >= kBehindSurrogates) return 6;
  char32_t low = 0;
  if (code_point >= kFirstLowSurrogate || text.size() < 12 || text.substr(6, 2) != "\\u" ||
      !read_hex(text.substr(8), low))
    return 0;
  if (low < kFirstLowSurrogate || low >= kBehindSurrogates) return 0;
  code_point = 0x10000 + ((code_point - kFirstHighSurrogate) << 10) + (low - kFirstLowSurrogate);
  return 12;
}

void append_utf8(base::ByteBuffer& out, char32_t code_point) {
  const auto byte = [&out](char32_t value) { out.append(static_cast<char>(value)); };
  if (code_point < 0x80) return byte(code_point);
  if (code_point < 0x800) {
    byte(0xc0 | (code_point >> 6));
  } else {
    if (code_point < 0x10000) {
      byte(0xe0 | (code_point >> 12));
    } else {
      byte(0xf0 | (code_point >> 18));
      byte(0x80 | ((code_point >> 12) & 0x3f));
    }
    byte(0x80 | ((code_point >> 6) & 0x3f));
  }
  byte(0x80 | (code_point & 0x3f));
}

}  // namespace

std::size_t read_escape(std::string_view text, char32_t& code_point) {
  if (text.size() < 2) return 0;
  switch (text[1]) {
    case '"':
      code_point = '"';
      return 2;
    case '\\':
      code_point = '\\';
      return 2;
    case '/':
      code_point = '/';
      return 2;
    case 'b':
      code_point = '\b';
      return 2;
    case 'f':
      code_point = '\f';
      return 2;
    case 'n':
      code_point = '\n';
      return 2;
    case 'r':
      code_point = '\r';
      return 2;
    case 't':
      code_point = '\t';
      return 2;
    case 'u':
      return read_unicode_escape(text, code_point);
    default:
      return 0;
  }
}

bool append_unescaped(base::ByteBuffer& out, std::string_view escaped) {
  const auto is_control = [](char byte) { return static_cast<unsigned char>(byte) < 0x20; };
  while (!escaped.empty()) {
    const std::string_view clean = escaped.substr(0, escaped.find('\\'));
    if (std::any_of(clean.begin(), clean.end(), is_control)) return false;
    out.append(clean);
    escaped.remove_prefix(clean.size());
    if (escaped.empty()) break;
    char32_t code_point = 0;
    const std::size_t bytes = read_escape(escaped, code_point);
    if (bytes == 0) return false;
    append_utf8(out, code_point);
    escaped.remove_prefix(bytes);
  }
  return true;
}

std::size_t find_closing_quote(std::string_view text) {
  for (std::size_t quote = text.find('"'); quote != std::string_view::npos; quote = text.find('"', quote + 1)) {
    std::size_t backslashes = 0;
    while (backslashes < quote && text[quote - 1 - backslashes] == '\\') ++backslashes;
    if (backslashes % 2 == 0) return quote;
  }
  return std::string_view::npos;
}

}  // namespace format
