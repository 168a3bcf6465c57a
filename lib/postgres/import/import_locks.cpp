#include "postgres/import/import_locks.h"

#include <fmt/format.h>

#include <algorithm>

#include "postgres/catalog/table_locks.h"
#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

using base::Error;
using base::ErrorKind;

constexpr const char* kSet = R"sql(
WITH written(oid) AS (
  SELECT c.oid FROM pg_catalog.pg_class c WHERE c.oid = ANY ({written})
), family(oid) AS (
  SELECT w.oid FROM written w
  UNION
  SELECT p.relid::pg_catalog.oid FROM written w CROSS JOIN LATERAL pg_catalog.pg_partition_tree(w.oid) p
), linked(oid) AS (
  SELECT w.oid FROM written w
  UNION
  SELECT COALESCE(pg_catalog.pg_partition_root(k.other), k.other)::pg_catalog.oid
  FROM (
    SELECT f.confrelid
    FROM family m JOIN pg_catalog.pg_constraint f ON f.contype = 'f' AND f.conrelid = m.oid
    UNION ALL
    SELECT f.conrelid
    FROM family m JOIN pg_catalog.pg_constraint f ON f.contype = 'f' AND f.confrelid = m.oid
  ) AS k(other)
), following(oid) AS (
  SELECT COALESCE(pg_catalog.pg_partition_root(f.conrelid), f.conrelid)::pg_catalog.oid
  FROM family m JOIN pg_catalog.pg_constraint f ON f.contype = 'f' AND f.confrelid = m.oid
  WHERE f.confupdtype IN ('c', 'n', 'd') OR f.confdeltype IN ('c', 'n', 'd')
)
SELECT c.oid, n.nspname, c.relname, c.relkind = 'p' AS partitioned,
  c.oid IN (SELECT w.oid FROM written w) AS written,
  u.usable AND {may_read} AS may_read,
  u.usable AND {may_write} AS may_write,
  u.usable AND {may_keep_others} AS may_keep_others,
  u.usable AND pg_catalog.has_any_column_privilege(c.oid, 'SELECT') AS may_read_columns,
  c.oid IN (SELECT f.oid FROM following f) AS follows
FROM linked l
JOIN pg_catalog.pg_class c ON c.oid = l.oid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN LATERAL (SELECT pg_catalog.has_schema_privilege(n.oid, 'USAGE') AS usable) u
ORDER BY c.oid
)sql";

// Columns that came, went or were altered, and tables that were rewritten, since the snapshot was taken.
constexpr const char* kShapeChanged = R"sql(
WITH RECURSIVE family(oid) AS (
  SELECT c.oid FROM pg_catalog.pg_class c WHERE c.oid = ANY ({tables})
  UNION
  SELECT i.inhrelid FROM family f JOIN pg_catalog.pg_inherits i ON i.inhparent = f.oid
), versions(catalog, place) AS (
  SELECT 'pg_catalog.pg_class', c.ctid FROM family f JOIN pg_catalog.pg_class c ON c.oid = f.oid
  UNION ALL
  SELECT 'pg_catalog.pg_attribute', a.ctid FROM family f JOIN pg_catalog.pg_attribute a ON a.attrelid = f.oid
)
SELECT EXISTS (SELECT FROM versions v WHERE pg_catalog.currtid2(v.catalog, v.place) <> v.place)
)sql";

constexpr const char* kAdvisoryLock = "pg_catalog.hashtextextended('db-transfer import', 0)";

// Who has the advisory lock and may write one of the tables, too.
constexpr const char* kOtherImport = R"sql(
SELECT l.pid, a.usename, pg_catalog.to_char(a.xact_start AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') AS since
FROM pg_catalog.pg_locks l
JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
WHERE l.locktype = 'advisory' AND l.granted
  AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())
  AND (l.classid::pg_catalog.int8 << 32 | l.objid::pg_catalog.int8) = {key}
  AND EXISTS (
    SELECT FROM pg_catalog.pg_locks t
    WHERE t.pid = l.pid AND t.database = l.database AND t.relation = ANY ({tables}) AND t.mode = 'RowExclusiveLock'
  )
)sql";

// Before version 13 the rights to lock a table's partitions are asked for as well.
std::string may(const Connection& connection, const std::string& privileges) {
  constexpr int kAsksForTheRootOnly = 130000;
  if (connection.server_version() >= kAsksForTheRootOnly)
    return fmt::format("pg_catalog.has_table_privilege(c.oid, '{}')", privileges);
  return fmt::format(R"sql((
    SELECT pg_catalog.bool_and(pg_catalog.has_table_privilege(r.oid, '{}'))
    FROM (SELECT c.oid UNION SELECT p.relid::pg_catalog.oid FROM pg_catalog.pg_partition_tree(c.oid) p) AS r(oid)
  ))sql",
                     privileges);
}

[[noreturn]] void fail_changed(const std::string& what) {
  throw engine::ConcurrentChange(what + " was changed while the import began",
                                 "another session changes the schema; run the command again");
}

}  // namespace

ImportLocks::ImportLocks(Connection& connection, const std::vector<std::uint32_t>& written, engine::Intent intent)
    : connection_(connection), written_(written), intent_(intent), relations_(find()) {}

std::vector<ImportLocks::Relation> ImportLocks::find() {
  std::vector<Relation> found;
  for (const auto& row : connection_.query(
           fmt::format(kSet, fmt::arg("written", oid_array(written_)), fmt::arg("may_read", may(connection_, "SELECT")),
                       fmt::arg("may_write", may(connection_, "INSERT, UPDATE, DELETE, TRUNCATE")),
                       fmt::arg("may_keep_others", may(connection_, "UPDATE, DELETE, TRUNCATE"))))) {
    Relation relation;
    relation.oid = row["oid"].as<std::uint32_t>();
    relation.name = {row["nspname"].c_str(), row["relname"].c_str()};
    relation.partitioned = row["partitioned"].as<bool>();
    relation.written = row["written"].as<bool>() && intent_ != engine::Intent::kDryRun;
    relation.may_read = row["may_read"].as<bool>();
    relation.may_write = row["may_write"].as<bool>();
    relation.may_keep_others = row["may_keep_others"].as<bool>();
    relation.may_read_columns = row["may_read_columns"].as<bool>();
    relation.follows = row["follows"].as<bool>() && intent_ != engine::Intent::kDryRun;
    found.push_back(std::move(relation));
  }
  return found;
}

void ImportLocks::take(engine::TableLocks locks, std::chrono::milliseconds lock_timeout) {
  TableLocker locker(connection_, lock_timeout);
  std::vector<LockedTable> kept;
  std::vector<LockedTable> inserted;
  std::vector<LockedTable> read;
  for (const Relation& relation : relations_) {
    const LockedTable table{relation.name, relation.partitioned};
    const bool against_writers = locks == engine::TableLocks::kAgainstWriters && relation.follows;
    if ((relation.written || against_writers) && relation.may_keep_others) {
      kept.push_back(table);
    } else if (relation.written && relation.may_write) {
      inserted.push_back(table);
    } else if (relation.may_read) {
      read.push_back(table);
    }
  }
  try {
    locker.lock(std::move(kept),
                locks == engine::TableLocks::kAgainstWriters ? "SHARE ROW EXCLUSIVE" : "SHARE UPDATE EXCLUSIVE");
  } catch (const ServerError& error) {
    if (!error.lock_is_held()) throw;
    throw Error(ErrorKind::kLock,
                "the tables are not to be had: another import into " + connection_.place() +
                    " is under way, or a migration or VACUUM of these tables: " + error.what(),
                "run the command again when it has ended, or wait longer for it (--lock-timeout)");
  }
  locker.lock(std::move(inserted), "ROW EXCLUSIVE");
  locker.lock(std::move(read), "ACCESS SHARE");
}

// A role that may read some columns only gets its lock by reading, too late for the snapshot: so whatever was changed
// between them is asked for.
void ImportLocks::demand_set_locked() {
  std::vector<std::uint32_t> by_columns;
  std::vector<std::uint32_t> locked;
  for (const Relation& relation : relations_) {
    const bool by_lock = relation.may_read || (relation.written && relation.may_write);
    if (by_lock) {
      locked.push_back(relation.oid);
    } else if (relation.may_read_columns) {
      connection_.execute("SELECT FROM " + quote_name(relation.name) + " LIMIT 0");
      by_columns.push_back(relation.oid);
    }
  }
  if (!by_columns.empty() &&
      connection_.query_value(fmt::format(kShapeChanged, fmt::arg("tables", oid_array(by_columns)))).as<bool>())
    fail_changed("a table");
  if (find() != relations_) fail_changed("the set of tables");
  const std::string missed = table_without_lock(connection_, locked);
  if (!missed.empty()) fail_changed("the table " + missed);
  demand_sole_import();
}

// Two imports that may only insert do not keep each other from the tables by their locks. The advisory one tells them
// apart: it counts only with the right to write, which is what nobody else has who might hold it.
void ImportLocks::demand_sole_import() {
  std::vector<std::uint32_t> inserted;
  for (const Relation& relation : relations_) {
    if (relation.written && !relation.may_keep_others) inserted.push_back(relation.oid);
  }
  if (inserted.empty()) return;
  if (connection_.query_value(fmt::format("SELECT pg_catalog.pg_try_advisory_xact_lock({})", kAdvisoryLock)).as<bool>())
    return;
  const pqxx::result other = connection_.query(
      fmt::format(kOtherImport, fmt::arg("key", kAdvisoryLock), fmt::arg("tables", oid_array(inserted))));
  if (other.empty()) return;
  throw Error(ErrorKind::kLock,
              "another import into " + connection_.place() + " is under way (server process " +
                  other[0]["pid"].c_str() + ", role " + other[0]["usename"].c_str() + ", in a transaction since " +
                  other[0]["since"].c_str() + " UTC)",
              "run the command again when it has ended");
}

}  // namespace postgres
