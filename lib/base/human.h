// Numbers for people, the same in every report and message. Not for files: nothing reads these back.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace base {

// "999 B", "1.5 kB", "12.3 MB": powers of 1000.
std::string human_bytes(std::uint64_t bytes);

// "1,234,567"
std::string human_count(std::uint64_t count);

// "0.42 s", "12.3 s", "3 min 05 s", "2 h 03 min"
std::string human_duration(std::chrono::nanoseconds duration);

}  // namespace base
