#include "postgres/migrations.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <thread>
#include <utility>

#include "base/error.h"
#include "base/terminal.h"
#include "postgres/catalog/column_names.h"
#include "postgres/catalog/schema_objects.h"
#include "postgres/own_ledger.h"
#include "postgres/session/server_words.h"
#include "postgres/session/settings.h"
#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

using base::Error;
using base::ErrorKind;
using base::printable;

constexpr const char* kLedger = "migrations";
constexpr std::chrono::milliseconds kAskAgainAfter{50};

// {schema} and {ledger} are literals, {name} is the ledger's quoted name.
constexpr const char* kColumns = R"sql(
SELECT a.attname
FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = {schema} AND c.relname = {ledger} AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attnum)sql";

constexpr const char* kEntries = R"sql(
SELECT name, checksum, pg_catalog.to_char(applied_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS applied_at,
       (EXTRACT(epoch FROM duration) * 1000000)::bigint AS microseconds
FROM {name}
ORDER BY name)sql";

constexpr const char* kCreate = R"sql(
RESET SESSION AUTHORIZATION;
CREATE TABLE IF NOT EXISTS {name} (
  name pg_catalog.text PRIMARY KEY,
  checksum pg_catalog.text NOT NULL,
  applied_at pg_catalog.timestamptz NOT NULL,
  duration pg_catalog.interval
);
LOCK TABLE {name} IN ROW EXCLUSIVE MODE)sql";

constexpr const char* kRecord = R"sql(
INSERT INTO {name} (name, checksum, applied_at, duration)
VALUES ({migration}, {checksum}, pg_catalog.clock_timestamp(), {duration}))sql";

constexpr const char* kSchemasOfExtensions = R"sql(
SELECT DISTINCT n.nspname
FROM pg_catalog.pg_extension e
JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
WHERE n.nspname <> 'pg_catalog'
ORDER BY n.nspname)sql";

constexpr const char* kTouched = R"sql(
SELECT pg_catalog.string_agg(DISTINCT n.nspname || '.' || c.relname, ', ') AS names
FROM pg_catalog.pg_locks l
JOIN pg_catalog.pg_class c ON c.oid = l.relation
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE l.pid = pg_catalog.pg_backend_pid() AND l.locktype = 'relation' AND l.mode <> 'AccessShareLock'
  AND n.nspname !~ '^pg_' AND n.nspname <> {schema})sql";

constexpr const char* kInvalidIndexes = R"sql(
SELECT pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(i.relname) AS name
FROM pg_catalog.pg_index x
JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid
JOIN pg_catalog.pg_namespace n ON n.oid = i.relnamespace
WHERE NOT x.indisvalid AND i.relkind = 'i' AND n.nspname = {schema}
ORDER BY 1)sql";

constexpr const char* kSettings = R"sql(
{set} standard_conforming_strings = on;
{set} statement_timeout = 0;
{set} idle_in_transaction_session_timeout = 0;
{set} lock_timeout = {lock_timeout};
{set} search_path = {path})sql";

std::string interval(const std::optional<std::chrono::microseconds>& duration) {
  if (!duration) return "NULL";
  return fmt::format("'{} microseconds'::pg_catalog.interval", duration->count());
}

}  // namespace

PostgresMigrations::PostgresMigrations(std::unique_ptr<Connection> connection, std::string schema,
                                       std::chrono::milliseconds lock_timeout,
                                       std::function<bool(std::string_view)> says_secret)
    : connection_(std::move(connection)),
      lock_timeout_(lock_timeout),
      says_secret_(std::move(says_secret)),
      schema_(std::move(schema)) {
  info_ = describe(*connection_);
  find_schema();
  lock_key_ = fmt::format("(pg_catalog.hashtext('db-migrate'), pg_catalog.hashtext({}))", quote_literal(schema_));
}

PostgresMigrations::~PostgresMigrations() = default;

void PostgresMigrations::find_schema() {
  if (schema_.empty()) {
    const auto row = connection_->query(
        "SELECT pg_catalog.current_schema() AS schema, pg_catalog.current_setting('search_path') AS path")[0];
    if (row["schema"].is_null())
      throw Error(ErrorKind::kSchema, "no schema of the search_path is there: " + printable(row["path"].c_str()),
                  "name one with --schema, or create it");
    schema_ = row["schema"].c_str();
    search_path_ = row["path"].c_str();
    return;
  }
  const auto found = ask("SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = " + quote_literal(schema_));
  if (found.empty())
    throw Error(ErrorKind::kSchema, "there is no schema " + printable(schema_),
                "create it first: CREATE SCHEMA " + quote_name(schema_));
  search_path_ = quote_name(schema_);
}

// Outside the files' own statements no name means anything but the server's own.
pqxx::result PostgresMigrations::ask(const std::string& sql) {
  return with_empty_path(*connection_, [&] { return connection_->query(sql); });
}

std::string PostgresMigrations::ledger_name() const { return quote_name(catalog::TableName{schema_, kLedger}); }

// Also between two files of one transaction, where the first may have set something.
void PostgresMigrations::pin_settings() {
  connection_->execute(fmt::format(kSettings, fmt::arg("set", mode_ == Mode::kTransaction ? "SET LOCAL" : "SET"),
                                   fmt::arg("lock_timeout", lock_timeout_.count()),
                                   fmt::arg("path", scratch_.empty() ? search_path_ : path_from(scratch_))));
}

// `schema`, and where the types and functions of extensions are.
std::string PostgresMigrations::path_from(const std::string& schema) {
  std::vector<std::string> names{quote_name(schema)};
  for (const auto& row : ask(kSchemasOfExtensions)) names.push_back(quote_name(row["nspname"].c_str()));
  return join(names, ", ");
}

template <typename Attempt>
void PostgresMigrations::wait_for_lock(const Attempt& attempt) {
  const auto give_up = std::chrono::steady_clock::now() + lock_timeout_;
  while (!attempt()) {
    if (std::chrono::steady_clock::now() >= give_up)
      throw Error(ErrorKind::kLock, "another db-migrate works on the schema " + printable(schema_),
                  "wait for it and run the command again, or wait longer with --lock-timeout");
    std::this_thread::sleep_for(kAskAgainAfter);
  }
}

void PostgresMigrations::begin() {
  // Whatever the file before has set, prepared or listened to.
  connection_->execute("DISCARD ALL");
  wait_for_lock([&] {
    connection_->execute("BEGIN");
    if (connection_->query_value("SELECT pg_catalog.pg_try_advisory_xact_lock" + lock_key_).as<bool>()) return true;
    connection_->execute("ROLLBACK");
    return false;
  });
  mode_ = Mode::kTransaction;
  pin_settings();
  withhold_values();
}

void PostgresMigrations::commit() {
  mode_ = Mode::kIdle;
  std::string tag;
  try {
    tag = connection_->execute_for_tag("COMMIT");
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kInterrupted) {
      roll_back();
      throw;
    }
    if (error.kind() != ErrorKind::kConnection) refuse(error);
    throw Error(ErrorKind::kCommitUnknown, std::string("the outcome of the commit is unknown: ") + error.what(),
                "db-migrate status tells whether the file is applied");
  }
  if (tag != "COMMIT") throw Error(ErrorKind::kInternal, "the server answered COMMIT with " + printable(tag));
}

void PostgresMigrations::roll_back() noexcept {
  mode_ = Mode::kIdle;
  scratch_.clear();
  try {
    connection_->execute("ROLLBACK");
  } catch (const std::exception&) {
    // Lost or interrupted: the server rolls back when the connection closes.
  }
}

void PostgresMigrations::lock() {
  connection_->execute("DISCARD ALL");
  wait_for_lock(
      [&] { return connection_->query_value("SELECT pg_catalog.pg_try_advisory_lock" + lock_key_).as<bool>(); });
  mode_ = Mode::kLocked;
  pin_settings();
  withhold_values();
}

// Where a secret may be in the database, no message of the server's is shown that may repeat a value.
void PostgresMigrations::withhold_values() {
  if (!says_secret_) return;
  const auto says_secret = [&](const catalog::TableName&, const std::string& name) { return says_secret_(name); };
  connection_->withhold_values(is_any_column(*connection_, says_secret));
}

void PostgresMigrations::unlock() {
  mode_ = Mode::kIdle;
  if (connection_->transaction_status() != PQTRANS_IDLE) connection_->execute("ROLLBACK");
  connection_->execute("DISCARD ALL");  // the lock as well
}

std::vector<engine::AppliedMigration> PostgresMigrations::ledger() {
  const auto columns = ask(
      fmt::format(kColumns, fmt::arg("schema", quote_literal(schema_)), fmt::arg("ledger", quote_literal(kLedger))));
  if (columns.empty()) return {};
  std::vector<std::string> names;
  for (const auto& row : columns) names.emplace_back(row["attname"].c_str());
  for (const char* needed : {"name", "checksum", "applied_at", "duration"}) {
    if (std::find(names.begin(), names.end(), needed) != names.end()) continue;
    throw Error(ErrorKind::kSchema,
                ledger_name() + " is not a ledger of db-migrate: it has the columns " + printable(join(names, ", ")),
                "if another migration tool keeps it, rename it (ALTER TABLE " + ledger_name() +
                    " RENAME TO migrations_before), then tell what is applied: db-migrate baseline NNN");
  }
  // Under the lock it stays what it was found to be.
  const auto applied = with_empty_path(*connection_, [&] {
    connection_->execute(fmt::format("LOCK TABLE {} IN ACCESS SHARE MODE", ledger_name()));
    demand_sound_ledger(*connection_, schema_, kLedger);
    return connection_->query(fmt::format(kEntries, fmt::arg("name", ledger_name())));
  });
  std::vector<engine::AppliedMigration> rows;
  for (const auto& row : applied) {
    engine::AppliedMigration migration{row["name"].c_str(), row["checksum"].c_str(), row["applied_at"].c_str(), {}};
    if (!row["microseconds"].is_null())
      migration.duration = std::chrono::microseconds(row["microseconds"].as<std::int64_t>());
    rows.push_back(std::move(migration));
  }
  return rows;
}

void PostgresMigrations::record(const engine::AppliedMigration& migration) {
  demand_state();
  if (mode_ == Mode::kLocked && connection_->transaction_status() != PQTRANS_IDLE)
    throw Error(ErrorKind::kSchema, printable(migration.name) + " leaves a transaction open",
                "end it in the file: COMMIT; what it did in it is rolled back");
  const bool alone = connection_->transaction_status() == PQTRANS_IDLE;
  if (alone) connection_->execute("BEGIN");
  // A role that the file has set may not write the ledger. What somebody else made of that name is found before it
  // runs.
  run(fmt::format(kCreate, fmt::arg("name", ledger_name())));
  demand_sound_ledger(*connection_, schema_, kLedger);
  run(fmt::format(kRecord, fmt::arg("name", ledger_name()), fmt::arg("migration", quote_literal(migration.name)),
                  fmt::arg("checksum", quote_literal(migration.checksum)),
                  fmt::arg("duration", interval(migration.duration))));
  if (alone) connection_->execute("COMMIT");
  if (mode_ == Mode::kTransaction) pin_settings();
}

void PostgresMigrations::execute(const std::string& statement) {
  // It may make such a column, or be ALTER ROLE … PASSWORD.
  const bool names_secret = says_secret_ && says_secret_(statement);
  if (names_secret) connection_->withhold_values();
  run(statement);
  if (names_secret) withhold_values();
}

void PostgresMigrations::run(const std::string& statement) {
  try {
    connection_->execute(statement);
  } catch (const ServerError& error) {
    refuse(error);
  }
  demand_state();
}

void PostgresMigrations::refuse(const Error& error) const {
  const std::string what = error.what();
  const bool lacks_create = error.kind() == ErrorKind::kPrivilege && what.find("for schema") != std::string::npos;
  const auto* server = dynamic_cast<const ServerError*>(&error);
  const bool withheld = server != nullptr && connection_->withholds_values() && !holds_no_value(server->fields());
  // Whatever the statement did wrong, it is the file that does not fit this database.
  throw Error(error.kind() == ErrorKind::kInternal ? ErrorKind::kSchema : error.kind(), what,
              lacks_create ? "let the owner run: GRANT USAGE, CREATE ON SCHEMA " + quote_name(schema_) +
                                 " TO the role that migrates"
              : withheld ? "db-migrate --show-masked shows the server's message, where nobody else looks on"
                         : error.hint());
}

// After a statement the session must be in the state in which it was before it.
void PostgresMigrations::demand_state() {
  const PGTransactionStatusType status = connection_->transaction_status();
  if (status == PQTRANS_ACTIVE) {
    connection_->fail_copy_in("db-migrate sends no rows");
    throw Error(ErrorKind::kSchema, "COPY … FROM STDIN reads rows that only psql sends",
                "write the rows as INSERT, or load them after the migration");
  }
  if (mode_ == Mode::kTransaction && status != PQTRANS_INTRANS)
    throw Error(ErrorKind::kSchema, "the statement ended the transaction in which the file is applied",
                "write \"-- no-transaction\" on the file's first line");
}

void PostgresMigrations::enter_scratch() {
  scratch_ =
      connection_->query_value("SELECT pg_catalog.concat('db_migrate_scratch_', pg_catalog.pg_backend_pid())").c_str();
  try {
    connection_->execute("CREATE SCHEMA " + quote_name(scratch_));
  } catch (const ServerError& error) {
    if (error.kind() != ErrorKind::kPrivilege) throw;
    throw Error(error.kind(), error.what(),
                "verify makes a schema for the time of its transaction: GRANT CREATE ON DATABASE " +
                    quote_name(info_.database) + " TO the role that verifies");
  }
  pin_settings();
}

void PostgresMigrations::demand_only_scratch_touched() {
  const auto touched = ask(fmt::format(kTouched, fmt::arg("schema", quote_literal(scratch_))))[0]["names"];
  pin_settings();
  if (touched.is_null()) return;
  throw Error(ErrorKind::kSchema, std::string("it works on what it did not make: ") + printable(touched.c_str()));
}

std::vector<engine::SchemaObject> PostgresMigrations::objects() {
  const std::string& schema = scratch_.empty() ? schema_ : scratch_;
  connection_->execute("SET LOCAL search_path = " + path_from(schema));
  auto objects = schema_objects(*connection_, schema, kLedger);
  pin_settings();
  return objects;
}

std::vector<std::string> PostgresMigrations::leftovers() {
  if (connection_->transaction_status() != PQTRANS_IDLE) connection_->execute("ROLLBACK");
  std::vector<std::string> advice;
  for (const auto& row : ask(fmt::format(kInvalidIndexes, fmt::arg("schema", quote_literal(schema_)))))
    advice.push_back(fmt::format("the index {0} is not valid: DROP INDEX CONCURRENTLY {0}", row["name"].c_str()));
  return advice;
}

}  // namespace postgres
