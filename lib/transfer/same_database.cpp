#include "transfer/same_database.h"

#include "base/error.h"
#include "base/terminal.h"
#include "outcome/engine_traits.h"

namespace transfer {
namespace {

bool is_same(const format::Header& header, const outcome::DatabaseInfo& target) {
  if (header.engine != target.engine) return false;
  const bool is_file = outcome::traits_of(target.engine).is_file;
  if (!header.system_identifier.empty() && !target.system_identifier.empty()) {
    if (header.system_identifier != target.system_identifier) return false;
    return is_file ? header.host == target.host : header.database == target.database;
  }
  return !is_file && !header.host.empty() && header.host == target.host && header.port == target.port &&
         header.database == target.database;
}

}  // namespace

void demand_another_database(const format::Header& header, const outcome::DatabaseInfo& target, SameDatabase policy) {
  if (policy == SameDatabase::kAllow || header.undo || !is_same(header, target)) return;
  const std::string from = header.host.empty() ? "" : " (" + base::printable(header.host) + ")";
  throw base::Error(base::ErrorKind::kUsage,
                    "the target is the database that this file was exported from" + from +
                        ", or a physical copy of it: " + base::printable(target.database),
                    "check --url, --env-file and --to; --allow-same imports into it all the same");
}

}  // namespace transfer
