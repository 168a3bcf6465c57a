#include "postgres/session/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "postgres/session/sql_text.h"

namespace postgres {

namespace {

// A setting that nobody else has, of this transaction: its end, or that of a savepoint, takes it back.
constexpr const char* kKeptPath = "db_transfer.search_path";

// How values look, and what the server makes of their text. row_security = off makes a policy that would hide rows an
// error instead of a silently smaller result.
const SessionSettings& own_settings() {
  static const SessionSettings settings = {
      {"search_path", ""},         {"DateStyle", "ISO, YMD"}, {"IntervalStyle", "postgres"}, {"TimeZone", "UTC"},
      {"extra_float_digits", "3"}, {"bytea_output", "hex"},   {"row_security", "off"}};
  return settings;
}

// `path`: an SQL expression of the search path, which comes first.
void set_all(Connection& connection, const SessionSettings& settings, const std::string& path) {
  std::vector<std::string> set;
  for (const auto& [name, value] : settings)
    set.push_back("pg_catalog.set_config(" + quote_literal(name) + ", " + (set.empty() ? path : quote_literal(value)) +
                  ", true)");
  connection.execute_with_next("SELECT " + join(set, ", "));
}

}  // namespace

SessionSettings session_settings(Connection& connection) {
  SessionSettings settings;
  for (const auto& [name, own] : own_settings())
    settings.emplace_back(name, connection.query_value("SHOW " + name).c_str());
  settings.front().second = catalog_first(settings.front().second);
  return settings;
}

void use_session_settings(Connection& connection, const SessionSettings& settings) {
  set_all(connection, settings, quote_literal(settings.front().second));
}

void use_own_settings(Connection& connection) {
  set_all(connection, own_settings(), fmt::format("COALESCE(pg_catalog.current_setting('{}', true), '')", kKeptPath));
}

void keep_search_path(Connection& connection, const std::string& search_path) {
  connection.execute_with_next(
      fmt::format("SELECT pg_catalog.set_config('{}', {}, true)", kKeptPath, quote_literal(search_path)));
  set_search_path(connection, search_path);
}

void pin_settings(Connection& connection, std::chrono::milliseconds lock_timeout) {
  constexpr int kHasTransactionTimeout = 170000;
  std::string own;
  for (const auto& [name, value] : own_settings())
    own += "SET LOCAL " + name + " = " + (name == "extra_float_digits" ? value : quote_literal(value)) + "; ";
  if (connection.server_version() >= kHasTransactionTimeout) own += "SET LOCAL transaction_timeout = 0; ";
  // In a message of their own: the server reads all of a message by the strings that hold before it.
  connection.execute(own +
                     "SET LOCAL lc_monetary = 'C'; SET LOCAL xmloption = 'content'; SET LOCAL statement_timeout = 0; "
                     "SET LOCAL idle_in_transaction_session_timeout = 0; "
                     "SET LOCAL standard_conforming_strings = on; SET LOCAL array_nulls = on; "
                     "SET LOCAL quote_all_identifiers = off; "
                     // Or planning a query would compute what is constant in the checks of its tables.
                     "SET LOCAL constraint_exclusion = off; "
                     // Compiling the catalog queries and the merge's statements costs more than it ever gains.
                     "SET LOCAL jit = off; "
                     "SET LOCAL lock_timeout = " +
                     std::to_string(lock_timeout.count()));
}

void set_search_path(Connection& connection, const std::string& search_path) {
  connection.execute_with_next("SELECT pg_catalog.set_config('search_path', " + quote_literal(search_path) + ", true)");
}

void raise_settings(Connection& connection) {
  connection.execute(R"sql(
    SELECT pg_catalog.set_config(s.name, w.kibibytes::pg_catalog.text, true)
    FROM pg_catalog.pg_settings s
    JOIN (VALUES ('work_mem', 65536), ('maintenance_work_mem', 262144)) AS w(name, kibibytes) ON w.name = s.name
    WHERE s.setting::pg_catalog.int8 < w.kibibytes;
    SET LOCAL default_statistics_target = 10
  )sql");
}

std::string catalog_first(const std::string& search_path) {
  std::vector<std::string> names(1);
  bool quoted = false;
  for (const char c : search_path) {
    if (c == '"') quoted = !quoted;
    if (c == ',' && !quoted) {
      names.emplace_back();
    } else if (c != ' ' || quoted) {
      names.back() += c;
    }
  }
  std::erase_if(names, [](const std::string& name) {
    std::string lower = name;
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
    return name == "\"pg_catalog\"" || lower == "pg_catalog";
  });
  return join(names, ", ");
}

outcome::DatabaseInfo describe(Connection& connection) {
  const pqxx::result found = connection.query(R"sql(
    SELECT pg_catalog.current_setting('server_version') AS version, pg_catalog.current_database() AS database,
           current_user AS role,
           pg_catalog.has_function_privilege('pg_catalog.pg_control_system()', 'EXECUTE') AS may_identify
  )sql");
  const pqxx::row row = found[0];
  std::string version = row["version"].c_str();
  outcome::DatabaseInfo info{"postgresql", version.substr(0, version.find(' ')), row["database"].c_str()};
  info.host = connection.host();
  info.port = connection.port();
  info.user = row["role"].c_str();
  if (row["may_identify"].as<bool>())
    info.system_identifier =
        connection.query_value("SELECT system_identifier FROM pg_catalog.pg_control_system()").c_str();
  info.is_readable_on_the_way = connection.is_readable_on_the_way();
  return info;
}

}  // namespace postgres
