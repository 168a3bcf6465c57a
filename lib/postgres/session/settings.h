// What every transaction of ours starts with, reading or writing: settings that decide how values look and how long we
// wait. SET LOCAL only, so that a pooled connection goes back as it came. Source and target share it.
#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "engine/source.h"
#include "postgres/session/connection.h"
#include "postgres/session/sql_text.h"

namespace postgres {

void pin_settings(Connection& connection, std::chrono::milliseconds lock_timeout);

// The path without pg_catalog, which then comes before all that is in it: triggers find what an application's find,
// and the operators of our own statements are the server's even where the path has others of the same types.
std::string catalog_first(const std::string& search_path);

// For the rest of the transaction.
void set_search_path(Connection& connection, const std::string& search_path);

// What the code of a database sees of a session's own settings: triggers, checks, defaults and views are to give what
// they give an application. Names and values as SHOW has them.
using SessionSettings = std::vector<std::pair<std::string, std::string>>;

// Before pin_settings; takes no snapshot.
SessionSettings session_settings(Connection& connection);
// From here on they hold, and from there on those that pin_settings made: each for the rest of the transaction.
void use_session_settings(Connection& connection, const SessionSettings& settings);
void use_own_settings(Connection& connection);

// Own settings have this path from here on, and not an empty one. Names of ours are qualified in either case; what the
// server puts in line of the database's own functions while it plans is not.
void keep_search_path(Connection& connection, const std::string& search_path);

// The result of `work` with an empty search_path, in a transaction of its own where none is open: names and operators
// in its statements are then the server's own, whatever path was set for this role or database.
template <typename Work>
auto with_empty_path(Connection& connection, const Work& work) {
  const bool idle = connection.transaction_status() == PQTRANS_IDLE;
  if (idle) connection.execute("BEGIN TRANSACTION READ ONLY");
  try {
    const std::string before = connection.query_value("SELECT pg_catalog.current_setting('search_path')").c_str();
    connection.execute_with_next("SET LOCAL search_path = ''");
    auto result = work();
    if (idle)
      connection.execute("COMMIT");
    else
      set_search_path(connection, before);
    return result;
  } catch (const base::Error&) {
    if (idle) connection.execute("ROLLBACK");
    throw;
  }
}

// Of an import's transaction: joins and index builds over all rows of a file want more room than a server gives each of
// an application's queries. ANALYZE serves our staging tables only: the joins of keys need no fine statistics.
void raise_settings(Connection& connection);

outcome::DatabaseInfo describe(Connection& connection);

}  // namespace postgres
