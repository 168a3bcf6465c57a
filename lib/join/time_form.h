// Moments in one spelling. The inside of this room. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace join {

enum class Zone { kNone, kUtc };

// As the writer spells it: 2025-01-15T10:30:00.5, with a Z in UTC. None: it is no day with a time of day of such a
// type.
std::optional<std::string> timestamp_text(std::string_view text, Zone zone);

}  // namespace join
