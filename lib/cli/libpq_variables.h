// The variables that libpq reads by itself (PGHOST, PGDATABASE, …), of the environment and of a .env file, which libpq
// does not read: what they say of where the database is, and what a URL leaves to them.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "location/env_expansion.h"
#include "location/env_file.h"

namespace cli {

using Parameters = std::vector<std::pair<std::string, std::string>>;  // libpq keyword, value

// Nothing where the variable is not set.
std::optional<std::string> environment_variable(const std::string& name);

// A .env file that was read, by the name that messages call it.
struct ReadFile {
  std::string path;
  location::EnvFile content;
  location::FirstWord first = location::FirstWord::kEnvironment;

  // In full; nothing where the file does not define it.
  std::optional<std::string> value(const std::string& name) const;
};

struct LibpqWords {
  Parameters parameters;  // what the file says; what the environment says libpq finds itself
  Parameters place;       // keyword and value of all that says where, whoever says it
  std::string origin;     // "PGHOST of .env, PGDATABASE"
  std::vector<std::string> warnings;
};

// Nothing where neither the environment nor the file (null: none) says where a database is.
std::optional<LibpqWords> libpq_words(const ReadFile* file);

// Of a URL's parameters: what only the file can add (PGPASSWORD, PGSSLMODE, …), and what libpq would add from the
// environment to where the database is, which is then in `parameters` to be told. Nothing may redirect a host that the
// URL names.
void complete(Parameters& parameters, const ReadFile* file, std::vector<std::string>& warnings);

}  // namespace cli
