#include "postgres/codec/interval.h"

#include <fmt/format.h>

#include <cstdlib>
#include <limits>

#include "postgres/codec/calendar.h"
#include "postgres/codec/wire.h"

namespace postgres {

namespace {

using format::Value;
using format::ValueKind;

constexpr std::int64_t kMicrosecondsPerMinute = 60 * kMicrosecondsPerSecond;
constexpr std::int64_t kMicrosecondsPerHour = 60 * kMicrosecondsPerMinute;

struct Interval {
  std::int64_t microseconds = 0;
  std::int32_t days = 0;
  std::int32_t months = 0;
  bool operator==(const Interval&) const = default;
};

template <class Integer>
using Limits = std::numeric_limits<Integer>;
constexpr Interval kInfinity{Limits<std::int64_t>::max(), Limits<std::int32_t>::max(), Limits<std::int32_t>::max()};
constexpr Interval kMinusInfinity{Limits<std::int64_t>::min(), Limits<std::int32_t>::min(),
                                  Limits<std::int32_t>::min()};

// Writes the parts one after the other; a positive part after a negative one needs its sign.
class Parts {
 public:
  explicit Parts(char* start) : at_(start) {}

  void add(std::int64_t value, std::string_view unit) {
    if (value == 0) return;
    separate(value < 0);
    at_ = put_unsigned(at_, static_cast<std::uint64_t>(std::llabs(value)));
    *at_++ = ' ';
    at_ = std::copy(unit.begin(), unit.end(), at_);
    if (value != 1) *at_++ = 's';
  }

  void add_clock(std::int64_t microseconds) {
    if (microseconds == 0 && !first_) return;
    separate(microseconds < 0);
    const auto value = static_cast<std::uint64_t>(microseconds);
    const std::uint64_t magnitude = microseconds < 0 ? 0 - value : value;
    const std::uint64_t hours = magnitude / kMicrosecondsPerHour;
    if (hours < 10) *at_++ = '0';
    at_ = put_unsigned(at_, hours);
    *at_++ = ':';
    at_ = put_2_digits(at_, static_cast<std::uint32_t>(magnitude / kMicrosecondsPerMinute % 60));
    *at_++ = ':';
    at_ = put_2_digits(at_, static_cast<std::uint32_t>(magnitude / kMicrosecondsPerSecond % 60));
    at_ = put_fraction(at_, static_cast<std::uint32_t>(magnitude % kMicrosecondsPerSecond));
  }

  char* end() const { return at_; }

 private:
  void separate(bool negative) {
    if (!first_) *at_++ = ' ';
    if (negative) {
      *at_++ = '-';
    } else if (after_negative_) {
      *at_++ = '+';
    }
    first_ = false;
    after_negative_ = negative;
  }

  char* at_;
  bool first_ = true;
  bool after_negative_ = false;
};

void print_interval(const Codec& codec, base::ByteBuffer& out, std::string_view field) {
  FieldReader reader(codec, field);
  Interval interval;
  interval.microseconds = reader.take<std::int64_t>();
  interval.days = reader.take<std::int32_t>();
  interval.months = reader.take<std::int32_t>();
  if (!reader.rest().empty()) throw_malformed(codec);
  if (interval == kInfinity) return out.append("infinity");
  if (interval == kMinusInfinity) return out.append("-infinity");
  char* const start = out.room(120);
  Parts parts(start);
  parts.add(interval.months / 12, "year");
  parts.add(interval.months % 12, "mon");
  parts.add(interval.days, "day");
  parts.add_clock(interval.microseconds);
  out.advance(static_cast<std::size_t>(parts.end() - start));
}

// Takes "[+-]digits" off the front.
bool take_number(std::string_view& rest, std::int64_t& magnitude, bool& negative) {
  negative = take_text(rest, "-");
  if (!negative) take_text(rest, "+");
  std::size_t count = 0;
  magnitude = 0;
  for (; count < rest.size() && rest[count] >= '0' && rest[count] <= '9'; ++count) {
    magnitude = magnitude * 10 + (rest[count] - '0');
    if (magnitude > 9'999'999'999) return false;
  }
  rest.remove_prefix(count);
  return count != 0;
}

// What follows the hours: ":MM:SS[.ffffff]".
bool take_clock_behind(std::string_view& rest, std::int64_t hours, bool negative, Interval& interval,
                       std::int32_t& fraction_digits) {
  std::uint32_t minutes = 0;
  std::uint32_t seconds = 0;
  Clock clock;
  if (!take_digits(rest, 2, minutes) || !take_text(rest, ":") || !take_digits(rest, 2, seconds)) return false;
  if (minutes > 59 || seconds > 59 || !take_fraction(rest, clock)) return false;
  fraction_digits = clock.fraction_digits;
  const std::int64_t behind = minutes * kMicrosecondsPerMinute + seconds * kMicrosecondsPerSecond + clock.microseconds;
  const std::int64_t sign = negative ? -1 : 1;
  return !__builtin_mul_overflow(sign * hours, kMicrosecondsPerHour, &interval.microseconds) &&
         !__builtin_add_overflow(interval.microseconds, sign * behind, &interval.microseconds);
}

bool parse_interval(std::string_view rest, Interval& interval, std::int32_t& fraction_digits) {
  std::int64_t months = 0;
  std::int64_t days = 0;
  int stage = 0;  // units come in order, each at most once: 1 year, 2 mon, 3 day, 4 clock
  while (stage < 4) {
    std::int64_t magnitude = 0;
    bool negative = false;
    if (!take_number(rest, magnitude, negative)) return false;
    const std::int64_t value = negative ? -magnitude : magnitude;
    int unit = 0;
    if (take_text(rest, " year")) {
      unit = 1;
      months += value * 12;
    } else if (take_text(rest, " mon")) {
      unit = 2;
      months += value;
    } else if (take_text(rest, " day")) {
      unit = 3;
      days = value;
    } else if (take_text(rest, ":")) {
      unit = 4;
      if (!take_clock_behind(rest, magnitude, negative, interval, fraction_digits)) return false;
    }
    if (unit <= stage) return false;
    stage = unit;
    if (unit < 4) take_text(rest, "s");
    if (rest.empty() || unit == 4) break;
    if (!take_text(rest, " ")) return false;
  }
  interval.months = static_cast<std::int32_t>(months);
  interval.days = static_cast<std::int32_t>(days);
  return rest.empty() && interval.months == months && interval.days == days;
}

// The typmod's upper half names the fields a column keeps, its lower half the fraction digits. What PostgreSQL
// would cut off is found by the smallest field kept (AdjustIntervalForTypmod).
enum Field : unsigned { kMonth = 1u << 1, kYear = 1u << 2, kDay = 1u << 3, kHour = 1u << 10, kMinute = 1u << 11 };
constexpr unsigned kAllFields = 0x7fff;
constexpr unsigned kSecond = 1u << 12;

bool keeps(unsigned fields, const Interval& interval) {
  if (fields == kAllFields || (fields & kSecond) != 0) return true;
  if ((fields & kMinute) != 0) return interval.microseconds % kMicrosecondsPerMinute == 0;
  if ((fields & kHour) != 0) return interval.microseconds % kMicrosecondsPerHour == 0;
  if (interval.microseconds != 0) return false;
  if ((fields & kDay) != 0) return true;
  if (interval.days != 0) return false;
  return (fields & kMonth) != 0 || interval.months % 12 == 0;
}

bool check_typmod(const Codec& codec, const Interval& interval, std::int32_t fraction_digits, std::string_view text,
                  std::string& reason) {
  std::int32_t digits = 6;
  unsigned fields = kAllFields;
  if (codec.typmod() >= 0) {
    fields = (static_cast<unsigned>(codec.typmod()) >> 16) & kAllFields;
    digits = std::min(codec.typmod() & 0xffff, 6);
  }
  if (fraction_digits <= digits && keeps(fields, interval)) return true;
  return refuse(reason, fmt::format("{} is finer than what {} keeps", shown(text), codec.name()));
}

void append_interval_field(base::ByteBuffer& out, const Interval& interval) {
  char* at = store(out.room(20), std::int32_t{16});
  at = store(at, interval.microseconds);
  store(store(at, interval.days), interval.months);
  out.advance(20);
}

bool encode_interval(const Codec& codec, base::ByteBuffer& out, const Value& value, std::string& reason) {
  if (value.kind != ValueKind::kString) return refuse_kind(codec, value, reason);
  if (value.text == "infinity") return append_interval_field(out, kInfinity), true;
  if (value.text == "-infinity") return append_interval_field(out, kMinusInfinity), true;
  Interval interval;
  std::int32_t fraction_digits = 0;
  if (!parse_interval(value.text, interval, fraction_digits)) return refuse_syntax(codec, value.text, reason);
  if (!check_typmod(codec, interval, fraction_digits, value.text, reason)) return false;
  append_interval_field(out, interval);
  return true;
}

}  // namespace

constinit const CodecFunctions kIntervalFunctions = {decode_quoted<print_interval>, encode_interval, print_interval};

}  // namespace postgres
