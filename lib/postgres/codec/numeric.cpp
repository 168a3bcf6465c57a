#include "postgres/codec/numeric.h"

#include <fmt/format.h>

#include <algorithm>

#include "postgres/codec/decimal.h"
#include "postgres/codec/wire.h"

namespace postgres {

namespace {

using format::Value;
using format::ValueKind;

// The wire: count of base-10000 digits, weight of the first (as a power of 10000), sign, display scale, the digits.
constexpr std::size_t kHeaderBytes = 8;
constexpr std::uint16_t kPositive = 0x0000;
constexpr std::uint16_t kNegative = 0x4000;
constexpr std::uint16_t kNotANumber = 0xC000;
constexpr std::uint16_t kPlusInfinity = 0xD000;
constexpr std::uint16_t kMinusInfinity = 0xF000;
constexpr int kMaximumScale = 16383;
constexpr std::int64_t kMaximumIntegerDigits = 131072;

std::string_view special_name(std::uint16_t sign) {
  switch (sign) {
    case kNotANumber:
      return "NaN";
    case kPlusInfinity:
      return "Infinity";
    case kMinusInfinity:
      return "-Infinity";
    default:
      return {};
  }
}

// The base-10000 digits of a field; zero outside those that are stored.
struct StoredDigits {
  const Codec& codec;
  std::string_view bytes;

  std::uint32_t operator[](std::int64_t index) const {
    if (index < 0 || index >= static_cast<std::int64_t>(bytes.size() / 2)) return 0;
    const std::uint32_t digit = load<std::uint16_t>(bytes.data() + 2 * index);
    if (digit > 9999) throw_malformed(codec);
    return digit;
  }
};

char* put_digits(char* at, const StoredDigits& digits, int weight, int scale) {
  if (weight < 0) {
    *at++ = '0';
  } else {
    at = put_unsigned(at, digits[0]);
    for (int i = 1; i <= weight; ++i) at = put_4_digits(at, digits[i]);
  }
  if (scale == 0) return at;
  *at++ = '.';
  char* const end = at + scale;
  for (int i = weight + 1; at < end; ++i) at = put_4_digits(at, digits[i]);
  return end;  // the last group may reach beyond the scale
}

void print_numeric(const Codec& codec, base::ByteBuffer& out, std::string_view field) {
  if (field.size() < kHeaderBytes) throw_malformed(codec);
  const auto count = load<std::uint16_t>(field.data());
  const auto weight = load<std::int16_t>(field.data() + 2);
  const auto sign = load<std::uint16_t>(field.data() + 4);
  const auto scale = load<std::uint16_t>(field.data() + 6);
  if (field.size() != kHeaderBytes + 2 * std::size_t{count}) throw_malformed(codec);
  if (const auto special = special_name(sign); !special.empty()) return out.append(special);
  if ((sign != kPositive && sign != kNegative) || scale > kMaximumScale) throw_malformed(codec);

  const auto integer_room = weight < 0 ? std::size_t{1} : 4 * (static_cast<std::size_t>(weight) + 1);
  char* const start = out.room(integer_room + scale + 8);
  char* at = start;
  if (sign == kNegative) *at++ = '-';
  at = put_digits(at, {codec, field.substr(kHeaderBytes)}, weight, scale);
  out.advance(static_cast<std::size_t>(at - start));
}

// The digits of a decimal without its outer zeros, and where its point is.
struct Significant {
  const Decimal& decimal;
  std::int64_t first = 0;  // index of the first digit that is not zero, counted from the first written one
  std::int64_t count = 0;  // 0: the number is zero
  std::int64_t point = 0;  // digits before the point, from `first` on; may be negative

  explicit Significant(const Decimal& number) : decimal(number) {
    std::int64_t end = static_cast<std::int64_t>(number.integer.size() + number.fraction.size());
    while (first < end && written(first) == 0) ++first;
    while (end > first && written(end - 1) == 0) --end;
    count = end - first;
    point = static_cast<std::int64_t>(number.integer.size()) + number.exponent - first;
  }

  std::uint32_t written(std::int64_t index) const {
    const auto i = static_cast<std::size_t>(index);
    const std::size_t integer_digits = decimal.integer.size();
    const char digit = i < integer_digits ? decimal.integer[i] : decimal.fraction[i - integer_digits];
    return static_cast<std::uint32_t>(digit - '0');
  }
  std::uint32_t operator[](std::int64_t index) const {
    return index < 0 || index >= count ? 0 : written(first + index);
  }
};

// numeric(p,s): typmod is 4 + (p << 16 | s as eleven bits, signed since PostgreSQL 15).
struct Limits {
  int precision;
  int scale;
  explicit Limits(std::int32_t typmod)
      : precision(((typmod - 4) >> 16) & 0xffff), scale((((typmod - 4) & 0x7ff) ^ 1024) - 1024) {}
};

bool check_limits(const Codec& codec, const Significant& digits, std::string_view text, std::string& reason) {
  const Limits limits(codec.typmod());
  if (digits.count == 0) return true;
  if (digits.count - digits.point > limits.scale) {
    const std::string kept = limits.scale >= 0 ? fmt::format("{} digits after the point", limits.scale)
                                               : fmt::format("multiples of 10^{}", -limits.scale);
    return refuse(reason, fmt::format("{} would be rounded by {}, which keeps {}", shown(text), codec.name(), kept));
  }
  if (digits.point > limits.precision - limits.scale) {
    return refuse(reason, fmt::format("too large for {}: {}", codec.name(), shown(text)));
  }
  return true;
}

void append_numeric_field(base::ByteBuffer& out, const Significant& digits, std::uint16_t sign, int scale) {
  const bool zero = digits.count == 0;
  // Groups of four are aligned to the point: weight = floor((point - 1) / 4), `lead` zeros fill the first group.
  const std::int64_t weight = zero ? 0 : (digits.point + 3 + 4 * kMaximumIntegerDigits) / 4 - kMaximumIntegerDigits - 1;
  const std::int64_t lead = zero ? 0 : 4 * (weight + 1) - digits.point;
  const std::int64_t groups = (lead + digits.count + 3) / 4;
  const auto bytes = static_cast<std::int32_t>(8 + 2 * groups);

  char* at = store(out.room(4 + static_cast<std::size_t>(bytes)), bytes);
  at = store(at, static_cast<std::uint16_t>(groups));
  at = store(at, static_cast<std::int16_t>(weight));
  at = store(at, sign);
  at = store(at, static_cast<std::uint16_t>(scale));
  for (std::int64_t i = -lead; i < digits.count; i += 4) {
    const std::uint32_t group = ((digits[i] * 10 + digits[i + 1]) * 10 + digits[i + 2]) * 10 + digits[i + 3];
    at = store(at, static_cast<std::uint16_t>(group));
  }
  out.advance(4 + static_cast<std::size_t>(bytes));
}

bool encode_special(const Codec& codec, base::ByteBuffer& out, std::string_view text, std::string& reason) {
  for (const auto sign : {kNotANumber, kPlusInfinity, kMinusInfinity}) {
    if (text != special_name(sign)) continue;
    if (sign != kNotANumber && codec.typmod() >= 4) {
      return refuse(reason, fmt::format("{} cannot hold {}", codec.name(), text));
    }
    char* at = store(out.room(12), std::int32_t{8});
    at = store(store(at, std::uint16_t{0}), std::int16_t{0});
    store(store(at, sign), std::uint16_t{0});
    out.advance(12);
    return true;
  }
  return refuse_syntax(codec, text, reason);
}

bool encode_numeric(const Codec& codec, base::ByteBuffer& out, const Value& value, std::string& reason) {
  if (value.kind != ValueKind::kNumber && value.kind != ValueKind::kString) return refuse_kind(codec, value, reason);
  Decimal decimal;
  if (!parse_decimal(value.text, decimal)) return encode_special(codec, out, value.text, reason);
  const Significant digits(decimal);
  std::int64_t scale = std::max<std::int64_t>(0, static_cast<std::int64_t>(decimal.fraction.size()) - decimal.exponent);
  if (codec.typmod() >= 4) {
    if (!check_limits(codec, digits, value.text, reason)) return false;
    scale = std::max(0, Limits(codec.typmod()).scale);
  }
  if (scale > kMaximumScale || (digits.count != 0 && digits.point > kMaximumIntegerDigits)) {
    return refuse(reason, fmt::format("{} is beyond what {} can hold ({} digits before and {} after the point)",
                                      shown(value.text), codec.name(), kMaximumIntegerDigits, kMaximumScale));
  }
  const bool negative = decimal.sign == Decimal::Sign::kMinus && digits.count != 0;
  append_numeric_field(out, digits, negative ? kNegative : kPositive, static_cast<int>(scale));
  return true;
}

}  // namespace

constinit const CodecFunctions kNumericFunctions = {decode_quoted<print_numeric>, encode_numeric, print_numeric};

}  // namespace postgres
