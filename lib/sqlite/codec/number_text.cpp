#include "sqlite/codec/number_text.h"

#include <charconv>
#include <cmath>
#include <string>

namespace sqlite {
namespace {

// 0.d1d2… × 10^exponent, without zeros at either end of the digits; no digits: zero.
struct Decimal {
  bool negative = false;
  std::string digits;
  std::int64_t exponent = 0;
  bool operator==(const Decimal&) const = default;
};

constexpr std::int64_t kMostExponent = std::int64_t{1} << 60;  // more is as good: no file holds as many digits

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::optional<Decimal> parse(std::string_view text) {
  Decimal decimal;
  if (text.starts_with('-') || text.starts_with('+')) {
    decimal.negative = text.front() == '-';
    text.remove_prefix(1);
  }
  bool any_digit = false;
  bool behind_point = false;
  std::size_t at = 0;
  for (; at < text.size() && (is_digit(text[at]) || (text[at] == '.' && !behind_point)); ++at) {
    if (text[at] == '.') {
      behind_point = true;
      continue;
    }
    any_digit = true;
    if (text[at] == '0' && decimal.digits.empty()) {
      if (behind_point) --decimal.exponent;
      continue;
    }
    decimal.digits += text[at];
    if (!behind_point) ++decimal.exponent;
  }
  if (!any_digit) return std::nullopt;
  text.remove_prefix(at);
  if (!text.empty()) {
    if (text.front() != 'e' && text.front() != 'E') return std::nullopt;
    text.remove_prefix(1);
    if (text.size() > 1 && text.front() == '+' && is_digit(text[1])) text.remove_prefix(1);
    std::int64_t exponent = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), exponent);
    if (error == std::errc::invalid_argument || end != text.data() + text.size()) return std::nullopt;
    const bool beyond = error != std::errc() || std::abs(exponent) > kMostExponent;
    decimal.exponent += beyond ? (text.starts_with('-') ? -kMostExponent : kMostExponent) : exponent;
  }
  while (!decimal.digits.empty() && decimal.digits.back() == '0') decimal.digits.pop_back();
  if (decimal.digits.empty()) decimal = {};
  return decimal;
}

}  // namespace

std::optional<std::int64_t> read_integer(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<double> read_real(std::string_view text) {
  if (!parse(text)) return std::nullopt;
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size()) return std::nullopt;
  if (error == std::errc()) return value;
  // Out of range: too small is zero, too large is no double.
  const auto decimal = parse(text);
  if (decimal->exponent > 0) return std::nullopt;
  return decimal->negative ? -0.0 : 0.0;
}

Precision precision_as_real(std::string_view text) {
  const auto wanted = parse(text);
  if (!wanted) return Precision::kNoNumber;
  const auto value = read_real(text);
  if (!value) return Precision::kLost;
  char shortest[40];
  const char* const end = std::to_chars(shortest, shortest + sizeof shortest, *value).ptr;
  const auto kept = parse({shortest, static_cast<std::size_t>(end - shortest)});
  return kept && *kept == *wanted ? Precision::kKept : Precision::kLost;
}

bool keeps_form(std::string_view text, bool as_real) {
  constexpr std::string_view kBlanks = " \t\n\v\f\r";
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return true;
  const std::string_view number = text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
  if (!parse(number)) return true;
  char own[400];
  const auto is_own = [&](const std::to_chars_result& written) {
    return text == std::string_view(own, static_cast<std::size_t>(written.ptr - own));
  };
  if (const auto integer = read_integer(number)) return is_own(std::to_chars(own, own + sizeof own, *integer));
  const auto real = read_real(number);
  if (!real) return false;  // becomes an infinite one
  if (as_real && is_integral(*real) && text.ends_with(".0")) {
    text.remove_suffix(2);
    return is_own(std::to_chars(own, own + sizeof own, *real, std::chars_format::fixed));
  }
  if (!as_real && is_integral(*real)) return false;  // becomes an integer
  return is_own(std::to_chars(own, own + sizeof own, *real));
}

bool is_integral(double value) { return value == std::trunc(value) && std::abs(value) <= 0x1p63; }

}  // namespace sqlite
