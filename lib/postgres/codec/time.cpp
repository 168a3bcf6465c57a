#include "postgres/codec/time.h"

#include <fmt/format.h>

#include <limits>

#include "postgres/codec/calendar.h"
#include "postgres/codec/wire.h"

namespace postgres {

namespace {

using format::Value;
using format::ValueKind;

enum class Zone { kNone, kUtc };
enum class Style { kIso, kPostgres };

constexpr std::size_t kTextRoom = 48;  // more than any of these types takes
constexpr std::string_view kInfinity = "infinity";
constexpr std::string_view kMinusInfinity = "-infinity";

// The ends of the integer range stand for infinity.
template <class Integer>
std::string_view infinity_name(Integer value) {
  if (value == std::numeric_limits<Integer>::max()) return kInfinity;
  if (value == std::numeric_limits<Integer>::min()) return kMinusInfinity;
  return {};
}

template <class Integer>
bool encode_infinity(base::ByteBuffer& out, std::string_view text) {
  if (text != kInfinity && text != kMinusInfinity) return false;
  append_integer_field(out,
                       text == kInfinity ? std::numeric_limits<Integer>::max() : std::numeric_limits<Integer>::min());
  return true;
}

bool refuse_range(const Codec& codec, std::string_view text, std::string& reason) {
  return refuse(reason, fmt::format("{} is out of range for {}", shown(text), codec.name()));
}

// Six digits are what the types hold, less where the column says so.
bool check_fraction(const Codec& codec, const Clock& clock, std::string_view text, std::string& reason) {
  const std::int32_t limit = codec.typmod() >= 0 && codec.typmod() < 6 ? codec.typmod() : 6;
  if (clock.fraction_digits <= limit) return true;
  return refuse(reason,
                fmt::format("{} has more fraction digits than {} keeps ({})", shown(text), codec.name(), limit));
}

void print_date(const Codec& codec, base::ByteBuffer& out, std::string_view field) {
  const auto days = load_field<std::int32_t>(codec, field);
  if (const auto name = infinity_name(days); !name.empty()) return out.append(name);
  const Day day = day_of(days);
  char* const start = out.room(kTextRoom);
  out.advance(static_cast<std::size_t>(put_day(start, day) - start));
  if (day.year <= 0) out.append(" BC");
}

// A year, month and day that exist; " BC" is taken off later.
bool parse_date(std::string_view text, std::int64_t& days) {
  Day day{};
  if (!take_day(text, day)) return false;
  if (take_text(text, " BC")) day.year = 1 - day.year;
  if (!text.empty() || !is_valid(day)) return false;
  days = days_of(day);
  return true;
}

bool encode_date(const Codec& codec, base::ByteBuffer& out, const Value& value, std::string& reason) {
  if (value.kind != ValueKind::kString) return refuse_kind(codec, value, reason);
  std::int64_t days = 0;
  if (!parse_date(value.text, days)) {
    return encode_infinity<std::int32_t>(out, value.text) || refuse_syntax(codec, value.text, reason);
  }
  if (days < kFirstDay || days >= kDateEnd) return refuse_range(codec, value.text, reason);
  append_integer_field(out, static_cast<std::int32_t>(days));
  return true;
}

void check_clock(const Codec& codec, std::int64_t microseconds) {
  if (microseconds < 0 || microseconds > kMicrosecondsPerDay) throw_malformed(codec);
}

void print_time(const Codec& codec, base::ByteBuffer& out, std::string_view field) {
  const auto microseconds = load_field<std::int64_t>(codec, field);
  check_clock(codec, microseconds);
  char* const start = out.room(kTextRoom);
  out.advance(static_cast<std::size_t>(put_clock(start, microseconds) - start));
}

bool encode_time(const Codec& codec, base::ByteBuffer& out, const Value& value, std::string& reason) {
  if (value.kind != ValueKind::kString) return refuse_kind(codec, value, reason);
  // Without seconds the server takes it, too.
  constexpr std::size_t kWithoutSeconds = 5;
  const std::string padded = value.text.size() == kWithoutSeconds ? std::string(value.text) + ":00" : std::string{};
  std::string_view rest = padded.empty() ? value.text : padded;
  Clock clock;
  if (!take_clock(rest, clock) || !rest.empty()) return refuse_syntax(codec, value.text, reason);
  if (!check_fraction(codec, clock, value.text, reason)) return false;
  append_integer_field(out, clock.microseconds);
  return true;
}

void print_timetz(const Codec& codec, base::ByteBuffer& out, std::string_view field) {
  FieldReader reader(codec, field);
  const auto microseconds = reader.take<std::int64_t>();
  const auto west_seconds = reader.take<std::int32_t>();
  check_clock(codec, microseconds);
  constexpr std::int32_t kMaximumOffset = 16 * 3'600;
  if (!reader.rest().empty() || west_seconds <= -kMaximumOffset || west_seconds >= kMaximumOffset)
    throw_malformed(codec);
  char* const start = out.room(kTextRoom);
  out.advance(static_cast<std::size_t>(put_offset(put_clock(start, microseconds), -west_seconds) - start));
}

bool encode_timetz(const Codec& codec, base::ByteBuffer& out, const Value& value, std::string& reason) {
  if (value.kind != ValueKind::kString) return refuse_kind(codec, value, reason);
  std::string_view rest = value.text;
  Clock clock;
  std::int32_t east_seconds = 0;
  if (!take_clock(rest, clock)) return refuse_syntax(codec, value.text, reason);
  if (rest.empty())
    return refuse(reason, fmt::format("{} has no offset, {} needs one", shown(value.text), codec.name()));
  if (!take_offset(rest, east_seconds) || !rest.empty()) return refuse_syntax(codec, value.text, reason);
  if (!check_fraction(codec, clock, value.text, reason)) return false;
  char* const at = store(store(out.room(16), std::int32_t{12}), clock.microseconds);
  store(at, -east_seconds);
  out.advance(16);
  return true;
}

template <Zone zone, Style style>
char* put_timestamp(char* at, std::int64_t microseconds) {
  std::int64_t days = microseconds / kMicrosecondsPerDay;
  std::int64_t clock = microseconds % kMicrosecondsPerDay;
  if (clock < 0) {
    clock += kMicrosecondsPerDay;
    --days;
  }
  const Day day = day_of(days);
  const bool iso = style == Style::kIso && day.year > 0;
  at = put_day(at, day);
  *at++ = iso ? 'T' : ' ';
  at = put_clock(at, clock);
  if (zone == Zone::kUtc && iso) *at++ = 'Z';
  if (zone == Zone::kUtc && !iso) at = put_offset(at, 0);
  if (day.year <= 0) {
    std::memcpy(at, " BC", 3);
    at += 3;
  }
  return at;
}

template <Zone zone, Style style>
void print_timestamp(const Codec& codec, base::ByteBuffer& out, std::string_view field) {
  const auto microseconds = load_field<std::int64_t>(codec, field);
  if (const auto name = infinity_name(microseconds); !name.empty()) return out.append(name);
  char* const start = out.room(kTextRoom);
  out.advance(static_cast<std::size_t>(put_timestamp<zone, style>(start, microseconds) - start));
}

struct Moment {
  Day day;
  Clock clock;
  std::int32_t east_seconds = 0;
};

enum class Parsed { kYes, kNoOffset, kNo };

template <Zone zone>
Parsed parse_timestamp(std::string_view rest, Moment& moment) {
  if (!take_day(rest, moment.day) || !(take_text(rest, "T") || take_text(rest, " "))) return Parsed::kNo;
  if (!take_clock(rest, moment.clock) || moment.clock.microseconds == kMicrosecondsPerDay) return Parsed::kNo;
  if constexpr (zone == Zone::kUtc) {
    if (rest.empty() || rest == " BC") return Parsed::kNoOffset;
    if (!take_offset(rest, moment.east_seconds)) return Parsed::kNo;
  }
  if (take_text(rest, " BC")) moment.day.year = 1 - moment.day.year;
  return rest.empty() && is_valid(moment.day) ? Parsed::kYes : Parsed::kNo;
}

template <Zone zone>
bool encode_timestamp(const Codec& codec, base::ByteBuffer& out, const Value& value, std::string& reason) {
  if (value.kind != ValueKind::kString) return refuse_kind(codec, value, reason);
  Moment moment{};
  switch (parse_timestamp<zone>(value.text, moment)) {
    case Parsed::kYes:
      break;
    case Parsed::kNo:
      return encode_infinity<std::int64_t>(out, value.text) || refuse_syntax(codec, value.text, reason);
    case Parsed::kNoOffset:
      return refuse(reason, fmt::format("{} has no offset, {} needs one (Z for UTC)", shown(value.text), codec.name()));
  }
  if (!check_fraction(codec, moment.clock, value.text, reason)) return false;
  const std::int64_t days = days_of(moment.day);
  // One day of slack for the offset; the product stays far from overflow, then the exact bounds.
  if (days < kFirstDay - 1 || days > kTimestampEnd) return refuse_range(codec, value.text, reason);
  std::int64_t microseconds = 0;
  if (__builtin_add_overflow(days * kMicrosecondsPerDay,
                             moment.clock.microseconds - moment.east_seconds * kMicrosecondsPerSecond, &microseconds) ||
      microseconds < kFirstDay * kMicrosecondsPerDay || microseconds >= kTimestampEnd * kMicrosecondsPerDay) {
    return refuse_range(codec, value.text, reason);
  }
  append_integer_field(out, microseconds);
  return true;
}

}  // namespace

constinit const CodecFunctions kDateFunctions = {decode_quoted<print_date>, encode_date, print_date};
constinit const CodecFunctions kTimeFunctions = {decode_quoted<print_time>, encode_time, print_time};
constinit const CodecFunctions kTimetzFunctions = {decode_quoted<print_timetz>, encode_timetz, print_timetz};
constinit const CodecFunctions kTimestampFunctions = {decode_quoted<print_timestamp<Zone::kNone, Style::kIso>>,
                                                      encode_timestamp<Zone::kNone>,
                                                      print_timestamp<Zone::kNone, Style::kPostgres>};
constinit const CodecFunctions kTimestamptzFunctions = {decode_quoted<print_timestamp<Zone::kUtc, Style::kIso>>,
                                                        encode_timestamp<Zone::kUtc>,
                                                        print_timestamp<Zone::kUtc, Style::kPostgres>};

}  // namespace postgres
