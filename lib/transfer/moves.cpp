#include "transfer/moves.h"

#include <charconv>
#include <chrono>
#include <cmath>

namespace transfer {
namespace {

constexpr std::size_t kLongestNumber = 400;

// `text` begins with a number that ends at `end`.
std::optional<int> whole_number(std::string_view text, std::size_t at, std::size_t length) {
  int value = 0;
  const char* const begin = text.data() + at;
  const auto [end, error] = std::from_chars(begin, begin + length, value);
  if (error != std::errc() || end != begin + length) return std::nullopt;
  return value;
}

// "2025-01-15" and then nothing, or a time "10:30:00".
std::optional<double> day(std::string_view text) {
  constexpr std::size_t kDate = 10;
  constexpr double kHoursADay = 24;
  if (text.size() < kDate || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto year = whole_number(text, 0, 4);
  const auto month = whole_number(text, 5, 2);
  const auto day_of_month = whole_number(text, 8, 2);
  if (!year || !month || !day_of_month) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day_of_month))};
  if (!date.ok()) return std::nullopt;
  auto days = static_cast<double>(std::chrono::sys_days(date).time_since_epoch().count());
  if (text.size() == kDate) return days;
  if (text.size() < kDate + 6 || (text[kDate] != ' ' && text[kDate] != 'T')) return std::nullopt;
  const auto hour = whole_number(text, kDate + 1, 2);
  const auto minute = whole_number(text, kDate + 4, 2);
  if (!hour || !minute) return std::nullopt;
  days += (*hour + *minute / 60.0) / kHoursADay;
  if (const auto second = text.size() >= kDate + 9 ? whole_number(text, kDate + 7, 2) : std::nullopt)
    days += *second / 86400.0;
  return days;
}

}  // namespace

std::optional<double> position(std::string_view text) {
  if (text.empty() || text.size() > kLongestNumber) return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc() && end == text.data() + text.size()) {
    if (!std::isfinite(value)) return std::nullopt;
    return value;
  }
  return day(text);
}

std::optional<double> move_of(const outcome::ColumnChange& change) {
  using Form = outcome::ShownValue::Form;
  if (change.before.form != Form::kWhole || change.after.form != Form::kWhole) return std::nullopt;
  const auto before = position(change.before.text);
  const auto after = before ? position(change.after.text) : std::nullopt;
  if (!after) return std::nullopt;
  return std::abs(*after - *before);
}

}  // namespace transfer
