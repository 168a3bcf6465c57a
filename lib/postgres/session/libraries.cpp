#include "postgres/session/libraries.h"

#include <libpq-fe.h>

#include <pqxx/pqxx>

namespace postgres {

std::string library_versions() {
  const int libpq = PQlibVersion();
  return "libpq " + std::to_string(libpq / 10000) + "." + std::to_string(libpq % 10000) + ", libpqxx " + PQXX_VERSION;
}

}  // namespace postgres
