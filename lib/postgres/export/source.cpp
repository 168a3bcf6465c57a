#include "postgres/export/source.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "engine/concurrent_change.h"
#include "postgres/catalog/code_of_others.h"
#include "postgres/catalog/ledger.h"
#include "postgres/catalog/planning_path.h"
#include "postgres/catalog/privileges.h"
#include "postgres/catalog/sequence_uses.h"
#include "postgres/catalog/table_locks.h"
#include "postgres/catalog/unheld_catalog.h"
#include "postgres/catalog/user_types.h"
#include "postgres/export/large_objects.h"
#include "postgres/export/parallel_reader.h"
#include "postgres/export/reader.h"
#include "postgres/export/rows_elsewhere.h"
#include "postgres/session/settings.h"
#include "postgres/session/sql_text.h"

namespace postgres {

using base::Error;
using base::ErrorKind;

namespace {

std::vector<catalog::Table> plain(const std::vector<TableDetails>& all) {
  std::vector<catalog::Table> tables;
  for (const TableDetails& details : all) tables.push_back(details.table);
  return tables;
}

// The name of a table or column that the catalog still had a moment ago, or something of the catalog itself.
bool says_that_it_has_gone(const ServerError& error) {
  const std::string& state = error.fields().sqlstate;
  if (error.is_of_planning()) return false;
  return state == "42P01" || state == "42703" || state == "42704" || state == "3F000" ||
         (state == "XX000" && error.fields().message.find("cache lookup failed") != std::string::npos);
}

[[noreturn]] void fail_changed(const std::string& what) {
  throw engine::ConcurrentChange(what + " was changed while the export ran",
                                 "another session changes the schema; run the export again");
}

// Those of the tables that a standby has no rows of.
constexpr const char* kUnlogged = R"sql(
SELECT pg_catalog.string_agg(c.oid::pg_catalog.regclass::pg_catalog.text, ', ')
FROM pg_catalog.pg_class c
WHERE c.relpersistence OPERATOR(pg_catalog.=) 'u'::pg_catalog."char" AND pg_catalog.pg_is_in_recovery()
  AND c.oid OPERATOR(pg_catalog.=) ANY ('{{{oids}}}'::pg_catalog.oid[]))sql";

constexpr const char* kPages = R"sql(
SELECT pg_catalog.pg_relation_size({table}) / pg_catalog.current_setting('block_size')::pg_catalog.int8)sql";

void demand_rows_of_all(Connection& connection, const std::vector<std::string>& oids) {
  if (oids.empty()) return;
  const pqxx::field unlogged = connection.query_value(fmt::format(kUnlogged, fmt::arg("oids", join(oids, ","))));
  if (unlogged.is_null()) return;
  throw Error(ErrorKind::kPrivilege,
              connection.place() + " is a standby, which has no rows of unlogged tables: " + unlogged.c_str(),
              "export from the primary, or leave them out with -T");
}

// A scan begins at the table's first page and is done by one process: the same rows come in the same order.
void pin_order(Connection& connection) {
  connection.execute("SET LOCAL synchronize_seqscans = off; SET LOCAL max_parallel_workers_per_gather = 0");
}

}  // namespace

PostgresSource::PostgresSource(std::unique_ptr<Connection> connection, std::chrono::milliseconds lock_timeout)
    : connection_(std::move(connection)), lock_timeout_(lock_timeout), info_(describe(*connection_)) {}

PostgresSource::PostgresSource(const Connect& connect, std::chrono::milliseconds lock_timeout, unsigned jobs,
                               std::vector<std::string> run_code_of)
    : PostgresSource(connect(), lock_timeout) {
  run_code_of_ = std::move(run_code_of);
  if (jobs < 2) return;
  for (unsigned i = 0; i < jobs; ++i) workers_.push_back(connect());
}

PostgresSource::~PostgresSource() = default;

// A snapshot of its own, so that what it says fits together, and the search_path is empty here too.
std::vector<catalog::Table> PostgresSource::tables(const std::vector<std::string>& schemas) {
  end_transactions();
  schemas_ = schemas;
  connection_->execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY");
  pin_settings(*connection_, lock_timeout_);
  look();
  connection_->execute("COMMIT");
  return plain(tables_);
}

// The first question of an attempt, also after one that failed in its transaction.
std::vector<std::string> PostgresSource::schemas() {
  end_transactions();
  return schema_names(*connection_);
}

std::optional<engine::LastMigration> PostgresSource::last_migration(const std::vector<std::string>& schemas) {
  return find_last_migration(*connection_, schemas);
}

void PostgresSource::end_transactions() {
  const auto end = [](Connection& connection) {
    if (connection.transaction_status() != PQTRANS_IDLE) connection.execute("ROLLBACK");
  };
  end(*connection_);
  for (const auto& worker : workers_) end(*worker);
}

void PostgresSource::demand_readable(const std::vector<catalog::Table>& tables) {
  std::vector<Demand> chosen;
  std::vector<std::string> oids;
  for (const catalog::Table& table : tables) {
    chosen.push_back({&find(table.name), {"SELECT"}});
    oids.push_back(std::to_string(chosen.back().table->oid));
  }
  demand_none_missing(*connection_, missing_grants(*connection_, chosen));
  demand_rows_of_all(*connection_, oids);
  for (const auto& [table, privileges] : chosen) {
    if (!table->row_security) continue;
    throw Error(ErrorKind::kPrivilege,
                "row security hides rows of " + quote_name(table->table.name) + " from this role",
                "export as the table's owner or as a role with BYPASSRLS, or leave the table out with -T");
  }
}

// Locks before the first query: a snapshot alone lets a concurrent TRUNCATE export an empty table.
void PostgresSource::begin_and_lock(const std::vector<catalog::Table>& tables) {
  locked_.clear();
  std::vector<LockedTable> wanted;
  for (const catalog::Table& table : tables) {
    locked_.push_back(table.name);
    wanted.push_back({table.name, find(table.name).partitioned});
  }
  connection_->execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY");
  pin_settings(*connection_, lock_timeout_);
  pin_order(*connection_);
  TableLocker(*connection_, lock_timeout_).lock(std::move(wanted), "ACCESS SHARE");
}

std::vector<catalog::Table> PostgresSource::open_snapshot(const std::vector<catalog::Table>& tables) {
  end_transactions();
  connection_->execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY");
  pin_settings(*connection_, lock_timeout_);
  demand_readable(tables);  // what is missing is told before a lock is waited for
  connection_->execute("COMMIT");
  begin_and_lock(tables);
  look();  // its first query fixes the snapshot
  connection_->watch_locks(lock_timeout_, connection_->query_value("SELECT pg_catalog.pg_backend_pid()").as<int>());
  std::vector<std::uint32_t> oids;
  std::vector<TableDetails*> found;
  for (const catalog::TableName& name : locked_) {
    if (!place_.contains(name)) fail_changed("the table " + quote_name(name));
    found.push_back(&find(name));
    oids.push_back(found.back()->oid);
  }
  const std::string missed = table_without_lock(*connection_, oids);
  if (!missed.empty()) fail_changed("the table " + missed);
  demand_readable(tables);
  find_planned_code(*connection_, found, run_code_of_);
  planning_path_ = planning_path(*connection_, oids, run_code_of_);
  join_snapshot();
  return plain(tables_);
}

std::vector<std::string> PostgresSource::demand_rows_of(const std::vector<catalog::TableName>& left_out,
                                                        engine::RowsElsewhere elsewhere) {
  std::vector<TableDetails*> tables;
  for (const catalog::TableName& name : locked_) tables.push_back(&find(name));
  return find_rows_elsewhere(*connection_, tables, left_out, elsewhere);
}

void PostgresSource::demand_unchanged() {
  std::vector<std::uint32_t> oids;
  for (const catalog::TableName& name : locked_) oids.push_back(find(name).oid);
  const std::string changed = with_empty_path(*connection_, [&] {
    std::string found = changed_since_snapshot(*connection_, oids, Dependence::kOfReading);
    return found.empty() ? partition_read_behind_snapshot(*connection_, oids) : found;
  });
  if (!changed.empty()) fail_changed(changed);
}

engine::Dependencies PostgresSource::dependencies(const std::vector<catalog::Table>& tables) {
  std::vector<std::uint32_t> oids;
  std::vector<std::pair<std::uint32_t, catalog::TableName>> names;
  std::vector<const TableDetails*> chosen;
  for (const catalog::Table& table : tables) {
    chosen.push_back(&find(table.name));
    oids.push_back(chosen.back()->oid);
    names.emplace_back(chosen.back()->oid, table.name);
  }
  engine::Dependencies dependencies;
  dependencies.types = read_user_types(*connection_, oids);
  dependencies.sequences = read_positions(*connection_, read_column_sequences(*connection_, oids), names);
  dependencies.large_objects = find_large_objects(*connection_, chosen);
  const std::map<std::uint32_t, catalog::TableName> name_of(names.begin(), names.end());
  for (const UnknownDraw& draw : read_unknown_draws(*connection_, oids)) {
    dependencies.unknown.push_back(name_of.at(draw.table).name + (draw.column.empty() ? "" : "." + draw.column) + " " +
                                   draw.what + ": how far a sequence behind it has come is not in the file");
  }
  return dependencies;
}

// The workers take no locks: those of the first connection last as long as its snapshot.
void PostgresSource::join_snapshot() {
  if (workers_.empty()) return;
  const std::string snapshot = connection_->query_value("SELECT pg_catalog.pg_export_snapshot()").c_str();
  for (const auto& worker : workers_) {
    worker->execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY");
    worker->execute("SET TRANSACTION SNAPSHOT " + quote_literal(snapshot));
    pin_settings(*worker, lock_timeout_);
    pin_order(*worker);
    if (!planning_path_.empty()) set_search_path(*worker, planning_path_);
  }
}

// How many pages several connections may read side by side; 0: one connection reads the table.
std::uint64_t PostgresSource::pages_to_share(const TableDetails& table, const engine::TableQuery& query) {
  constexpr int kHasRangeScans = 140000;
  constexpr std::uint64_t kWorthIt = 512;  // 4 MiB
  if (workers_.empty() || table.partitioned || !table.read_through.empty() ||
      query.order == engine::RowOrder::kIdentity || connection_->server_version() < kHasRangeScans)
    return 0;
  const auto pages = connection_->query_value(fmt::format(kPages, fmt::arg("table", table.oid))).as<std::uint64_t>();
  return pages < kWorthIt ? 0 : pages;
}

std::unique_ptr<engine::RowReader> PostgresSource::read(const engine::TableQuery& query) {
  try {
    const TableDetails& table = find(query.table);
    if (const std::uint64_t pages = pages_to_share(table, query))
      return std::make_unique<ParallelReader>(workers_, table, query, pages);
    if (!planning_path_.empty()) set_search_path(*connection_, planning_path_);
    return std::make_unique<Reader>(*connection_, table, query);
  } catch (const ServerError& error) {
    if (query.where.empty() && says_that_it_has_gone(error)) fail_changed(quote_name(query.table));
    if (query.where.empty() || error.kind() == ErrorKind::kLock || error.is_of_planning()) throw;
    const std::string& state = error.fields().sqlstate;
    const bool unknown = state == "42P01" || state == "42883" || state == "42704";  // a relation, function, type
    throw Error(ErrorKind::kUsage, "--where for " + quote_name(query.table) + ": " + error.what(),
                unknown
                    ? "the search_path is empty: names of tables, functions and types need their schema (public.NAME)"
                    : "the condition is SQL over the columns of that table");
  }
}

void PostgresSource::look() {
  tables_ = introspect(*connection_, schemas_, Depth::kKeys);
  place_.clear();
  for (std::size_t i = 0; i < tables_.size(); ++i) place_.emplace(tables_[i].table.name, i);
}

TableDetails& PostgresSource::find(const catalog::TableName& name) {
  const auto place = place_.find(name);
  if (place == place_.end()) throw Error(ErrorKind::kInternal, "no table " + quote_name(name) + " in the source");
  return tables_[place->second];
}

}  // namespace postgres
