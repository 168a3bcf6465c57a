// The command line of db-migrate as values; see options.h.
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "cli/options.h"
#include "migrate/runner.h"

namespace cli {

enum class MigrateTask { kUp, kStatus, kVerify, kBaseline };
enum class PendingStatus { kSuccess, kTellsPending };  // 0, or 3 when something is pending

struct MigrateCommand {
  CommonOptions common;
  MigrateTask task = MigrateTask::kUp;
  std::string task_name;
  std::string folder = ".";
  std::uint64_t baseline = 0;  // the number of the last migration that is there; only with kBaseline
  bool show_masked = false;    // what the server says may hold values of secrets
  migrate::Intent intent = migrate::Intent::kApply;
  PendingStatus pending_status = PendingStatus::kSuccess;
};

// Throws Error(kUsage).
std::variant<MigrateCommand, Printout> parse_migrate(int argc, const char* const* argv);

}  // namespace cli
