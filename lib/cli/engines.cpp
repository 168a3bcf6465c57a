#include "cli/engines.h"

#include "postgres/export/source.h"
#include "postgres/import/target.h"
#include "postgres/session/connection.h"
#include "sqlite/export/source.h"
#include "sqlite/import/target.h"
#include "sqlite/session/connection.h"

namespace cli {
namespace {

void refuse_roles(const std::vector<std::string>& run_code_of) {
  if (run_code_of.empty()) return;
  throw base::Error(base::ErrorKind::kUsage, "--run-code-of is for PostgreSQL: SQLite knows no roles", "leave it out");
}

}  // namespace

std::unique_ptr<engine::Source> open_source(const Location& location, std::chrono::milliseconds lock_timeout,
                                            const SourceOptions& options, const std::stop_token& stop) {
  if (!location.sqlite_path.empty()) {
    refuse_roles(options.run_code_of);
    return std::make_unique<sqlite::SqliteSource>(
        std::make_unique<sqlite::Connection>(location.sqlite_path, sqlite::Access::kReadSource, lock_timeout, stop));
  }
  const auto connect = [&] {
    return std::make_unique<postgres::Connection>(location.parameters, location.place, stop);
  };
  return std::make_unique<postgres::PostgresSource>(connect, lock_timeout, options.jobs, options.run_code_of);
}

std::unique_ptr<engine::Target> open_target(const Location& location, std::chrono::milliseconds lock_timeout,
                                            const TargetOptions& options, const std::stop_token& stop) {
  if (!location.sqlite_path.empty()) {
    refuse_roles(options.run_code_of);
    if (options.not_valid == engine::NotValid::kAsRestored)
      throw base::Error(base::ErrorKind::kUsage, "--as-restored is for PostgreSQL: SQLite knows no NOT VALID",
                        "leave it out");
    const auto connect = [path = location.sqlite_path, lock_timeout, stop](sqlite::Access access) {
      return std::make_unique<sqlite::Connection>(path, access, lock_timeout, stop);
    };
    return std::make_unique<sqlite::SqliteTarget>(connect);
  }
  const auto connect = [parameters = location.parameters, place = location.place, stop] {
    return std::make_unique<postgres::Connection>(parameters, place, stop);
  };
  return std::make_unique<postgres::PostgresTarget>(connect, lock_timeout, options.first_loads, options.not_valid,
                                                    options.run_code_of);
}

}  // namespace cli
