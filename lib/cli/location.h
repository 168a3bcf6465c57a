// Finds the database: --url, else DATABASE_URL of the environment or of a .env file, else libpq's own variables, else
// the embedded default, the SQLite file dev.db of the working folder.
// Reads the environment and files; opens no connection.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cli {

struct Location {
  std::vector<std::pair<std::string, std::string>>
      parameters;      // libpq keyword, value; what is missing is libpq's to find
  std::string place;   // for people, without a password
  std::string origin;  // who named it: "--url", "DATABASE_URL of .env"
  std::string schema;  // Prisma's ?schema=; empty: none
  std::vector<std::string> warnings;
  std::string sqlite_path;  // empty: PostgreSQL
};

// Throws Error(kUsage) when nothing names a database, or something names one that cannot be used.
Location find_database(const std::optional<std::string>& url, const std::optional<std::string>& env_file);

}  // namespace cli
