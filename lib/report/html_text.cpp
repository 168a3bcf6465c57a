#include "report/html_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/sha256.h"
#include "base/terminal.h"
#include "base/utf8.h"

namespace report {
namespace {

// Characters that printable() lets through but that cannot be seen, or not told from others, on a page; and those that
// HTML does not allow.
bool is_unseen(char32_t c) {
  const bool looks_like_space = c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200D) || c == 0x202F ||
                                c == 0x205F || c == 0x3000 || c == 0x2800 || c == 0x3164 || c == 0xFFA0;
  const bool shows_nothing = c == 0xAD || c == 0x34F || c == 0x115F || c == 0x1160 || c == 0x180E ||
                             (c >= 0x2060 && c <= 0x206F) || (c >= 0xFFF0 && c <= 0xFFFB) ||
                             (c >= 0xE0000 && c <= 0xE0FFF);
  const bool noncharacter = (c >= 0xFDD0 && c <= 0xFDEF) || (c & 0xFFFE) == 0xFFFE;
  return looks_like_space || shows_nothing || noncharacter;
}

std::string_view entity(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    default:
      return {};
  }
}

enum class Marks { kElements, kPlain };

std::string mark(const std::string& shown, Marks marks) {
  return marks == Marks::kPlain ? shown : "<span class=\"ctl\">" + shown + "</span>";
}

std::string escaped(std::string_view text, Marks marks) {
  std::string html;
  html.reserve(text.size() + text.size() / 8);
  while (!text.empty()) {
    const base::CodePoint first = base::first_code_point(text);
    const std::string_view bytes = text.substr(0, first.bytes == 0 ? 1 : first.bytes);
    text.remove_prefix(bytes.size());
    const bool ascii = first.bytes == 1 && first.value >= 0x20 && first.value < 0x7F;
    if (ascii) {
      const std::string_view name = entity(bytes.front());
      html += name.empty() ? bytes : name;
    } else if (bytes == "\n" && marks == Marks::kElements) {
      html += mark("\\n", marks) + "\n";
    } else if (bytes == "\t" && marks == Marks::kElements) {
      html += mark("\\t", marks) + "\t";
    } else if (const std::string shown = base::printable(bytes); shown != bytes) {
      html += mark(shown, marks);
    } else if (is_unseen(first.value)) {
      html += mark(fmt::format("\\u{:04x}", static_cast<unsigned>(first.value)), marks);
    } else {
      html += bytes;
    }
  }
  return html;
}

// Base64 (RFC 4648) of the bytes that `hex` spells.
std::string base64_of_hex(std::string_view hex) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  // Six digits are three bytes are four characters.
  for (std::size_t at = 0; at < hex.size(); at += 6) {
    const std::string_view digits = hex.substr(at, 6);
    std::uint32_t bits = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), bits, 16);
    bits <<= 4 * (6 - digits.size());
    const std::size_t characters = digits.size() / 2 + 1;
    for (std::size_t i = 0; i < 4; ++i) text += i < characters ? kAlphabet[bits >> (18 - 6 * i) & 63] : '=';
  }
  return text;
}

}  // namespace

std::string html_data(std::string_view text) { return "<span class=\"data\">" + html_marked(text) + "</span>"; }

std::string html_name(std::string_view text) {
  std::string html = "<span class=\"data name\">";
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of("_.", 3), text.size() - 1) + 1;
    html += html_marked(text.substr(0, end));
    text.remove_prefix(end);
    if (!text.empty()) html += "<wbr>";
  }
  return html + "</span>";
}

std::string html_code(std::string_view text) { return "<code class=\"data\">" + html_marked(text) + "</code>"; }

std::string html_plain(std::string_view text) { return escaped(text, Marks::kPlain); }

std::string html_marked(std::string_view text) { return escaped(text, Marks::kElements); }

std::string csp_hash(std::string_view inline_text) {
  base::Sha256 sha256;
  sha256.update(inline_text);
  return "'sha256-" + base64_of_hex(sha256.hex()) + "'";
}

}  // namespace report
