// The one place that knows both engines: opens what a Location names. Opens connections; reads no options.
#pragma once

#include <chrono>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "cli/location.h"
#include "engine/source.h"
#include "engine/target.h"

namespace cli {

// What only one engine can do.
struct SourceOptions {
  unsigned jobs = 1;                     // connections that may read side by side
  std::vector<std::string> run_code_of;  // roles
};

std::unique_ptr<engine::Source> open_source(const Location& location, std::chrono::milliseconds lock_timeout,
                                            const SourceOptions& options, const std::stop_token& stop);

// The same.
struct TargetOptions {
  engine::FirstLoads first_loads = engine::FirstLoads::kAuto;
  engine::NotValid not_valid = engine::NotValid::kJudged;
  std::vector<std::string> run_code_of;  // roles
};

std::unique_ptr<engine::Target> open_target(const Location& location, std::chrono::milliseconds lock_timeout,
                                            const TargetOptions& options, const std::stop_token& stop);

}  // namespace cli
