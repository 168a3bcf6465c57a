#include "cli/version.h"

#include <CLI/CLI.hpp>

#include <db_transfer_commit.h>  // made by the build (lib/CMakeLists.txt)
#include "base/libraries.h"
#include "format/libraries.h"
#include "postgres/session/libraries.h"
#include "sqlite/session/connection.h"
#include "transfer/options.h"

namespace cli {

std::string version_text(const std::string& program) {
  std::string text = program + " " + transfer::kVersion + "\n";
  text += std::string("commit ") + DB_TRANSFER_COMMIT + "\n";
  text += "with " + postgres::library_versions() + ", SQLite " + sqlite::Connection::library_version() + ",\n";
  text += "  " + base::library_versions() + ", " + format::library_versions() + ", CLI11 " + CLI11_VERSION + "\n";
  return text;
}

}  // namespace cli
