#include "postgres/catalog/table_locks.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/concurrent_change.h"
#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

constexpr const char* kTableWithoutLock = R"sql(
WITH RECURSIVE family(oid) AS (
  SELECT c.oid FROM pg_catalog.pg_class c WHERE c.oid = ANY ({tables})
  UNION
  SELECT i.inhrelid
  FROM family f
  JOIN pg_catalog.pg_inherits i ON i.inhparent = f.oid
  JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid AND c.relispartition
), locked AS MATERIALIZED (
  SELECT l.relation
  FROM pg_catalog.pg_locks l
  WHERE l.locktype = 'relation' AND l.granted AND l.pid = pg_catalog.pg_backend_pid() AND l.database =
    (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())
)
SELECT pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname)
FROM family f
JOIN pg_catalog.pg_class c ON c.oid = f.oid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE f.oid NOT IN (SELECT l.relation FROM locked l)
LIMIT 1
)sql";

// No such table, no such schema, another kind of object under its name.
bool has_gone(const std::string& sqlstate) { return sqlstate == "42P01" || sqlstate == "3F000" || sqlstate == "42809"; }

}  // namespace

TableLocker::TableLocker(Connection& connection, std::chrono::milliseconds lock_timeout)
    : connection_(connection), mark_(connection.watch_marked_locks(lock_timeout)) {}

void TableLocker::lock(std::vector<LockedTable> tables, const std::string& mode) {
  if (tables.empty()) return;
  std::ranges::sort(tables, {}, &LockedTable::name);
  std::vector<std::string> names;
  for (const LockedTable& table : tables) names.push_back((table.partitioned ? "" : "ONLY ") + quote_name(table.name));
  try {
    connection_.execute("LOCK " + mark_ + " TABLE " + join(names, ", ") + " IN " + mode + " MODE");
  } catch (const ServerError& error) {
    if (error.may_be_retried() || has_gone(error.fields().sqlstate)) throw engine::ConcurrentChange(error.what());
    throw;
  }
}

std::string table_without_lock(Connection& connection, const std::vector<std::uint32_t>& oids) {
  const std::vector<std::string> found =
      connection.query_list(fmt::format(kTableWithoutLock, fmt::arg("tables", oid_array(oids))));
  return found.empty() ? std::string{} : found.front();
}

std::string oid_array(const std::vector<std::uint32_t>& oids) {
  return fmt::format("'{{{}}}'::pg_catalog.oid[]", fmt::join(oids, ","));
}

}  // namespace postgres
