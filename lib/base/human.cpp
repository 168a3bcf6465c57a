#include "base/human.h"

#include <fmt/format.h>

#include <array>

namespace base {

std::string human_bytes(std::uint64_t bytes) {
  constexpr std::array kUnits = {"kB", "MB", "GB", "TB", "PB", "EB"};
  if (bytes < 1000) return fmt::format("{} B", bytes);
  double amount = static_cast<double>(bytes) / 1000;
  std::size_t unit = 0;
  // 999.95 would be printed as 1000.0.
  while (amount >= 999.95 && unit + 1 < kUnits.size()) {
    amount /= 1000;
    ++unit;
  }
  return fmt::format("{:.1f} {}", amount, kUnits[unit]);
}

std::string human_count(std::uint64_t count) {
  std::string text = std::to_string(count);
  for (std::size_t at = text.size(); at > 3;) {
    at -= 3;
    text.insert(at, ",");
  }
  return text;
}

std::string human_duration(std::chrono::nanoseconds duration) {
  using namespace std::chrono;
  const double exact = duration_cast<std::chrono::duration<double>>(duration).count();
  if (exact < 0.995) return fmt::format("{:.2f} s", exact < 0 ? 0.0 : exact);
  if (exact < 59.95) return fmt::format("{:.1f} s", exact);
  const auto whole = round<seconds>(duration).count();
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02} min", whole / 3600, whole % 3600 / 60);
}

}  // namespace base
