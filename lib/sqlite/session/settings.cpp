#include "sqlite/session/settings.h"

#include <sys/stat.h>
#include <sys/utsname.h>

namespace sqlite {

outcome::DatabaseInfo describe(const std::string& path) {
  outcome::DatabaseInfo info{"sqlite", Connection::library_version(), path.substr(path.rfind('/') + 1)};
  struct stat found {};
  utsname machine{};
  if (::stat(path.c_str(), &found) != 0 || ::uname(&machine) != 0) return info;
  info.host = machine.nodename;
  info.system_identifier =
      "file " + std::to_string(found.st_dev) + ":" + std::to_string(static_cast<std::uint64_t>(found.st_ino));
  return info;
}

void refuse_schemas(const std::vector<std::string>& schemas) {
  if (schemas.empty()) return;
  throw base::Error(base::ErrorKind::kUsage, "an SQLite database has no schemas", "leave --schema out");
}

std::int64_t schema_version(Connection& connection) {
  return static_cast<std::int64_t>(connection.number("PRAGMA main.schema_version"));
}

}  // namespace sqlite
