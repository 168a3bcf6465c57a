#include "conversion/iso_text.h"

#include <algorithm>

namespace conversion {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// `pattern` knows 9 for a digit; everything else stands for itself.
bool take(std::string_view& rest, std::string_view pattern, std::string_view& taken) {
  if (rest.size() < pattern.size()) return false;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '9' ? !is_digit(rest[i]) : rest[i] != pattern[i]) return false;
  }
  taken = rest.substr(0, pattern.size());
  rest.remove_prefix(pattern.size());
  return true;
}

bool take_clock(std::string_view& rest, std::string_view& clock) {
  const std::string_view start = rest;
  std::string_view piece;
  if (!take(rest, "99:99", piece)) return false;
  if (take(rest, ":99", piece) && rest.starts_with('.')) {
    const std::size_t digits = std::min(rest.find_first_not_of("0123456789", 1), rest.size()) - 1;
    if (digits == 0) return false;
    rest.remove_prefix(digits + 1);
  }
  clock = start.substr(0, start.size() - rest.size());
  return true;
}

bool is_zone(std::string_view zone) {
  if (zone == "Z" || zone == "z" || zone == "UTC") return true;
  if (!zone.starts_with('+') && !zone.starts_with('-')) return false;
  zone.remove_prefix(1);
  std::string_view piece;
  if (!take(zone, "99", piece)) return false;
  return zone.empty() || ((take(zone, ":99", piece) || take(zone, "99", piece)) && zone.empty());
}

}  // namespace

std::optional<IsoText> read_iso(std::string_view text) {
  IsoText read;
  std::string_view rest = text;
  if (!take(rest, "9999-99-99", read.day)) return std::nullopt;
  if (rest.empty()) return read;
  if (rest.front() != ' ' && rest.front() != 'T') return std::nullopt;
  rest.remove_prefix(1);
  if (!take_clock(rest, read.clock)) return std::nullopt;
  if (rest.empty()) return read;
  if (rest.front() == ' ') rest.remove_prefix(1);
  if (!is_zone(rest)) return std::nullopt;
  read.zone = rest;
  return read;
}

bool is_midnight(const IsoText& text) { return text.clock.find_first_of("123456789") == std::string_view::npos; }

bool is_utc(std::string_view zone) {
  return zone == "Z" || zone == "z" || zone == "UTC" || zone.find_first_of("123456789") == std::string_view::npos;
}

}  // namespace conversion
