#include "postgres/codec/calendar.h"

#include <algorithm>
#include <cstdlib>

#include "postgres/codec/wire.h"

namespace postgres {

namespace {

// Counting from 1 March of year 0 puts the leap day at the end of a year; 400 years are 146,097 days.
constexpr std::int64_t kDaysFromYearZero = 730'425;
constexpr std::int64_t kDaysPerEra = 146'097;

constexpr std::int64_t floor_divide(std::int64_t value, std::int64_t by) {
  return (value >= 0 ? value : value - by + 1) / by;
}

// Two digits at `at`, or a number above 99.
std::uint32_t two_digits(const char* at) {
  const auto tens = static_cast<std::uint32_t>(at[0] - '0');
  const auto ones = static_cast<std::uint32_t>(at[1] - '0');
  return tens > 9 || ones > 9 ? 100 : tens * 10 + ones;
}

bool is_leap_year(std::int64_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

}  // namespace

Day day_of(std::int64_t days) {
  const std::int64_t shifted = days + kDaysFromYearZero;
  const std::int64_t era = floor_divide(shifted, kDaysPerEra);
  const auto day_of_era = static_cast<std::uint32_t>(shifted - era * kDaysPerEra);
  const std::uint32_t year_of_era =
      (day_of_era - day_of_era / 1'460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const std::uint32_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::uint32_t month_from_march = (5 * day_of_year + 2) / 153;
  const std::uint32_t month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
  const std::int64_t year = era * 400 + year_of_era + (month <= 2 ? 1 : 0);
  return {year, month, day_of_year - (153 * month_from_march + 2) / 5 + 1};
}

std::int64_t days_of(const Day& day) {
  const std::int64_t year = day.year - (day.month <= 2 ? 1 : 0);
  const std::int64_t era = floor_divide(year, 400);
  const auto year_of_era = static_cast<std::uint32_t>(year - era * 400);
  const std::uint32_t month_from_march = day.month > 2 ? day.month - 3 : day.month + 9;
  const std::uint32_t day_of_year = (153 * month_from_march + 2) / 5 + day.day - 1;
  const std::uint32_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * kDaysPerEra + day_of_era - kDaysFromYearZero;
}

bool is_valid(const Day& day) {
  constexpr std::uint32_t kLengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (day.month < 1 || day.month > 12 || day.day < 1) return false;
  return day.day <= kLengths[day.month - 1] || (day.month == 2 && day.day == 29 && is_leap_year(day.year));
}

char* put_day(char* at, const Day& day) {
  const std::int64_t year = day.year > 0 ? day.year : 1 - day.year;
  at = year < 10'000 ? put_4_digits(at, static_cast<std::uint32_t>(year))
                     : put_unsigned(at, static_cast<std::uint64_t>(year));
  *at++ = '-';
  at = put_2_digits(at, day.month);
  *at++ = '-';
  return put_2_digits(at, day.day);
}

char* put_fraction(char* at, std::uint32_t microseconds) {
  if (microseconds == 0) return at;
  *at++ = '.';
  at = put_2_digits(at, microseconds / 10'000);
  at = put_4_digits(at, microseconds % 10'000);
  while (at[-1] == '0') --at;
  return at;
}

char* put_clock(char* at, std::int64_t microseconds) {
  const auto seconds = static_cast<std::uint32_t>(microseconds / kMicrosecondsPerSecond);
  const std::uint32_t minutes = seconds / 60;
  at = put_2_digits(at, minutes / 60);
  *at++ = ':';
  at = put_2_digits(at, minutes % 60);
  *at++ = ':';
  at = put_2_digits(at, seconds % 60);
  return put_fraction(at, static_cast<std::uint32_t>(microseconds % kMicrosecondsPerSecond));
}

char* put_offset(char* at, std::int32_t east_seconds) {
  const auto seconds = static_cast<std::uint32_t>(std::abs(east_seconds));
  *at++ = east_seconds < 0 ? '-' : '+';
  at = put_2_digits(at, seconds / 3'600);
  if (seconds % 3'600 == 0) return at;
  *at++ = ':';
  at = put_2_digits(at, seconds / 60 % 60);
  if (seconds % 60 == 0) return at;
  *at++ = ':';
  return put_2_digits(at, seconds % 60);
}

bool take_text(std::string_view& rest, std::string_view wanted) {
  if (!rest.starts_with(wanted)) return false;
  rest.remove_prefix(wanted.size());
  return true;
}

bool take_digits(std::string_view& rest, std::size_t count, std::uint32_t& value) {
  if (rest.size() < count) return false;
  std::uint32_t total = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const auto digit = static_cast<std::uint32_t>(rest[i] - '0');
    if (digit > 9) return false;
    total = total * 10 + digit;
  }
  value = total;
  rest.remove_prefix(count);
  return true;
}

bool take_day(std::string_view& rest, Day& day) {
  if (rest.size() >= 10 && rest[4] == '-' && rest[7] == '-') {  // a year of four digits
    const std::uint32_t century = two_digits(rest.data());
    const std::uint32_t year = two_digits(rest.data() + 2);
    day = {century * 100 + year, two_digits(rest.data() + 5), two_digits(rest.data() + 8)};
    rest.remove_prefix(10);
    return century < 100 && year < 100 && day.year != 0;  // is_valid looks at month and day
  }
  const std::size_t year_digits = std::min(rest.find('-'), rest.size());
  std::uint32_t year = 0;
  if (year_digits < 4 || year_digits > 7 || !take_digits(rest, year_digits, year) || year == 0) return false;
  day.year = year;
  return take_text(rest, "-") && take_digits(rest, 2, day.month) && take_text(rest, "-") &&
         take_digits(rest, 2, day.day);
}

bool take_fraction(std::string_view& rest, Clock& clock) {
  clock.fraction_digits = 0;
  if (!take_text(rest, ".")) return true;
  std::int64_t unit = kMicrosecondsPerSecond;
  std::size_t count = 0;
  for (; count < rest.size() && rest[count] >= '0' && rest[count] <= '9'; ++count) {
    unit /= 10;
    clock.microseconds += (rest[count] - '0') * unit;
    if (rest[count] != '0') clock.fraction_digits = static_cast<std::int32_t>(count + 1);
  }
  rest.remove_prefix(count);
  return count != 0;
}

bool take_clock(std::string_view& rest, Clock& clock) {
  if (rest.size() < 8 || rest[2] != ':' || rest[5] != ':') return false;
  const std::uint32_t hours = two_digits(rest.data());
  const std::uint32_t minutes = two_digits(rest.data() + 3);
  const std::uint32_t seconds = two_digits(rest.data() + 6);
  if (hours > 24 || minutes > 59 || seconds > 59) return false;
  rest.remove_prefix(8);
  clock.microseconds = (std::int64_t{hours} * 3'600 + minutes * 60 + seconds) * kMicrosecondsPerSecond;
  return take_fraction(rest, clock) && clock.microseconds <= kMicrosecondsPerDay;
}

bool take_offset(std::string_view& rest, std::int32_t& east_seconds) {
  east_seconds = 0;
  if (take_text(rest, "Z")) return true;
  const bool west = take_text(rest, "-");
  if (!west && !take_text(rest, "+")) return false;
  std::uint32_t hours = 0;
  std::uint32_t minutes = 0;
  std::uint32_t seconds = 0;
  if (!take_digits(rest, 2, hours)) return false;
  if (take_text(rest, ":")) {
    if (!take_digits(rest, 2, minutes)) return false;
    if (take_text(rest, ":") && !take_digits(rest, 2, seconds)) return false;
  }
  constexpr std::uint32_t kMaximumHours = 15;  // as PostgreSQL
  if (hours > kMaximumHours || minutes > 59 || seconds > 59) return false;
  const auto total = static_cast<std::int32_t>(hours * 3'600 + minutes * 60 + seconds);
  east_seconds = west ? -total : total;
  return true;
}

}  // namespace postgres
