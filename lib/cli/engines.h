// The one place that knows both engines: opens what a Location names. Opens connections; reads no options.
#pragma once

#include <chrono>
#include <memory>
#include <stop_token>

#include "cli/location.h"
#include "engine/source.h"
#include "engine/target.h"

namespace cli {

// `jobs`: connections that may read side by side, where the engine can.
std::unique_ptr<engine::Source> open_source(const Location& location, std::chrono::milliseconds lock_timeout,
                                            unsigned jobs, const std::stop_token& stop);

std::unique_ptr<engine::Target> open_target(const Location& location, std::chrono::milliseconds lock_timeout,
                                            engine::FirstLoads first_loads, engine::NotValid not_valid,
                                            const std::stop_token& stop);

}  // namespace cli
