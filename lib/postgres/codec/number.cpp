#include "postgres/codec/number.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <span>
#include <type_traits>

#include "postgres/codec/decimal.h"
#include "postgres/codec/wire.h"

namespace postgres {

namespace {

using format::Value;
using format::ValueKind;

void decode_bool(const Codec& codec, base::ByteBuffer& out, std::string_view field) {
  const auto value = load_field<std::uint8_t>(codec, field);
  if (value > 1) throw_malformed(codec);
  out.append(value == 1 ? std::string_view("true") : std::string_view("false"));
}

void print_bool(const Codec& codec, base::ByteBuffer& out, std::string_view field) {
  out.append(load_field<std::uint8_t>(codec, field) != 0 ? 't' : 'f');
}

bool encode_bool(const Codec& codec, base::ByteBuffer& out, const Value& value, std::string& reason) {
  if (value.kind != ValueKind::kBoolean) return refuse_kind(codec, value, reason);
  append_integer_field(out, static_cast<std::uint8_t>(value.text == "true"));
  return true;
}

bool scan_bool(const Codec& codec, base::ByteBuffer& out, std::string_view text, std::string& reason) {
  if (text != "t" && text != "f") return refuse_syntax(codec, text, reason);
  append_integer_field(out, static_cast<std::uint8_t>(text == "t"));
  return true;
}

template <class Integer>
void print_integer(const Codec& codec, base::ByteBuffer& out, std::string_view field) {
  const auto value = static_cast<std::int64_t>(load_field<Integer>(codec, field));
  char* const start = out.room(24);
  char* at = start;
  auto magnitude = static_cast<std::uint64_t>(value);
  if (value < 0) {
    *at++ = '-';
    magnitude = 0 - magnitude;
  }
  at = put_unsigned(at, magnitude);
  out.advance(static_cast<std::size_t>(at - start));
}

constexpr std::int64_t kLargestExactInteger = (std::int64_t{1} << 53) - 1;  // what every JSON reader keeps exactly

void decode_int8(const Codec& codec, base::ByteBuffer& out, std::string_view field) {
  const auto value = load_field<std::int64_t>(codec, field);
  if (value >= -kLargestExactInteger && value <= kLargestExactInteger) {
    print_integer<std::int64_t>(codec, out, field);
  } else {
    decode_quoted<print_integer<std::int64_t>>(codec, out, field);
  }
}

enum class Parsed { kYes, kNotNumber, kNotInteger, kOutOfRange };

// Any spelling of an integer: 5.0, 1e3, 12300e-2.
Parsed parse_spelled_integer(std::string_view text, std::uint64_t& magnitude, Decimal::Sign& sign) {
  Decimal decimal;
  if (!parse_decimal(text, decimal)) return Parsed::kNotNumber;
  sign = decimal.sign;
  const auto integer_digits = static_cast<std::int64_t>(decimal.integer.size());
  const auto digits = integer_digits + static_cast<std::int64_t>(decimal.fraction.size());
  const std::int64_t point = integer_digits + decimal.exponent;
  magnitude = 0;
  bool overflow = false;
  for (std::int64_t i = 0; i < digits; ++i) {
    const char digit = i < integer_digits ? decimal.integer[static_cast<std::size_t>(i)]
                                          : decimal.fraction[static_cast<std::size_t>(i - integer_digits)];
    if (i >= point) {
      if (digit != '0') return Parsed::kNotInteger;
      continue;
    }
    overflow = overflow || __builtin_mul_overflow(magnitude, 10, &magnitude) ||
               __builtin_add_overflow(magnitude, static_cast<std::uint64_t>(digit - '0'), &magnitude);
  }
  for (std::int64_t i = digits; i < point && magnitude != 0 && !overflow; ++i) {
    overflow = __builtin_mul_overflow(magnitude, 10, &magnitude);
  }
  return overflow ? Parsed::kOutOfRange : Parsed::kYes;
}

Parsed parse_magnitude(std::string_view text, std::uint64_t& magnitude, Decimal::Sign& sign) {
  const bool negative = !text.empty() && text.front() == '-';
  const std::size_t start = negative ? 1 : 0;
  const std::size_t digits = text.size() - start;
  if (digits == 0 || digits > 19) return parse_spelled_integer(text, magnitude, sign);
  std::uint64_t total = 0;
  for (std::size_t i = start; i < text.size(); ++i) {
    const auto digit = static_cast<unsigned>(text[i] - '0');
    if (digit > 9) return parse_spelled_integer(text, magnitude, sign);
    total = total * 10 + digit;
  }
  magnitude = total;
  sign = negative ? Decimal::Sign::kMinus : Decimal::Sign::kPlus;
  return Parsed::kYes;
}

template <class Integer>
bool encode_integer(const Codec& codec, base::ByteBuffer& out, const Value& value, std::string& reason) {
  if (value.kind != ValueKind::kNumber && value.kind != ValueKind::kString) return refuse_kind(codec, value, reason);
  std::uint64_t magnitude = 0;
  Decimal::Sign sign = Decimal::Sign::kPlus;
  Parsed parsed = parse_magnitude(value.text, magnitude, sign);
  const bool negative = sign == Decimal::Sign::kMinus;
  constexpr auto kLargest = static_cast<std::uint64_t>(std::numeric_limits<Integer>::max());
  const std::uint64_t limit = !negative ? kLargest : std::is_signed_v<Integer> ? kLargest + 1 : 0;
  if (parsed == Parsed::kYes && magnitude > limit) parsed = Parsed::kOutOfRange;
  switch (parsed) {
    case Parsed::kYes:
      break;
    case Parsed::kNotNumber:
      return refuse_syntax(codec, value.text, reason);
    case Parsed::kNotInteger:
      return refuse(reason, fmt::format("{} has a fraction, {} takes none", value.text, codec.name()));
    case Parsed::kOutOfRange:
      return refuse(reason, fmt::format("{} is out of range for {}", value.text, codec.name()));
  }
  append_integer_field(out, static_cast<Integer>(negative ? 0 - magnitude : magnitude));
  return true;
}

template <class Float>
constexpr int kFirstScientificExponent = sizeof(Float) == 4 ? 6 : 15;  // as PostgreSQL's float4out and float8out

// Lays d.ddd × 10^exponent out without exponent; `digits` has no point.
char* put_fixed(char* at, std::string_view digits, int exponent) {
  const std::size_t count = digits.size();
  if (exponent < 0) {
    std::memcpy(at, "0.000", 5);
    at += 1 - exponent;
    std::memcpy(at, digits.data(), count);
    return at + count;
  }
  const auto integer_digits = static_cast<std::size_t>(exponent) + 1;
  if (count <= integer_digits) {
    std::memcpy(at, digits.data(), count);
    std::memset(at + count, '0', integer_digits - count);
    return at + integer_digits;
  }
  std::memcpy(at, digits.data(), integer_digits);
  at[integer_digits] = '.';
  std::memcpy(at + integer_digits + 1, digits.data() + integer_digits, count - integer_digits);
  return at + count + 1;
}

template <class Float>
char* put_float(char* at, Float value) {
  constexpr Float kLargestPlain = sizeof(Float) == 4 ? Float{1e6} : Float{1e15};
  if (std::signbit(value)) {
    *at++ = '-';
    value = -value;
  }
  if (value < kLargestPlain && value == std::trunc(value)) return put_unsigned(at, static_cast<std::uint64_t>(value));
  char text[40];  // d.ddde±xx; the fewest digits
  char* const end = std::to_chars(text, text + sizeof(text), value, std::chars_format::scientific).ptr;
  char* mark = end - 4;
  if (*mark != 'e') --mark;  // e±xxx
  int exponent = 0;
  for (const char* digit = mark + 2; digit < end; ++digit) exponent = exponent * 10 + (*digit - '0');
  if (mark[1] == '-') exponent = -exponent;
  if (exponent < -4 || exponent >= kFirstScientificExponent<Float>) return std::copy(text, end, at);
  text[1] = text[0];  // over the point
  return put_fixed(at, {text + 1, mark - text > 1 ? static_cast<std::size_t>(mark - text - 1) : 1}, exponent);
}

template <class Float>
Float load_float(const Codec& codec, std::string_view field) {
  using Bits = std::conditional_t<sizeof(Float) == 4, std::uint32_t, std::uint64_t>;
  return std::bit_cast<Float>(load_field<Bits>(codec, field));
}

template <class Float>
void print_float(const Codec& codec, base::ByteBuffer& out, std::string_view field) {
  const auto value = load_float<Float>(codec, field);
  if (std::isnan(value)) return out.append("NaN");
  if (std::isinf(value)) return out.append(value < 0 ? "-Infinity" : "Infinity");
  char* const start = out.room(40);
  out.advance(static_cast<std::size_t>(put_float(start, value) - start));
}

template <class Float>
void decode_float(const Codec& codec, base::ByteBuffer& out, std::string_view field) {
  if (std::isfinite(load_float<Float>(codec, field))) {
    print_float<Float>(codec, out, field);
  } else {
    decode_quoted<print_float<Float>>(codec, out, field);
  }
}

template <class Float>
void append_float_field(base::ByteBuffer& out, Float value) {
  using Bits = std::conditional_t<sizeof(Float) == 4, std::uint32_t, std::uint64_t>;
  append_integer_field(out, std::bit_cast<Bits>(value));
}

bool has_digit_above_zero(std::string_view number) {
  return number.substr(0, number.find_first_of("eE")).find_first_of("123456789") != std::string_view::npos;
}

// The digits of a number without sign, point, exponent and zeros at either end. False: they are too many for `digits`.
bool significant_digits(std::string_view number, std::span<char> digits, std::size_t& count) {
  count = 0;
  for (const char c : number.substr(0, number.find_first_of("eE"))) {
    if (c < '0' || c > '9' || (count == 0 && c == '0')) continue;
    if (count == digits.size()) return false;
    digits[count++] = c;
  }
  while (count > 0 && digits[count - 1] == '0') --count;
  return true;
}

// Whether the number says no more than what `value`, the nearest one, prints: with as many digits as it has itself.
template <class Float>
bool holds_all_digits(std::string_view number, Float value) {
  constexpr std::size_t kMost = 800;  // of any finite number's own expansion
  std::array<char, kMost> digits{};
  std::size_t count = 0;
  if (!significant_digits(number, digits, count)) return false;
  const bool normal = std::abs(value) >= std::numeric_limits<Float>::min();
  if (count == 0 || (normal && count <= std::numeric_limits<Float>::digits10)) return true;
  const auto printed_is_same = [&](const char* text, const char* end) {
    std::array<char, kMost> printed{};
    std::size_t printed_count = 0;
    return significant_digits({text, end}, printed, printed_count) && printed_count == count &&
           std::equal(printed.begin(), printed.begin() + count, digits.begin());
  };
  std::array<char, kMost + 16> text{};
  char* const end = text.data() + text.size();
  if (printed_is_same(text.data(), std::to_chars(text.data(), end, value, std::chars_format::scientific).ptr))
    return true;
  return printed_is_same(
      text.data(),
      std::to_chars(text.data(), end, value, std::chars_format::scientific, static_cast<int>(count) - 1).ptr);
}

template <class Float>
bool encode_float(const Codec& codec, base::ByteBuffer& out, const Value& value, std::string& reason) {
  const std::string_view text = value.text;
  if (value.kind == ValueKind::kString) {
    Decimal decimal;
    if (text == "NaN") return append_float_field(out, std::numeric_limits<Float>::quiet_NaN()), true;
    if (text == "Infinity") return append_float_field(out, std::numeric_limits<Float>::infinity()), true;
    if (text == "-Infinity") return append_float_field(out, -std::numeric_limits<Float>::infinity()), true;
    if (!parse_decimal(text, decimal)) return refuse_syntax(codec, text, reason);
  } else if (value.kind != ValueKind::kNumber) {
    return refuse_kind(codec, value, reason);
  }
  Float number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc::invalid_argument || end != text.data() + text.size())
    return refuse_syntax(codec, text, reason);
  // A subnormal is kept; what would turn into zero or infinity is refused, as the server does.
  if (!std::isfinite(number) || error == std::errc::result_out_of_range ||
      (number == 0 && has_digit_above_zero(text))) {
    return refuse(reason, fmt::format("{} is out of range for {}", shown(text), codec.name()));
  }
  if (!holds_all_digits(text, number))
    return refuse(reason, fmt::format("{} has more digits than {} holds", shown(text), codec.name()));
  append_float_field(out, number);
  return true;
}

}  // namespace

constinit const CodecFunctions kBoolFunctions = {decode_bool, encode_bool, print_bool, scan_bool};
constinit const CodecFunctions kInt2Functions = {print_integer<std::int16_t>, encode_integer<std::int16_t>,
                                                 print_integer<std::int16_t>};
constinit const CodecFunctions kInt4Functions = {print_integer<std::int32_t>, encode_integer<std::int32_t>,
                                                 print_integer<std::int32_t>};
constinit const CodecFunctions kInt8Functions = {decode_int8, encode_integer<std::int64_t>,
                                                 print_integer<std::int64_t>};
constinit const CodecFunctions kOidFunctions = {print_integer<std::uint32_t>, encode_integer<std::uint32_t>,
                                                print_integer<std::uint32_t>};
constinit const CodecFunctions kFloat4Functions = {decode_float<float>, encode_float<float>, print_float<float>};
constinit const CodecFunctions kFloat8Functions = {decode_float<double>, encode_float<double>, print_float<double>};

}  // namespace postgres
