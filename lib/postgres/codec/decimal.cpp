#include "postgres/codec/decimal.h"

#include <algorithm>

namespace postgres {

namespace {

std::string_view take_digits(std::string_view& rest) {
  std::size_t count = 0;
  while (count < rest.size() && rest[count] >= '0' && rest[count] <= '9') ++count;
  const std::string_view digits = rest.substr(0, count);
  rest.remove_prefix(count);
  return digits;
}

bool take(std::string_view& rest, char wanted) {
  if (rest.empty() || rest.front() != wanted) return false;
  rest.remove_prefix(1);
  return true;
}

}  // namespace

bool parse_decimal(std::string_view text, Decimal& decimal) {
  decimal.sign = take(text, '-') ? Decimal::Sign::kMinus : Decimal::Sign::kPlus;
  decimal.integer = take_digits(text);
  if (decimal.integer.empty()) return false;
  decimal.fraction = {};
  decimal.exponent = 0;
  if (take(text, '.')) {
    decimal.fraction = take_digits(text);
    if (decimal.fraction.empty()) return false;
  }
  if (take(text, 'e') || take(text, 'E')) {
    const bool negative = take(text, '-');
    if (!negative) take(text, '+');
    const std::string_view digits = take_digits(text);
    if (digits.empty()) return false;
    for (const char digit : digits) {
      decimal.exponent = std::min(decimal.exponent * 10 + (digit - '0'), kExponentLimit);
    }
    if (negative) decimal.exponent = -decimal.exponent;
  }
  return text.empty();
}

}  // namespace postgres
