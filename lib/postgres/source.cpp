#include "postgres/source.h"

#include <algorithm>

#include "postgres/ledger.h"
#include "postgres/reader.h"
#include "postgres/session.h"
#include "postgres/sql_text.h"

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

}  // namespace

PostgresSource::PostgresSource(std::unique_ptr<Connection> connection, std::chrono::milliseconds lock_timeout)
    : connection_(std::move(connection)), lock_timeout_(lock_timeout), info_(describe(*connection_)) {}

PostgresSource::~PostgresSource() = default;

std::vector<catalog::Table> PostgresSource::tables(const std::vector<std::string>& schemas) {
  schemas_ = schemas;
  // A transaction of its own, so that the search_path is empty here too; open_snapshot looks again under locks.
  connection_->execute("BEGIN TRANSACTION READ ONLY");
  pin_settings(*connection_, lock_timeout_);
  tables_ = introspect(*connection_, schemas_);
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
  for (const catalog::Table& table : tables) {
    chosen.push_back({&find(table.name), {"SELECT"}});
    names.push_back(quote_name(table.name));
  }
  demand_privileges(*connection_, chosen);
  for (const auto& [table, privileges] : chosen) {
    if (!table->row_security) continue;
    throw Error(ErrorKind::kPrivilege,
                "row security hides rows of " + quote_name(table->table.name) + " from this role",
                "export as the table's owner or as a role with BYPASSRLS, or leave the table out with -T");
  }
  // Locks before the first query: a snapshot alone lets a concurrent TRUNCATE export an empty table.
  connection_->execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY");
  pin_settings(*connection_, lock_timeout_);
  if (!names.empty()) connection_->execute("LOCK TABLE " + join(names, ", ") + " IN ACCESS SHARE MODE");

  std::vector<TableDetails> seen_before = std::move(tables_);
  tables_ = introspect(*connection_, schemas_);
  for (const catalog::Table& table : tables) {
    const auto by_name = [&](const TableDetails& details) { return details.table.name == table.name; };
    const auto before = std::find_if(seen_before.begin(), seen_before.end(), by_name);
    const auto now = std::find_if(tables_.begin(), tables_.end(), by_name);
    if (now != tables_.end() && same_shape(*before, *now)) continue;
    throw Error(ErrorKind::kSchema, "the table " + quote_name(table.name) + " was changed while the export began",
                "run the export again");
  }
}

std::unique_ptr<engine::RowReader> PostgresSource::read(const engine::TableQuery& query) {
  try {
    return std::make_unique<Reader>(*connection_, find(query.table), query);
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
