#include "sqlite/export/source.h"

#include "base/terminal.h"
#include "sqlite/catalog/ledger.h"
#include "sqlite/catalog/object_names.h"
#include "sqlite/catalog/virtual_tables.h"
#include "sqlite/export/reader.h"
#include "sqlite/session/settings.h"
#include "sqlite/session/sql_text.h"

namespace sqlite {

using base::Error;
using base::ErrorKind;

namespace {

void demand_readable(const TableDetails& table) {
  if (table.unreadable.empty()) return;
  throw Error(ErrorKind::kSchema,
              "the virtual table " + base::printable(table.table.name.name) + " (" + base::printable(table.module) +
                  ") cannot be exported: " + base::printable(table.unreadable),
              "leave it out with -T, and create it again in the target");
}

}  // namespace

SqliteSource::SqliteSource(std::unique_ptr<Connection> connection)
    : connection_(std::move(connection)), info_(describe(connection_->path())) {}

SqliteSource::~SqliteSource() = default;

std::string SqliteSource::other_object(const catalog::TableName& name) {
  return sqlite::other_object(*connection_, name);
}

std::vector<catalog::Table> SqliteSource::tables(const std::vector<std::string>& schemas) {
  refuse_schemas(schemas);
  tables_ = introspect(*connection_);
  std::vector<catalog::Table> tables;
  for (const TableDetails& details : tables_) tables.push_back(details.table);
  return tables;
}

std::optional<engine::LastMigration> SqliteSource::last_migration(const std::vector<std::string>&) {
  return find_last_migration(*connection_);
}

std::vector<catalog::Table> SqliteSource::open_snapshot(const std::vector<catalog::Table>& tables) {
  if (connection_->in_transaction()) connection_->execute("ROLLBACK");
  connection_->execute("BEGIN");
  tables_ = introspect(*connection_);  // the first read fixes the snapshot
  std::vector<catalog::Table> there;
  for (const TableDetails& details : tables_) there.push_back(details.table);
  for (const catalog::Table& table : tables) {
    const TableDetails* now = find_table(tables_, table.name.name);
    if (now == nullptr)
      throw engine::ConcurrentChange("the table " + base::printable(table.name.name) +
                                     " has gone while the export began");
    demand_readable(*now);
  }
  return there;
}

std::vector<std::string> SqliteSource::demand_rows_of(const std::vector<catalog::TableName>&, engine::RowsElsewhere) {
  std::vector<std::string> notes;
  for (const VirtualTable& table : find_virtual_tables(*connection_)) {
    if (table.contents != VirtualTable::Contents::kOthers) continue;
    notes.push_back(table.name + " is a virtual table (" + table.module +
                    ") over the rows of others: not in the file; in the target its triggers keep it in step, or it is "
                    "created again");
  }
  return notes;
}

// AUTOINCREMENT remembers numbers of rows that are gone.
engine::Dependencies SqliteSource::dependencies(const std::vector<catalog::Table>& tables) {
  engine::Dependencies found;
  for (const catalog::Table& table : tables) {
    const TableDetails& details = find(table.name);
    if (!details.autoincrement) continue;
    const std::string& name = details.table.name.name;
    Statement row = connection_->prepare("SELECT q.seq FROM main.sqlite_sequence q WHERE q.name = ?");
    row.bind_text(1, name);
    if (!row.next() || row.cell("seq").storage != StorageClass::kInteger) continue;
    catalog::Sequence sequence;
    sequence.name = details.table.name;
    sequence.last_value = row.integer("seq");
    sequence.used_by.push_back({details.table.name, details.rowid_column, "AUTOINCREMENT"});
    found.sequences.push_back(std::move(sequence));
  }
  return found;
}

std::unique_ptr<engine::RowReader> SqliteSource::read(const engine::TableQuery& query) {
  try {
    return std::make_unique<Reader>(*connection_, find(query.table), query);
  } catch (const SqliteError& error) {
    if (query.where.empty() || error.kind() != ErrorKind::kSchema) throw;
    throw Error(ErrorKind::kUsage, "--where for " + base::printable(query.table.name) + ": " + error.what(),
                "the condition is SQL over the columns of that table");
  }
}

const TableDetails& SqliteSource::find(const catalog::TableName& name) const {
  const TableDetails* found = find_table(tables_, name.name);
  if (found == nullptr) throw Error(ErrorKind::kInternal, "no table " + name.name + " in the source");
  return *found;
}

}  // namespace sqlite
