#include "postgres/source.h"

#include <algorithm>
#include <map>

#include "postgres/large_objects.h"
#include "postgres/ledger.h"
#include "postgres/parallel_reader.h"
#include "postgres/reader.h"
#include "postgres/sequence_uses.h"
#include "postgres/session.h"
#include "postgres/sql_text.h"
#include "postgres/user_types.h"

namespace postgres {

using base::Error;
using base::ErrorKind;

namespace {

bool same_shape(const TableDetails& a, const TableDetails& b) {
  const auto same_column = [](const catalog::Column& x, const catalog::Column& y) {
    return x.name == y.name && x.type == y.type && x.generated == y.generated;
  };
  return a.oid == b.oid && std::equal(a.table.columns.begin(), a.table.columns.end(), b.table.columns.begin(),
                                      b.table.columns.end(), same_column);
}

void demand_rows_of_all(Connection& connection, const std::vector<std::string>& oids) {
  if (oids.empty()) return;
  const pqxx::result unlogged = connection.query(
      "SELECT pg_catalog.string_agg(oid::pg_catalog.regclass::pg_catalog.text, ', ') FROM pg_catalog.pg_class WHERE "
      "relpersistence OPERATOR(pg_catalog.=) 'u'::pg_catalog.\"char\" AND pg_catalog.pg_is_in_recovery() AND oid "
      "OPERATOR(pg_catalog.=) ANY ('{" +
      join(oids, ",") + "}'::pg_catalog.oid[])");
  if (unlogged[0][0].is_null()) return;
  throw Error(ErrorKind::kPrivilege,
              connection.place() + " is a standby, which has no rows of unlogged tables: " + unlogged[0][0].c_str(),
              "export from the primary, or leave them out with -T");
}

// A scan begins at the table's first page and is done by one process: the same rows come in the same order.
void pin_order(Connection& connection) {
  connection.execute("SET LOCAL synchronize_seqscans = off; SET LOCAL max_parallel_workers_per_gather = 0");
}

}  // namespace

PostgresSource::PostgresSource(std::unique_ptr<Connection> connection, std::chrono::milliseconds lock_timeout)
    : connection_(std::move(connection)), lock_timeout_(lock_timeout), info_(describe(*connection_)) {}

PostgresSource::PostgresSource(const Connect& connect, std::chrono::milliseconds lock_timeout, unsigned jobs)
    : PostgresSource(connect(), lock_timeout) {
  if (jobs < 2) return;
  for (unsigned i = 0; i < jobs; ++i) workers_.push_back(connect());
}

PostgresSource::~PostgresSource() = default;

std::vector<catalog::Table> PostgresSource::tables(const std::vector<std::string>& schemas) {
  schemas_ = schemas;
  // A transaction of its own, so that the search_path is empty here too; open_snapshot looks again under locks.
  connection_->execute("BEGIN TRANSACTION READ ONLY");
  pin_settings(*connection_, lock_timeout_);
  tables_ = introspect(*connection_, schemas_, Depth::kKeys);
  connection_->execute("COMMIT");
  std::vector<catalog::Table> tables;
  for (const TableDetails& details : tables_) tables.push_back(details.table);
  return tables;
}

std::optional<engine::LastMigration> PostgresSource::last_migration(const std::vector<std::string>& schemas) {
  return find_last_migration(*connection_, schemas);
}

void PostgresSource::open_snapshot(const std::vector<catalog::Table>& tables) {
  std::vector<Demand> chosen;
  std::vector<std::string> names;
  std::vector<std::string> oids;
  for (const catalog::Table& table : tables) {
    chosen.push_back({&find(table.name), {"SELECT"}});
    names.push_back(quote_name(table.name));
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
  // Locks before the first query: a snapshot alone lets a concurrent TRUNCATE export an empty table.
  connection_->execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY");
  pin_settings(*connection_, lock_timeout_);
  pin_order(*connection_);
  connection_->watch_locks(lock_timeout_, connection_->process());  // to ask for it would already take the snapshot
  if (!names.empty()) connection_->execute("LOCK TABLE " + join(names, ", ") + " IN ACCESS SHARE MODE");

  const std::vector<TableDetails> locked = introspect(*connection_, schemas_, Depth::kColumns);
  for (const catalog::Table& table : tables) {
    const auto now =
        std::ranges::find_if(locked, [&](const TableDetails& details) { return details.table.name == table.name; });
    if (now != locked.end() && same_shape(find(table.name), *now)) continue;
    throw Error(ErrorKind::kSchema, "the table " + quote_name(table.name) + " was changed while the export began",
                "run the export again");
  }
  join_snapshot();
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
  const std::string snapshot = connection_->query("SELECT pg_catalog.pg_export_snapshot()")[0][0].c_str();
  for (const auto& worker : workers_) {
    worker->execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY");
    worker->execute("SET TRANSACTION SNAPSHOT " + quote_literal(snapshot));
    pin_settings(*worker, lock_timeout_);
    pin_order(*worker);
  }
}

// How many pages several connections may read side by side; 0: one connection reads the table.
std::uint64_t PostgresSource::pages_to_share(const TableDetails& table, const engine::TableQuery& query) {
  constexpr int kHasRangeScans = 140000;
  constexpr std::uint64_t kWorthIt = 512;  // 4 MiB
  if (workers_.empty() || table.partitioned || query.order == engine::RowOrder::kIdentity ||
      connection_->server_version() < kHasRangeScans)
    return 0;
  const auto pages = connection_
                         ->query("SELECT pg_catalog.pg_relation_size(" + std::to_string(table.oid) +
                                 ") / pg_catalog.current_setting('block_size')::pg_catalog.int8")[0][0]
                         .as<std::uint64_t>();
  return pages < kWorthIt ? 0 : pages;
}

std::unique_ptr<engine::RowReader> PostgresSource::read(const engine::TableQuery& query) {
  try {
    const TableDetails& table = find(query.table);
    if (const std::uint64_t pages = pages_to_share(table, query))
      return std::make_unique<ParallelReader>(workers_, table, query, pages);
    return std::make_unique<Reader>(*connection_, table, query);
  } catch (const ServerError& error) {
    if (query.where.empty() || error.kind() == ErrorKind::kLock) throw;
    throw Error(ErrorKind::kUsage, "--where for " + quote_name(query.table) + ": " + error.what(),
                "the condition is SQL over the columns of that table");
  }
}

const TableDetails& PostgresSource::find(const catalog::TableName& name) const {
  for (const TableDetails& details : tables_) {
    if (details.table.name == name) return details;
  }
  throw Error(ErrorKind::kInternal, "no table " + quote_name(name) + " in the source");
}

}  // namespace postgres
