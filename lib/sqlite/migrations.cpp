#include "sqlite/migrations.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/error.h"
#include "base/terminal.h"
#include "sqlite/catalog/schema_objects.h"
#include "sqlite/session/file.h"
#include "sqlite/session/settings.h"
#include "sqlite/session/sql_text.h"

namespace sqlite {
namespace {

using base::Error;
using base::ErrorKind;
using base::printable;

constexpr const char* kLedger = "migrations";
constexpr const char* kColumns = "SELECT name FROM pragma_table_info('{ledger}', 'main') ORDER BY cid";

constexpr const char* kEntries = R"sql(
SELECT name, checksum, applied_at, duration
FROM main.{ledger}
ORDER BY name)sql";

constexpr const char* kCreate = R"sql(
CREATE TABLE IF NOT EXISTS main.{ledger} (
  name TEXT NOT NULL PRIMARY KEY,
  checksum TEXT NOT NULL,
  applied_at TEXT NOT NULL,
  duration REAL
))sql";

constexpr const char* kRecord = R"sql(
INSERT INTO main.{ledger} (name, checksum, applied_at, duration)
VALUES ({name}, {checksum}, strftime('%Y-%m-%dT%H:%M:%SZ', 'now'), {duration}))sql";

// Why the ledger cannot be trusted, as what it has or is; no row: it can.
constexpr const char* kUnsound = R"sql(
SELECT CASE type WHEN 'trigger' THEN 'has the trigger ' || name ELSE 'is no ordinary table' END AS what
FROM main.sqlite_master
WHERE (type = 'trigger' AND tbl_name = ?1 COLLATE NOCASE)
   OR (name = ?1 COLLATE NOCASE AND (type = 'view' OR sql LIKE 'CREATE VIRTUAL%')))sql";

constexpr const char* kTablesWithParents = R"sql(
SELECT l.name
FROM pragma_table_list l
WHERE l.schema = 'main' AND l.type = 'table'
  AND EXISTS (SELECT 1 FROM pragma_foreign_key_list(l.name, 'main')))sql";

constexpr const char* kOrphans = R"sql(
SELECT parent, count(*) AS rows
FROM pragma_foreign_key_check({table}, 'main')
GROUP BY parent)sql";

template <typename... Places>
std::string ledger_sql(const char* text, const Places&... places) {
  return fmt::format(fmt::runtime(text), fmt::arg("ledger", kLedger), places...);
}

constexpr double kMicrosecondsPerSecond = 1e6;

Access access_for(Purpose purpose) {
  if (purpose == Purpose::kRead) return Access::kReadOnly;
  return purpose == Purpose::kCreate ? Access::kCreate : Access::kMigrate;
}

std::string path_for(const std::string& path, Purpose purpose) {
  if (is_there(path) || purpose == Purpose::kCreate) return path;
  if (purpose == Purpose::kTry) return {};
  throw Error(ErrorKind::kConnection, "there is no SQLite file " + printable(path),
              "check the path; db-migrate up makes a file that is missing");
}

std::string seconds(const std::optional<std::chrono::microseconds>& duration) {
  return duration ? std::to_string(static_cast<double>(duration->count()) / kMicrosecondsPerSecond) : "NULL";
}

}  // namespace

SqliteMigrations::SqliteMigrations(const std::string& path, Purpose purpose, std::chrono::milliseconds lock_timeout,
                                   std::stop_token stop)
    : path_(path_for(path, purpose)),
      access_(access_for(purpose)),
      lock_timeout_(lock_timeout),
      stop_(std::move(stop)),
      info_(describe(path)) {}

SqliteMigrations::~SqliteMigrations() = default;

std::unique_ptr<Connection> SqliteMigrations::connect(const std::string& path, Access access) const {
  return std::make_unique<Connection>(path, access, lock_timeout_, stop_);
}

Connection& SqliteMigrations::session() {
  if (!connection_) connection_ = connect(path_, access_);
  return *connection_;
}

// A new connection, and on it the statements that take the lock.
void SqliteMigrations::take_lock(std::initializer_list<const char*> statements) {
  roll_back();
  try {
    for (const char* statement : statements) session().execute(statement);
  } catch (const SqliteError& error) {
    if (error.kind() != ErrorKind::kLock) throw;
    const std::string what = error.what();
    roll_back();
    throw Error(
        ErrorKind::kLock, what,
        "another db-migrate, or a program that uses the database, holds it: end that or wait for it and run the "
        "command again, or wait longer with --lock-timeout");
  }
}

void SqliteMigrations::begin() {
  take_lock({access_ == Access::kReadOnly ? "BEGIN" : "BEGIN IMMEDIATE"});
  mode_ = Mode::kTransaction;
}

// What runs in no transaction (VACUUM, another journal mode) must have the file for itself in any case.
void SqliteMigrations::lock() {
  // The mode is set once the file is locked: in it no lock is given back, and two who both wait would wait for each
  // other.
  take_lock({"BEGIN EXCLUSIVE", "PRAGMA locking_mode = EXCLUSIVE", "COMMIT"});
  mode_ = Mode::kLocked;
}

void SqliteMigrations::commit() {
  try {
    session().execute("COMMIT");
  } catch (const Error&) {
    roll_back();
    throw;
  }
  roll_back();  // the connection only: nothing is open any more
}

// A connection that is closed rolls back what is open.
void SqliteMigrations::roll_back() noexcept {
  mode_ = Mode::kIdle;
  orphans_before_.reset();
  scratch_.reset();
  connection_.reset();
}

std::vector<engine::AppliedMigration> SqliteMigrations::ledger() {
  if (!connection_ && access_ == Access::kCreate && !is_there(path_)) return {};
  std::vector<std::string> names;
  {
    Statement columns = session().prepare(ledger_sql(kColumns));
    while (columns.next()) names.push_back(columns.text("name"));
  }
  if (names.empty()) return {};
  for (const char* needed : {"name", "checksum", "applied_at", "duration"}) {
    if (std::find(names.begin(), names.end(), needed) != names.end()) continue;
    throw Error(ErrorKind::kSchema,
                ledger_sql("the table {ledger} is not a ledger of db-migrate: it has the columns {columns}",
                           fmt::arg("columns", printable(join(names, ", ")))),
                ledger_sql("if another migration tool keeps it, rename it (ALTER TABLE {ledger} RENAME TO "
                           "migrations_before), then tell what is applied: db-migrate baseline NNN"));
  }
  demand_sound_ledger();
  std::vector<engine::AppliedMigration> rows;
  Statement entries = session().prepare(ledger_sql(kEntries));
  while (entries.next()) {
    engine::AppliedMigration migration{entries.text("name"), entries.text("checksum"), entries.text("applied_at"), {}};
    const Cell duration = entries.cell("duration");
    if (duration.storage == StorageClass::kReal)
      migration.duration = std::chrono::microseconds(std::llround(duration.real * kMicrosecondsPerSecond));
    rows.push_back(std::move(migration));
  }
  return rows;
}

// A view would show what it likes, and a trigger would act on what is written down.
void SqliteMigrations::demand_sound_ledger() {
  Statement others = session().prepare(kUnsound);
  others.bind_text(1, kLedger);
  if (!others.next()) return;
  throw Error(ErrorKind::kSchema,
              ledger_sql("the table {ledger} is no ledger that can be trusted: it {what}",
                         fmt::arg("what", printable(others.text("what")))),
              "drop or rename that, then tell what is applied: db-migrate baseline NNN");
}

void SqliteMigrations::record(const engine::AppliedMigration& migration) {
  Connection& connection = session();
  if (mode_ == Mode::kLocked && connection.in_transaction())
    throw Error(ErrorKind::kSchema, printable(migration.name) + " leaves a transaction open",
                "end it in the file: COMMIT; what it did in it is rolled back");
  if (orphans_before_) demand_no_new_orphans(migration.name);
  if (mode_ == Mode::kLocked) connection.execute("BEGIN IMMEDIATE");
  connection.execute(ledger_sql(kCreate));
  demand_sound_ledger();
  connection.execute(ledger_sql(kRecord, fmt::arg("name", quote_literal(migration.name)),
                                fmt::arg("checksum", quote_literal(migration.checksum)),
                                fmt::arg("duration", seconds(migration.duration))));
  if (mode_ == Mode::kLocked) connection.execute("COMMIT");
}

void SqliteMigrations::execute(const std::string& statement) {
  if (!scratch_ && !orphans_before_) orphans_before_ = find_orphans();
  try {
    acting().execute(statement);
  } catch (const SqliteError& error) {
    refuse(error);
  }
  demand_state();
}

void SqliteMigrations::refuse(const SqliteError& error) const {
  const std::string what = error.what();
  // "cannot VACUUM from within a transaction", "cannot change into wal mode …", "Safety level may not be changed …"
  const bool runs_in_none = mode_ == Mode::kTransaction && what.find("a transaction") != std::string::npos;
  // Whatever the statement did wrong, it is the file that does not fit this database.
  throw Error(error.kind() == ErrorKind::kInternal ? ErrorKind::kSchema : error.kind(), what,
              runs_in_none ? "write \"-- no-transaction\" on the file's first line" : error.hint());
}

void SqliteMigrations::demand_state() {
  if (mode_ == Mode::kTransaction && !acting().in_transaction())
    throw Error(ErrorKind::kSchema, "the statement ended the transaction in which the file is applied",
                "write \"-- no-transaction\" on the file's first line");
}

SqliteMigrations::Orphans SqliteMigrations::find_orphans() {
  std::vector<std::string> tables;
  {
    Statement names = session().prepare(kTablesWithParents);
    while (names.next()) tables.push_back(names.text("name"));
  }
  Orphans orphans;
  for (const std::string& table : tables) {
    try {
      Statement rows = session().prepare(fmt::format(fmt::runtime(kOrphans), fmt::arg("table", quote_literal(table))));
      while (rows.next())
        orphans[table + " without parent in " + rows.text("parent")] = static_cast<std::uint64_t>(rows.integer("rows"));
    } catch (const SqliteError& error) {
      // "foreign key mismatch": the key refers to columns that are not unique.
      if (error.kind() != ErrorKind::kSchema) throw;
      orphans[table + " refers to what is no key: " + error.what()] = 0;
    }
  }
  return orphans;
}

// Rows that had no parent before are not the migration's doing.
void SqliteMigrations::demand_no_new_orphans(const std::string& migration) {
  Orphans now = find_orphans();
  std::string found;
  for (const auto& [where, count] : now) {
    const auto before = orphans_before_->find(where);
    if (before != orphans_before_->end() && before->second >= count) continue;
    found += (found.empty() ? "" : "; ") + where;
    if (count != 0) found += " (" + std::to_string(count) + (count == 1 ? " row)" : " rows)");
  }
  if (!found.empty())
    throw Error(
        ErrorKind::kSchema, printable(migration) + " breaks a foreign key: " + printable(found),
        "foreign keys do not act while a migration runs: delete or change the rows in the file itself, children "
        "first");
  orphans_before_ = std::move(now);
}

void SqliteMigrations::enter_scratch() {
  scratch_ = connect({}, Access::kMigrate);
  scratch_->execute("BEGIN");
}

std::vector<engine::SchemaObject> SqliteMigrations::objects() { return schema_objects(acting(), kLedger); }

std::vector<std::string> SqliteMigrations::leftovers() {
  if (session().in_transaction()) session().execute("ROLLBACK");
  return {};  // a statement is done or not
}

}  // namespace sqlite
