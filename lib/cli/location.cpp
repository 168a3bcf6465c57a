#include "cli/location.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "base/error.h"
#include "base/terminal.h"
#include "cli/libpq_variables.h"
#include "location/url.h"
#include "report/wording.h"
#include "sqlite/session/file.h"

namespace cli {
namespace {

using base::Error;
using base::ErrorKind;
using base::printable;

constexpr const char* kVariable = "DATABASE_URL";
constexpr const char* kDefaultFile = ".env";
constexpr const char* kEmbeddedDefault = "dev.db";

bool is_there(const std::string& path) {
  struct stat found {};
  return ::stat(path.c_str(), &found) == 0;
}

ReadFile read(const std::string& path, location::FirstWord first) {
  return {path, location::read_env_file(path), first};
}

std::string of(const std::string& variable, const std::string& path) { return variable + " of " + printable(path); }

bool begins_like_a_database(std::string_view value) {
  static constexpr std::array<std::string_view, 15> kSchemes = {
      "postgresql://",      "postgres://", "postgresql+",  "postgres+",  "prisma://",
      "prisma+postgres://", "mysql://",    "mysql2://",    "mariadb://", "mongodb://",
      "mongodb+srv",        "jdbc:",       "sqlserver://", "sqlite:",    "file:"};
  return std::ranges::any_of(kSchemes, [&](std::string_view scheme) { return value.starts_with(scheme); });
}

// By its name alone: parts of a database's address, as containers and frameworks call them.
bool is_called_like_a_database(std::string_view name) {
  static constexpr std::array<std::string_view, 8> kNames = {
      "DB_HOST", "DB_NAME", "DB_DATABASE", "DB_URL", "DATABASE_HOST", "DB_SERVER", "SQL_HOST", "DATABASE_NAME"};
  return name.starts_with("POSTGRES_") || name.starts_with("MYSQL_") || std::ranges::find(kNames, name) != kNames.end();
}

bool speaks_of_a_database(std::string_view name, std::string_view value) {
  return name != kVariable && !value.empty() && (begins_like_a_database(value) || is_called_like_a_database(name));
}

// "POSTGRES_URL of .env", of whatever speaks of a database in words that are not read; empty: nothing does.
std::string other_database(const ReadFile* file) {
  if (file != nullptr) {
    for (const auto& [name, value] : file->content.values)
      if (speaks_of_a_database(name, value)) return of(name, file->path);
  }
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view variable = *entry;
    const std::size_t equals = variable.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view name = variable.substr(0, equals);
    if (speaks_of_a_database(name, variable.substr(equals + 1))) return std::string(name) + " of the environment";
  }
  return {};
}

// libpq would take one that is called like the user.
void demand_database(const Parameters& parameters, const std::string& origin) {
  const bool named = std::ranges::any_of(parameters, [](const auto& given) {
    return (given.first == "dbname" || given.first == "service") && !given.second.empty();
  });
  if (named) return;
  throw Error(ErrorKind::kUsage, origin + ": the URL names no database",
              "write its name after the host: postgresql://USER@HOST:PORT/DATABASE");
}

std::string option_of(const Parameters& parameters, const std::string& schema) {
  return "--url " + report::shell_word(location::url_without_password(parameters, schema));
}

std::string option_of_file(const std::string& path) { return "--url " + report::shell_word("sqlite:" + path); }

Location location_of(const std::string& text, const std::string& origin, const ReadFile* file, Use use = Use::kRead) {
  // Not "none": the next place to look may name another database than the one that was meant.
  if (text.find_first_not_of(" \t\r\n") == std::string::npos)
    throw Error(ErrorKind::kUsage, origin + " is empty", "take it out, or give --url");
  location::DatabaseUrl url;
  try {
    url = location::parse_database_url(text);
  } catch (const Error& error) {
    throw Error(error.kind(), origin + ": " + error.what(), error.hint());
  }
  Location location{std::move(url.parameters), url.place, origin, url.schema, {}, std::move(url.path)};
  if (file != nullptr) location.warnings = file->content.warnings;
  for (std::string& warning : url.warnings) location.warnings.push_back(std::move(warning));
  if (location.sqlite_path.empty()) {
    if (use != Use::kCompare) demand_database(location.parameters, origin);
    complete(location.parameters, file, location.warnings);
    location.place = location::postgres_place(location.parameters);
    location.option = option_of(location.parameters, location.schema);
    return location;
  }
  location.option = option_of_file(location.sqlite_path);
  if (sqlite::lacks_wal(location.sqlite_path)) {
    location.warnings.push_back(location.place +
                                " is in WAL mode and no -wal lies beside it: right if it was closed; a copy of an open "
                                "database lacks its last changes without it");
  }
  return location;
}

Location location_of(LibpqWords words, const ReadFile* file) {
  Location location;
  location.parameters = std::move(words.parameters);
  location.place = location::postgres_place(words.place);
  location.option = option_of(words.place, {});
  location.origin = std::move(words.origin);
  if (file != nullptr) location.warnings = file->content.warnings;
  for (std::string& warning : words.warnings) location.warnings.push_back(std::move(warning));
  return location;
}

// Somebody may have meant the other one: `location` is used, and `text` is what `origin` holds.
void tell_difference(Location& location, const std::string& text, const std::string& origin) {
  std::string names = " differs";
  try {
    const std::string place = location::parse_database_url(text).place;
    if (place != location.place) names = " names " + place;
  } catch (const Error&) {
    names = " is no URL";
  }
  location.warnings.push_back(location.origin + " is used; " + origin + names);
}

// What the file itself says, its URL or its PGHOST…; nothing where it says neither.
std::optional<Location> location_in(const ReadFile& file) {
  if (const auto url = file.value(kVariable)) return location_of(*url, of(kVariable, file.path), &file);
  if (auto words = libpq_words(&file); words && !words->parameters.empty())
    return location_of(std::move(*words), &file);
  return std::nullopt;
}

Location of_named_file(const std::string& path) {
  const ReadFile file = read(path, location::FirstWord::kFile);
  auto location = location_in(file);
  if (!location) {
    const std::string other = other_database(&file);
    const bool in_it = other.ends_with(" of " + printable(path));
    throw Error(ErrorKind::kUsage,
                printable(path) + " holds no " + kVariable + (in_it ? " (but " + other + ", which is not read)" : ""),
                std::string("add a line ") + kVariable + "=postgresql://…, or give --url");
  }
  const auto outside = environment_variable(kVariable);
  const auto inside = file.value(kVariable);
  if (outside && outside != inside)
    tell_difference(*location, *outside, std::string(kVariable) + " of the environment");
  return *location;
}

Location of_target(const NamedTarget& target, Use use) {
  const std::string suffix = ", target " + printable(target.name);
  if (!target.env_file.empty()) {
    const ReadFile file = read(target.env_file, location::FirstWord::kFile);
    const auto url = file.value(target.variable);
    if (!url)
      throw Error(ErrorKind::kUsage,
                  printable(target.env_file) + " holds no " + printable(target.variable) + ", which the target " +
                      printable(target.name) + " needs",
                  "add it there, or mend \"targets\" of the transfer file");
    return location_of(*url, of(printable(target.variable), target.env_file) + suffix, &file, use);
  }
  if (const auto url = environment_variable(target.variable))
    return location_of(*url, printable(target.variable) + " of the environment" + suffix, nullptr, use);
  if (is_there(kDefaultFile)) {
    const ReadFile file = read(kDefaultFile, location::FirstWord::kEnvironment);
    if (const auto url = file.value(target.variable))
      return location_of(*url, of(printable(target.variable), kDefaultFile) + suffix, &file, use);
  }
  throw Error(ErrorKind::kUsage,
              "neither the environment nor .env holds " + printable(target.variable) + ", which the target " +
                  printable(target.name) + " needs",
              "set it, or say \"env_file\" in \"targets\" of the transfer file");
}

// Whatever lies here may be somebody's production database, or what a test left.
Location embedded_location(Use use, const std::string& other) {
  if (use == Use::kWrite)
    throw Error(ErrorKind::kUsage,
                std::string("no database is named, and ") + kEmbeddedDefault +
                    " of this folder is only a default to read from" + (other.empty() ? "" : "; there is " + other),
                std::string("to write into it say --url sqlite:") + kEmbeddedDefault);
  if (!other.empty())
    throw Error(ErrorKind::kUsage,
                "no database is named: there is " + other + ", which is not read, and " + kEmbeddedDefault +
                    " may be another one",
                std::string("say --url sqlite:") + kEmbeddedDefault + ", or call the other one " + kVariable);
  Location location;
  location.sqlite_path = kEmbeddedDefault;
  location.place = std::string("SQLite file ") + kEmbeddedDefault;
  location.origin = "the default, because nothing names a database";
  location.option = option_of_file(kEmbeddedDefault);
  return location;
}

Location of_surroundings(Use use) {
  if (const auto url = environment_variable(kVariable))
    return location_of(*url, std::string(kVariable) + " of the environment", nullptr);
  std::optional<ReadFile> file;
  if (is_there(kDefaultFile)) file = read(kDefaultFile, location::FirstWord::kEnvironment);
  const ReadFile* around = file ? &*file : nullptr;
  if (around != nullptr) {
    if (const auto url = around->value(kVariable)) return location_of(*url, of(kVariable, kDefaultFile), around);
  }
  if (auto words = libpq_words(around)) return location_of(std::move(*words), around);
  const std::string other = other_database(around);
  if (is_there(kEmbeddedDefault)) return embedded_location(use, other);
  throw Error(ErrorKind::kUsage,
              "no database is named" + (other.empty() ? "" : " (but " + other + ", which is not read)"),
              "give --url postgresql://USER:PASSWORD@HOST:PORT/DATABASE or --url sqlite:PATH, set DATABASE_URL in the "
              "environment or in .env, or set PGHOST and PGDATABASE");
}

}  // namespace

Location find_database(const DatabaseWords& words, Use use) {
  if (words.url) {
    Location location = location_of(*words.url, words.url_origin, nullptr);
    if (!words.env_file) return location;
    const ReadFile file = read(*words.env_file, location::FirstWord::kFile);
    const auto inside = file.value(kVariable);
    if (inside && *inside != *words.url) tell_difference(location, *inside, of(kVariable, *words.env_file));
    return location;
  }
  if (!words.target && !words.env_file) return of_surroundings(use);
  Location location = words.target ? of_target(*words.target, use) : of_named_file(*words.env_file);
  location.option.clear();
  return location;
}

}  // namespace cli
