// Where the database is: a libpq or Prisma URL taken apart into what PQconnectdbParams wants, or the path of an SQLite
// file. Knows the words only; opens nothing. No error, warning or `place` ever holds the password.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace location {

enum class Engine { kPostgres, kSqlite };

struct DatabaseUrl {
  Engine engine = Engine::kPostgres;
  // libpq keyword and value, each keyword once, decoded: connect with expand_dbname = 0. What is missing is libpq's to
  // find.
  std::vector<std::pair<std::string, std::string>> parameters;
  std::string schema;  // Prisma's ?schema=; empty when not given
  std::string path;    // of the SQLite file
  std::vector<std::string> warnings;
  std::string place;  // for people: database, host, port and user, control characters escaped
};

// How people are told of a PostgreSQL database: from libpq keywords and values, without a password.
std::string postgres_place(const std::vector<std::pair<std::string, std::string>>& parameters);

// The URL of these keywords and values, with Prisma's schema, so that it finds the same database again; without what a
// login proves itself with.
std::string url_without_password(const std::vector<std::pair<std::string, std::string>>& parameters,
                                 const std::string& schema);

// postgresql://, postgres:// (libpq's URI grammar, and an unescaped @ in the password, as Prisma allows);
// sqlite:PATH, sqlite://PATH, file:PATH (Prisma); white space around it does not count. Anything else is kUsage.
DatabaseUrl parse_database_url(std::string_view url);

}  // namespace location
