#include "transfer/clock.h"

#include <fmt/chrono.h>

#include <chrono>

namespace transfer {

std::string timestamp_now() { return timestamp_in(std::chrono::seconds(0)); }

std::string timestamp_in(std::chrono::seconds later) {
  const auto now = std::chrono::system_clock::now() + later;
  const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(now.time_since_epoch()).count() % 1000000;
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(now)), micros);
}

}  // namespace transfer
