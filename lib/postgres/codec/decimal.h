// A decimal number as text, taken apart without rounding: JSON's grammar, leading zeros allowed. Private to the codecs.
#pragma once

#include <cstdint>
#include <string_view>

namespace postgres {

struct Decimal {
  enum class Sign { kPlus, kMinus };
  Sign sign = Sign::kPlus;
  std::string_view integer;   // at least one digit
  std::string_view fraction;  // digits after the point, may be empty
  std::int64_t exponent = 0;  // held within ±kExponentLimit, far beyond what any type takes
};

inline constexpr std::int64_t kExponentLimit = 1'000'000'000;

// False when `text` is not a number.
bool parse_decimal(std::string_view text, Decimal& decimal);

}  // namespace postgres
