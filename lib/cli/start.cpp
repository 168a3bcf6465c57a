#include "cli/start.h"

#include <unistd.h>

#include <optional>
#include <utility>

#include "transfer/output_files.h"

namespace cli {

base::ProgressMode progress_mode(const CommonOptions& options) {
  if (options.verbosity == Verbosity::kQuiet) return base::ProgressMode::kNone;
  switch (options.progress) {
    case ProgressChoice::kBar:
      return base::ProgressMode::kBar;
    case ProgressChoice::kPlain:
      return base::ProgressMode::kPlain;
    case ProgressChoice::kNone:
      return base::ProgressMode::kNone;
    case ProgressChoice::kAuto:
      break;
  }
  // Phases as lines are what --verbose asks for.
  if (options.verbosity == Verbosity::kVerbose) return base::ProgressMode::kPlain;
  return base::automatic_progress(STDERR_FILENO);
}

transfer::Config config_of(const CommonOptions& options) {
  if (options.config_file) return transfer::read_config(*options.config_file);
  const auto found = options.find_config ? transfer::find_config() : std::nullopt;
  return found ? transfer::read_config(*found) : transfer::Config{};
}

void warn_of_the_way(const Console& console, const CommonOptions& options, const outcome::DatabaseInfo& info) {
  if (!info.is_readable_on_the_way || options.verbosity == Verbosity::kQuiet) return;
  console.warn(
      "the connection to " + info.host +
      " is not encrypted: rows and what the login shows can be read on the way (sslmode=verify-full in the URL "
      "demands that the server proves its name)");
}

std::vector<transfer::KeptFile> kept_files(const CommonOptions& options, const transfer::Config& config,
                                           const Location& location) {
  std::vector<transfer::KeptFile> files;
  if (!location.sqlite_path.empty()) files = transfer::files_of_sqlite(location.sqlite_path);
  files.push_back({options.env_file.value_or(".env"), "the file that names the database"});
  if (!config.path.empty()) files.push_back({config.path, "the transfer file"});
  for (const transfer::ConfiguredTarget& target : config.targets)
    if (!target.env_file.empty()) files.push_back({target.env_file, "a file that names a database"});
  files.push_back({{}, "standard output", STDOUT_FILENO});
  files.push_back({{}, "standard error", STDERR_FILENO});
  return files;
}

}  // namespace cli
