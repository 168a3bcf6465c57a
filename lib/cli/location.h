// Finds the database. What is typed beats what is around: --url, else --to or --from (a target of the transfer file),
// else a named --env-file, else DATABASE_URL of the environment, else of .env, else libpq's own variables of either,
// else, to read from only, the embedded default: the SQLite file dev.db of the working folder.
// Reads the environment and files; opens no connection.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cli {

struct Location {
  // libpq keyword, value; what is missing is libpq's to find.
  std::vector<std::pair<std::string, std::string>> parameters;
  std::string place;   // for people, without a password
  std::string origin;  // who named it: "--url", "DATABASE_URL of .env"
  std::string schema;  // Prisma's ?schema=; empty: none
  std::vector<std::string> warnings;
  std::string sqlite_path;  // empty: PostgreSQL
  // The option that names the same place on any command line, without a password. Empty: --to or --env-file do.
  std::string option = {};
};

// An entry of the transfer file's "targets".
struct NamedTarget {
  std::string name;      // "production"
  std::string variable;  // that holds the URL
  std::string env_file;  // where it is; empty: the environment, else .env
};

// Who on the command line says where the database is.
struct DatabaseWords {
  std::optional<std::string> url;
  std::optional<std::string> env_file;
  std::optional<NamedTarget> target;
  std::string url_origin = "--url";  // who says `url`
};

// kWrite: where rows or migrations are to go. The embedded default is never that. kCompare: to know whether another
// place is the same; the name of the database may be libpq's to find.
enum class Use { kRead, kWrite, kCompare };

// Throws Error(kUsage) when nothing names a database, or something names one that cannot be used.
Location find_database(const DatabaseWords& words, Use use);

}  // namespace cli
