// The proleptic Gregorian calendar as PostgreSQL counts it: days and microseconds since 2000-01-01, year 0 is 1 BC.
// Puts and parses the ISO pieces that date and time texts are made of. Private to the codecs.
#pragma once

#include <cstdint>
#include <string_view>

namespace postgres {

inline constexpr std::int64_t kMicrosecondsPerSecond = 1'000'000;
inline constexpr std::int64_t kMicrosecondsPerDay = 86'400 * kMicrosecondsPerSecond;
inline constexpr std::int64_t kFirstDay = -2'451'545;       // 4714-11-24 BC, the first of every type
inline constexpr std::int64_t kDateEnd = 2'145'031'949;     // the day after 5874897-12-31
inline constexpr std::int64_t kTimestampEnd = 106'751'983;  // the day after 294276-12-31, for timestamps

struct Day {
  std::int64_t year;  // 0 is 1 BC, -1 is 2 BC
  std::uint32_t month;
  std::uint32_t day;
};

Day day_of(std::int64_t days);
std::int64_t days_of(const Day& day);
bool is_valid(const Day& day);

// Each puts text at `at` and returns the place after it.
char* put_day(char* at, const Day& day);                   // YYYY-MM-DD, without BC; up to 14 bytes
char* put_clock(char* at, std::int64_t microseconds);      // HH:MM:SS[.ffffff], at most 24 hours; up to 15 bytes
char* put_fraction(char* at, std::uint32_t microseconds);  // .ffffff without trailing zeros, nothing for 0
char* put_offset(char* at, std::int32_t east_seconds);     // +HH[:MM[:SS]]; up to 9 bytes

// The fraction of a second as written: six digits are kept, the seventh and later ones must be zeros.
struct Clock {
  std::int64_t microseconds = 0;
  std::int32_t fraction_digits = 0;  // without trailing zeros
};

// Each takes its piece off the front of `rest`; false when it is not there (`rest` is then undefined).
bool take_digits(std::string_view& rest, std::size_t count, std::uint32_t& value);
bool take_day(std::string_view& rest, Day& day);
bool take_clock(std::string_view& rest, Clock& clock);
bool take_fraction(std::string_view& rest, Clock& clock);              // nothing or .f…
bool take_offset(std::string_view& rest, std::int32_t& east_seconds);  // Z, +HH, +HH:MM, +HH:MM:SS
bool take_text(std::string_view& rest, std::string_view wanted);

}  // namespace postgres
