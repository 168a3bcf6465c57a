#include "cli/location.h"

#include <sys/stat.h>

#include <array>
#include <cstdlib>

#include "base/error.h"
#include "base/terminal.h"
#include "location/env_file.h"
#include "location/url.h"
#include "sqlite/session/file.h"

namespace cli {
namespace {

using base::Error;
using base::ErrorKind;

constexpr const char* kVariable = "DATABASE_URL";
constexpr const char* kDefaultFile = ".env";
constexpr const char* kEmbeddedDefault = "dev.db";

// Nothing where the variable is not set.
std::optional<std::string> environment(const char* variable) {
  const char* value = std::getenv(variable);
  if (value == nullptr) return std::nullopt;
  return value;
}

struct NamedUrl {
  std::string url;
  std::string origin;
  std::vector<std::string> warnings;
};

bool is_there(const char* path) {
  struct stat found {};
  return ::stat(path, &found) == 0;
}

std::optional<NamedUrl> url_of_file(const std::string& path) {
  location::EnvFile file = location::read_env_file(path);
  const auto found = file.values.find(kVariable);
  if (found == file.values.end()) return std::nullopt;
  return NamedUrl{found->second, std::string(kVariable) + " of " + base::printable(path), std::move(file.warnings)};
}

// A file that was named must hold the URL; the one that merely lies here may.
std::optional<NamedUrl> url_of_files(const std::optional<std::string>& env_file) {
  if (!env_file) return is_there(kDefaultFile) ? url_of_file(kDefaultFile) : std::nullopt;
  auto named = url_of_file(*env_file);
  if (!named)
    throw Error(ErrorKind::kUsage, base::printable(*env_file) + " holds no " + kVariable,
                std::string("add a line ") + kVariable + "=postgresql://…, or give --url");
  return named;
}

std::optional<NamedUrl> named_url(const std::optional<std::string>& url, const std::optional<std::string>& env_file) {
  if (url) return NamedUrl{*url, "--url", {}};
  const auto variable = environment(kVariable);
  if (!variable) return url_of_files(env_file);
  NamedUrl named{*variable, std::string(kVariable) + " of the environment", {}};
  if (!env_file) return named;
  // As dotenv has it, the environment wins; but somebody named this file and must hear that it does not count.
  const auto in_file = url_of_files(env_file);
  if (in_file->url != named.url)
    named.warnings.push_back(named.origin + " is used, not the one in " + base::printable(*env_file));
  return named;
}

Location location_of(NamedUrl named) {
  // Not "none": the next place to look may name another database than the one that was meant.
  if (named.url.empty()) throw Error(ErrorKind::kUsage, named.origin + " is empty", "take it out, or give --url");
  location::DatabaseUrl url;
  try {
    url = location::parse_database_url(named.url);
  } catch (const Error& error) {
    throw Error(error.kind(), named.origin + ": " + error.what(), error.hint());
  }
  Location location{std::move(url.parameters), url.place,          named.origin, url.schema,
                    std::move(named.warnings), std::move(url.path)};
  for (std::string& warning : url.warnings) location.warnings.push_back(std::move(warning));
  if (!location.sqlite_path.empty() && sqlite::lacks_wal(location.sqlite_path))
    location.warnings.push_back(location.place +
                                " is in WAL mode and no -wal lies beside it: right if it was closed; a copy of an open "
                                "database lacks its last changes without it");
  return location;
}

// What libpq will make of its own variables, as far as they say it.
std::optional<Location> libpq_location() {
  static constexpr std::array<std::pair<const char*, const char*>, 6> kVariables = {{{"PGSERVICE", " service "},
                                                                                     {"PGDATABASE", " database "},
                                                                                     {"PGHOST", " on "},
                                                                                     {"PGHOSTADDR", " at "},
                                                                                     {"PGPORT", " port "},
                                                                                     {"PGUSER", " as "}}};
  Location location;
  location.place = "PostgreSQL";
  for (const auto& [variable, words] : kVariables) {
    const auto value = environment(variable);
    if (!value || value->empty()) continue;
    location.place += words + base::printable(*value);
    location.origin += (location.origin.empty() ? "" : ", ") + std::string(variable);
  }
  if (location.origin.empty()) return std::nullopt;
  return location;
}

std::optional<Location> embedded_location() {
  if (!is_there(kEmbeddedDefault)) return std::nullopt;
  Location location;
  location.sqlite_path = kEmbeddedDefault;
  location.place = std::string("SQLite file ") + kEmbeddedDefault;
  location.origin = "the default, because nothing names a database";
  return location;
}

}  // namespace

Location find_database(const std::optional<std::string>& url, const std::optional<std::string>& env_file) {
  if (auto named = named_url(url, env_file)) return location_of(std::move(*named));
  if (auto location = libpq_location()) return *location;
  if (auto location = embedded_location()) return *location;
  throw Error(ErrorKind::kUsage, "no database is named",
              "give --url postgresql://USER:PASSWORD@HOST:PORT/DATABASE or --url sqlite:PATH, set DATABASE_URL in the "
              "environment or in .env, or set PGHOST and PGDATABASE");
}

}  // namespace cli
