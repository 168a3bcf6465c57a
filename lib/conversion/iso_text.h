// A text that says a date or a date and a time of day, as SQLite's applications write them: 2025-01-31,
// 2025-01-31 10:30, 2025-01-31T10:30:00.5+02:00, "2025-01-31 10:30:00 UTC". Looks at the shape only: whether there is
// such a day is for whoever takes it. Pure functions.
#pragma once

#include <optional>
#include <string_view>

namespace conversion {

struct IsoText {
  std::string_view day;    // YYYY-MM-DD
  std::string_view clock;  // HH:MM, HH:MM:SS, HH:MM:SS.f…; empty: a day alone
  std::string_view zone;   // Z, UTC, +HH, +HH:MM, +HHMM; empty: none
};

std::optional<IsoText> read_iso(std::string_view text);

// No time of day, or the first moment of the day.
bool is_midnight(const IsoText& text);
bool is_utc(std::string_view zone);

}  // namespace conversion
