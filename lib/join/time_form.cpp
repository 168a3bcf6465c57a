#include "join/time_form.h"

#include <fmt/format.h>

#include <charconv>
#include <chrono>

#include "conversion/iso_text.h"

namespace join {
namespace {

std::optional<int> number(std::string_view digits) {
  int value = 0;
  const auto [at, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (digits.empty() || error != std::errc{} || at != digits.data() + digits.size()) return std::nullopt;
  return value;
}

// +02, +02:30, -0530
std::optional<std::chrono::minutes> offset_of(std::string_view zone) {
  if (conversion::is_utc(zone)) return std::chrono::minutes(0);
  if (zone.size() < 3 || (zone.front() != '+' && zone.front() != '-')) return std::nullopt;
  const auto hours = number(zone.substr(1, 2));
  const auto minutes = zone.size() > 3 ? number(zone.substr(zone.size() - 2)) : 0;
  if (!hours || !minutes) return std::nullopt;
  return std::chrono::minutes((*hours * 60 + *minutes) * (zone.front() == '-' ? -1 : 1));
}

}  // namespace

std::optional<std::string> timestamp_text(std::string_view text, Zone zone) {
  const auto iso = conversion::read_iso(text);
  if (!iso || iso->clock.size() < 5 || iso->zone.empty() != (zone == Zone::kNone)) return std::nullopt;
  const auto offset = zone == Zone::kNone ? std::chrono::minutes(0) : offset_of(iso->zone);
  const auto year = number(iso->day.substr(0, 4));
  const auto month = number(iso->day.substr(5, 2));
  const auto day = number(iso->day.substr(8, 2));
  const auto hour = number(iso->clock.substr(0, 2));
  const auto minute = number(iso->clock.substr(3, 2));
  const auto second = iso->clock.size() >= 8 ? number(iso->clock.substr(6, 2)) : 0;
  if (!offset || !year || !month || !day || !hour || !minute || !second) return std::nullopt;
  using std::chrono::sys_days;
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok() || *year < 1 || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  const auto moment = sys_days(date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) - *offset +
                      std::chrono::seconds(*second);
  const auto in_days = std::chrono::floor<std::chrono::days>(moment);
  const std::chrono::year_month_day there{in_days};
  if (static_cast<int>(there.year()) < 1 || static_cast<int>(there.year()) > 9999) return std::nullopt;
  const std::chrono::hh_mm_ss clock{moment - in_days};
  std::string_view fraction = iso->clock.size() > 8 ? iso->clock.substr(8) : std::string_view{};
  fraction = fraction.substr(0, fraction.find_last_not_of("0.") + 1);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}{}", static_cast<int>(there.year()),
                     static_cast<unsigned>(there.month()), static_cast<unsigned>(there.day()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count(), fraction, zone == Zone::kUtc ? "Z" : "");
}

}  // namespace join
