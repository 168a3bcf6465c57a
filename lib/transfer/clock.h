// The time as files and reports give it.
#pragma once

#include <chrono>
#include <string>

namespace transfer {

// ISO 8601, UTC, with microseconds: "2025-01-15T10:30:00.123456Z".
std::string timestamp_now();
// That from now.
std::string timestamp_in(std::chrono::seconds later);

}  // namespace transfer
