#include "postgres/import/lock_budget.h"

#include <fmt/format.h>

#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

// Tables and partitions; the indexes of those that rows are looked up in: with rows in the file, or referred to by
// such.
constexpr const char* kCountLocks = R"sql(
WITH RECURSIVE tables(relation, searched) AS (
  SELECT t.relation, t.searched
  FROM ROWS FROM (pg_catalog.unnest({tables}::pg_catalog.oid[]), pg_catalog.unnest({searched}::pg_catalog.bool[]))
    AS t(relation, searched)
  UNION
  SELECT f.confrelid, true
  FROM pg_catalog.pg_constraint f
  WHERE f.contype = 'f' AND f.conrelid = ANY ({with_rows}::pg_catalog.oid[])
  UNION
  SELECT h.inhrelid, t.searched
  FROM tables t
    JOIN pg_catalog.pg_inherits h ON h.inhparent = t.relation
    JOIN pg_catalog.pg_class c ON c.oid = h.inhrelid AND c.relispartition)
SELECT
  (SELECT pg_catalog.count(DISTINCT t.relation) FROM tables t) AS tables,
  (SELECT pg_catalog.count(DISTINCT i.indexrelid)
   FROM tables t JOIN pg_catalog.pg_index i ON i.indrelid = t.relation
   WHERE t.searched) AS indexes)sql";

// What the manual promises, and all processes that might hold locks.
constexpr const char* kRoomForLocks = R"sql(
SELECT
  pg_catalog.current_setting('max_locks_per_transaction') AS for_each,
  pg_catalog.sum(s.setting::pg_catalog.int8)
    FILTER (WHERE s.name IN ('max_connections', 'max_prepared_transactions'))::pg_catalog.int8 AS sessions,
  pg_catalog.sum(s.setting::pg_catalog.int8)::pg_catalog.int8 AS processes
FROM pg_catalog.pg_settings s
WHERE s.name IN ('max_connections', 'max_prepared_transactions', 'autovacuum_max_workers', 'autovacuum_worker_slots',
  'max_worker_processes', 'max_wal_senders'))sql";

// Measured with version 15: a server whose shared memory is otherwise idle holds 1.6 to 2 times as many as the
// product of its settings.
constexpr double kNeverMoreThan = 2.5;

std::string array_of(const std::vector<std::string>& items) { return "'{" + join(items, ",") + "}'"; }

LockBudget budget_for(Connection& connection, const std::vector<std::string>& oids,
                      const std::vector<std::string>& searched, const std::vector<std::string>& with_rows) {
  const pqxx::result counted = connection.query(fmt::format(kCountLocks, fmt::arg("tables", array_of(oids)),
                                                            fmt::arg("searched", array_of(searched)),
                                                            fmt::arg("with_rows", array_of(with_rows))));
  const pqxx::result room = connection.query(kRoomForLocks);
  LockBudget budget;
  budget.tables = counted[0]["tables"].as<std::uint64_t>();
  budget.needed = budget.tables + counted[0]["indexes"].as<std::uint64_t>();
  budget.for_each = room[0]["for_each"].as<std::uint64_t>();
  budget.sessions = room[0]["sessions"].as<std::uint64_t>();
  budget.most = kNeverMoreThan * static_cast<double>(budget.for_each) * (room[0]["processes"].as<double>() + 1);
  return budget;
}

}  // namespace

LockBudget budget_for(Connection& connection, const std::vector<std::uint32_t>& tables) {
  std::vector<std::string> oids;
  for (const std::uint32_t table : tables) oids.push_back(std::to_string(table));
  return budget_for(connection, oids, std::vector<std::string>(oids.size(), "t"), oids);
}

void fail_for_room(const Connection& connection, const LockBudget& budget) {
  throw base::Error(
      base::ErrorKind::kConnection,
      fmt::format("{} has no room for the locks of this import: {} for {} tables and their indexes; its settings "
                  "promise {} (max_locks_per_transaction = {})",
                  connection.place(), budget.needed, budget.tables, budget.for_each * budget.sessions, budget.for_each),
      fmt::format(
          "set max_locks_per_transaction = {} and start the server again, or import the tables in parts with -t",
          budget.needed / budget.sessions + 1));
}

void demand_room_for_locks(Connection& connection, const std::vector<StagedTable>& tables,
                           std::uint64_t temporary_locks) {
  std::vector<std::string> oids;
  std::vector<std::string> searched;
  std::vector<std::string> with_rows;
  for (const StagedTable& table : tables) {
    oids.push_back(std::to_string(table.details.oid));
    searched.emplace_back(table.has_rows() ? "t" : "f");
    if (table.has_rows()) with_rows.push_back(oids.back());
  }
  LockBudget budget = budget_for(connection, oids, searched, with_rows);
  budget.needed += temporary_locks;
  if (static_cast<double>(budget.needed) > budget.most) fail_for_room(connection, budget);
}

}  // namespace postgres
