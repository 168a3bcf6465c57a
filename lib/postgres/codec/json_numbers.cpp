#include "postgres/codec/json_numbers.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace postgres {
namespace {

// So many digits survive a double (DBL_DIG is 15); a number that is longer may not.
constexpr std::size_t kSuspiciousBytes = 16;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_of_a_number(char c) { return is_digit(c) || c == '.'; }

// A run of so many bytes covers one of these places.
bool has_long_run(std::string_view text) {
  for (std::size_t at = kSuspiciousBytes - 1; at < text.size(); at += kSuspiciousBytes) {
    if (!is_of_a_number(text[at])) [[likely]]
      continue;
    std::size_t begin = at;
    std::size_t end = at + 1;
    while (begin > 0 && is_of_a_number(text[begin - 1])) --begin;
    while (end < text.size() && is_of_a_number(text[end])) ++end;
    if (end - begin >= kSuspiciousBytes) return true;
  }
  return false;
}

bool has_exponent(std::string_view text) {
  for (std::size_t at = 1; at < text.size(); ++at)
    if ((text[at] | 0x20) == 'e' && is_digit(text[at - 1])) return true;
  return false;
}

// A decimal number as its digits without zeros around them, and the power of ten of the last.
struct Decimal {
  std::string digits;
  std::int64_t exponent = 0;

  bool operator==(const Decimal&) const = default;
};

Decimal decimal_of(std::string_view number) {
  Decimal decimal;
  bool behind_point = false;
  std::size_t at = 0;
  for (; at < number.size() && (number[at] | 0x20) != 'e'; ++at) {
    if (number[at] == '.') behind_point = true;
    if (!is_digit(number[at])) continue;
    if (!decimal.digits.empty() || number[at] != '0') decimal.digits += number[at];
    if (behind_point) --decimal.exponent;
  }
  if (at < number.size()) {
    std::string_view power = number.substr(at + 1);
    if (power.starts_with('+')) power.remove_prefix(1);
    std::int64_t written = 0;
    if (std::from_chars(power.data(), power.data() + power.size(), written).ec != std::errc() ||
        std::abs(written) > 1'000'000'000)
      written = power.starts_with('-') ? -1'000'000'000 : 1'000'000'000;
    decimal.exponent += written;
  }
  while (!decimal.digits.empty() && decimal.digits.back() == '0') {
    decimal.digits.pop_back();
    ++decimal.exponent;
  }
  if (decimal.digits.empty()) decimal.exponent = 0;
  return decimal;
}

bool survives(std::string_view number) {
  const Decimal exact = decimal_of(number);
  if (exact.digits.size() > 17) return false;  // no double's shortest text is longer
  const std::string text(number);              // from_chars of GCC 12 is as good, but sets no value out of range
  const double value = std::strtod(text.c_str(), nullptr);
  if (!std::isfinite(value)) return false;
  std::array<char, 64> shortest{};
  const auto written = std::to_chars(shortest.data(), shortest.data() + shortest.size(), value);
  return decimal_of({shortest.data(), static_cast<std::size_t>(written.ptr - shortest.data())}) == exact;
}

// Each number outside strings.
bool has_changed_number(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == '"') {
      for (++at; at < text.size() && text[at] != '"'; ++at)
        if (text[at] == '\\') ++at;
      ++at;
      continue;
    }
    if (!is_digit(text[at])) {
      ++at;
      continue;
    }
    const std::size_t begin = at;
    bool exponent = false;
    while (at < text.size() &&
           (is_of_a_number(text[at]) || (text[at] | 0x20) == 'e' || text[at] == '+' || text[at] == '-')) {
      exponent = exponent || (text[at] | 0x20) == 'e';
      ++at;
    }
    const std::string_view number = text.substr(begin, at - begin);
    if ((exponent || number.size() >= kSuspiciousBytes) && !survives(number)) return true;
  }
  return false;
}

}  // namespace

bool has_number_beyond_doubles(std::string_view text, Exponents exponents) {
  const bool suspicious = has_long_run(text) || (exponents == Exponents::kAny && has_exponent(text));
  return suspicious && has_changed_number(text);
}

}  // namespace postgres
