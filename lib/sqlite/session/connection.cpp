#include "sqlite/session/connection.h"

#include <sqlite3.h>
#include <unistd.h>

#include <cstring>
#include <new>
#include <thread>
#include <utility>

#include "base/stop.h"
#include "base/terminal.h"
#include "sqlite/session/error_meaning.h"
#include "sqlite/session/file.h"
#include "sqlite/session/row_functions.h"
#include "sqlite/session/trust.h"

namespace sqlite {

using base::Error;
using base::ErrorKind;

namespace {

constexpr int kInstructionsBetweenLooks = 10000;  // of the virtual machine, at the stop request

// Whether there is half a code unit, or a surrogate that is no part of a pair.
bool is_broken(std::string_view utf16, bool big_endian) {
  const auto unit = [&](std::size_t at) {
    const auto first = static_cast<unsigned char>(utf16[at]);
    const auto second = static_cast<unsigned char>(utf16[at + 1]);
    return static_cast<unsigned>(big_endian ? first << 8 | second : second << 8 | first);
  };
  for (std::size_t at = 0; at + 1 < utf16.size(); at += 2) {
    const unsigned value = unit(at);
    if (value < 0xD800 || value > 0xDFFF) continue;
    if (value > 0xDBFF || at + 3 >= utf16.size()) return true;
    at += 2;
    if (unit(at) < 0xDC00 || unit(at) > 0xDFFF) return true;
  }
  return utf16.size() % 2 != 0;
}

std::string place_name(const std::string& path) {
  return path.empty() ? "a temporary SQLite database" : "SQLite file " + base::printable(path);
}

bool migrates(Access access) { return access == Access::kMigrate || access == Access::kCreate; }
bool writes(Access access) { return access == Access::kReadWrite || migrates(access); }

}  // namespace

bool SqliteError::blames_a_row() const {
  switch (primary_code(code_)) {
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_TOOBIG:
      return true;
    case SQLITE_ERROR:  // an expression that fails: integer overflow, malformed JSON
      return running_;
    default:
      return false;
  }
}

bool SqliteError::key_is_taken() const {
  return code_ == SQLITE_CONSTRAINT_UNIQUE || code_ == SQLITE_CONSTRAINT_PRIMARYKEY || code_ == SQLITE_CONSTRAINT_ROWID;
}

bool SqliteError::may_hold_values() const {
  constexpr int kRaiseTakesExpressions = 3047000;
  return (code_ & 0xff) == SQLITE_ERROR ||
         (code_ == SQLITE_CONSTRAINT_TRIGGER && sqlite3_libversion_number() >= kRaiseTakesExpressions);
}

bool SqliteError::cannot_open() const {
  return primary_code(code_) == SQLITE_CANTOPEN ||
         (primary_code(code_) == SQLITE_READONLY && code_ != SQLITE_READONLY_ROLLBACK);
}

void Statement::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

void Statement::check(int code) {
  if (code != SQLITE_OK) connection_->fail(code, true);
}

void Statement::bind_null(int parameter) { check(sqlite3_bind_null(statement_.get(), parameter)); }

void Statement::bind_integer(int parameter, std::int64_t value) {
  check(sqlite3_bind_int64(statement_.get(), parameter, value));
}

void Statement::bind_real(int parameter, double value) {
  check(sqlite3_bind_double(statement_.get(), parameter, value));
}

void Statement::bind_text(int parameter, std::string_view text) {
  const char* bytes = text.empty() ? "" : text.data();
  check(sqlite3_bind_text64(statement_.get(), parameter, bytes, text.size(), SQLITE_STATIC, SQLITE_UTF8));
}

void Statement::copy_text(int parameter, std::string_view text) {
  const char* bytes = text.empty() ? "" : text.data();
  check(sqlite3_bind_text64(statement_.get(), parameter, bytes, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
}

void Statement::copy_blob(int parameter, std::string_view bytes) {
  if (bytes.empty()) return check(sqlite3_bind_zeroblob(statement_.get(), parameter, 0));
  check(sqlite3_bind_blob64(statement_.get(), parameter, bytes.data(), bytes.size(), SQLITE_TRANSIENT));
}

bool Statement::next() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) {
    sqlite3_reset(statement_.get());
    return false;
  }
  try {
    connection_->fail(code, true);
  } catch (...) {
    sqlite3_reset(statement_.get());
    throw;
  }
}

std::uint64_t Statement::execute() {
  const bool writes = sqlite3_stmt_readonly(statement_.get()) == 0;
  while (next()) continue;
  return writes ? static_cast<std::uint64_t>(sqlite3_changes64(connection_->database_.get())) : 0;
}

void Statement::reset() noexcept {
  sqlite3_reset(statement_.get());
  sqlite3_clear_bindings(statement_.get());
}

int Statement::column(std::string_view name) const {
  for (int i = 0; i < columns(); ++i) {
    const char* const given = sqlite3_column_name(statement_.get(), i);
    if (given == nullptr) throw std::bad_alloc();
    if (given == name) return i;
  }
  throw Error(ErrorKind::kInternal, "no such column: " + std::string(name));
}

int Statement::columns() const { return sqlite3_column_count(statement_.get()); }

Cell Statement::cell(int column) const {
  sqlite3_stmt* const row = statement_.get();
  Cell cell;
  switch (sqlite3_column_type(row, column)) {
    case SQLITE_INTEGER:
      cell.storage = StorageClass::kInteger;
      cell.integer = sqlite3_column_int64(row, column);
      break;
    case SQLITE_FLOAT:
      cell.storage = StorageClass::kReal;
      cell.real = sqlite3_column_double(row, column);
      break;
    case SQLITE_TEXT: {
      const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(row, column));
      if (text == nullptr) throw std::bad_alloc();
      cell.storage = StorageClass::kText;
      cell.bytes = {text, static_cast<std::size_t>(sqlite3_column_bytes(row, column))};
      break;
    }
    case SQLITE_BLOB: {
      const auto* bytes = static_cast<const char*>(sqlite3_column_blob(row, column));
      cell.storage = StorageClass::kBlob;
      cell.bytes = {bytes == nullptr ? "" : bytes, static_cast<std::size_t>(sqlite3_column_bytes(row, column))};
      break;
    }
    default:
      break;
  }
  return cell;
}

std::string Statement::text(int column) const {
  const Cell value = cell(column);
  return value.storage == StorageClass::kText   ? std::string(value.bytes)
         : value.storage == StorageClass::kNull ? std::string{}
                                                : shown(value);
}

bool Statement::is_broken_utf16(int column) const {
  if (!connection_->is_utf16() || sqlite3_column_type(statement_.get(), column) != SQLITE_TEXT) return false;
  // As a blob: the bytes as they are stored.
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_.get(), column));
  if (bytes == nullptr) return false;
  const int count = sqlite3_column_bytes(statement_.get(), column);
  const bool big_endian = connection_->encoding_ == Connection::Encoding::kUtf16BigEndian;
  return is_broken({bytes, static_cast<std::size_t>(count)}, big_endian);
}

void Connection::Close::operator()(sqlite3* database) const { sqlite3_close_v2(database); }

Connection::Connection(const std::string& path, Access access, std::chrono::milliseconds lock_timeout,
                       std::stop_token stop)
    : path_(path), place_(place_name(path)), lock_timeout_(lock_timeout), stop_(std::move(stop)) {
  if (!path_.empty()) demand_file(path_, place_, access == Access::kCreate ? Missing::kIsFine : Missing::kIsRefused);
  open(access);
  const std::string encoding = text("PRAGMA main.encoding");
  if (encoding == "UTF-16le") encoding_ = Encoding::kUtf16LittleEndian;
  if (encoding == "UTF-16be") encoding_ = Encoding::kUtf16BigEndian;
  if (!path_.empty() && ends_inside_a_page(path_, std::stoll(text("PRAGMA main.page_size"))))
    throw Error(ErrorKind::kConnection, place_ + " ends in the middle of a page: it was cut off", "copy it again");
}

Connection::~Connection() = default;

void Connection::open(Access access) {
  int mode = writes(access) ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
  if (access == Access::kCreate || path_.empty()) mode |= SQLITE_OPEN_CREATE;
  try {
    open_file(file_name(path_), mode);
    set_up(access);
  } catch (const SqliteError& error) {
    // A WAL database needs two files beside it, even to be read. Without a WAL the file alone is the whole truth.
    if (!error.cannot_open() || writes(access)) throw;
    if (has_wal(path_))
      throw Error(ErrorKind::kConnection, place_ + " cannot be read: its WAL needs a folder that may be written",
                  "copy the file together with its -wal into such a folder");
    open_file(immutable_uri(path_), mode | SQLITE_OPEN_URI);
    set_up(access);
  }
}

void Connection::open_file(const std::string& name, int flags) {
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(name.c_str(), &raw, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  database_.reset(raw);
  if (raw == nullptr) throw std::bad_alloc();
  if (code != SQLITE_OK) fail(code, true);
}

// A file's schema is a program somebody else wrote. It is trusted as far as the positive list of trust.h goes: SQLite's
// own notion of the innocuous leaves out JSON and full-text tables, which schemas are full of.
void Connection::harden(Access access) {
  sqlite3* const database = database_.get();
  const auto set = [&](int option, int value) {
    if (sqlite3_db_config(database, option, value, nullptr) != SQLITE_OK)
      throw Error(ErrorKind::kInternal, "SQLite does not take a safety option", "use SQLite 3.37 or newer");
  };
  set(SQLITE_DBCONFIG_DEFENSIVE, 1);
  set(SQLITE_DBCONFIG_TRUSTED_SCHEMA, 1);
  set(SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0);
  set(SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER, 0);
  if (access == Access::kReadSource) {
    set(SQLITE_DBCONFIG_ENABLE_TRIGGER, 0);
    set(SQLITE_DBCONFIG_ENABLE_VIEW, 0);
  }
  sqlite3_limit(database, SQLITE_LIMIT_ATTACHED, migrates(access) ? 1 : 0);  // VACUUM attaches the new file
  sqlite3_limit(database, SQLITE_LIMIT_TRIGGER_DEPTH, 100);
  sqlite3_limit(database, SQLITE_LIMIT_WORKER_THREADS, 0);
}

void Connection::set_up(Access access) {
  harden(access);
  sqlite3* const database = database_.get();
  int code = restrict_schema(database, migrates(access) ? Attaching::kOurs : Attaching::kNever);
  if (code == SQLITE_OK) code = add_row_functions(database);
  if (code != SQLITE_OK) fail(code, false);
  sqlite3_busy_handler(database, on_busy, this);
  sqlite3_progress_handler(database, kInstructionsBetweenLooks, on_progress, this);
  // Sorting and staging go to a file, so memory stays constant.
  for (const char* pragma : {"PRAGMA temp_store = FILE", "PRAGMA mmap_size = 0", "PRAGMA cell_size_check = ON",
                             "PRAGMA cache_size = -4000", "PRAGMA temp.cache_size = -8000"})
    execute(pragma);
  execute(std::string("PRAGMA foreign_keys = ") + (migrates(access) ? "OFF" : "ON"));
  text("SELECT count(*) FROM main.sqlite_schema");  // reads the file for the first time
}

int Connection::on_busy(void* connection, int attempt) {
  auto& self = *static_cast<Connection*>(connection);
  const auto now = std::chrono::steady_clock::now();
  if (attempt == 0) self.waits_since_ = now;
  if (self.stop_.stop_requested() || now - self.waits_since_ >= self.lock_timeout_) return 0;
  std::this_thread::sleep_for(std::chrono::milliseconds(attempt < 10 ? 2 : 20));
  return 1;
}

int Connection::on_progress(void* connection) {
  return static_cast<Connection*>(connection)->stop_.stop_requested() ? 1 : 0;
}

void Connection::fail(int code, bool running) {
  base::throw_if_stopped(stop_);
  if (primary_code(code) == SQLITE_NOMEM) throw std::bad_alloc();
  std::string message = base::printable(sqlite3_errmsg(database_.get()));
  const auto& [kind, hint] = meaning_of(code, message);
  if (code == SQLITE_READONLY_ROLLBACK) {
    throw SqliteError(ErrorKind::kConnection, place_ + " was left in the middle of a write, which must be undone first",
                      "open it once with its program or with sqlite3", code, running);
  }
  if (primary_code(code) == SQLITE_BUSY) message += " for " + std::to_string(lock_timeout_.count()) + " ms";
  // A row's error is told beside its row.
  SqliteError error(kind, message, hint, code, running);
  if (error.blames_a_row()) throw error;
  throw SqliteError(kind, place_ + ": " + message, hint, code, running);
}

Statement Connection::prepare(const std::string& sql) {
  base::throw_if_stopped(stop_);
  sqlite3_stmt* raw = nullptr;
  const char* rest = nullptr;
  const int code = sqlite3_prepare_v2(database_.get(), sql.c_str(), static_cast<int>(sql.size() + 1), &raw, &rest);
  Statement statement(*this, raw);
  if (code != SQLITE_OK) fail(code, false);
  while (rest != nullptr && (*rest == ' ' || *rest == '\n')) ++rest;
  if (raw == nullptr || (rest != nullptr && *rest != '\0'))
    throw SqliteError(ErrorKind::kSchema, "more than one statement", "", SQLITE_ERROR, false);
  return statement;
}

std::uint64_t Connection::number(const std::string& sql) {
  Statement statement = prepare(sql);
  return statement.next() ? static_cast<std::uint64_t>(statement.integer(0)) : 0;
}

std::string Connection::text(const std::string& sql) {
  Statement statement = prepare(sql);
  return statement.next() ? statement.text(0) : std::string{};
}

ColumnMetadata Connection::metadata(const std::string& table, const std::string& column) {
  const char* collation = nullptr;
  int autoincrement = 0;
  const int code = sqlite3_table_column_metadata(database_.get(), "main", table.c_str(), column.c_str(), nullptr,
                                                 &collation, nullptr, nullptr, &autoincrement);
  if (code != SQLITE_OK) fail(code, false);
  return {collation == nullptr ? "BINARY" : collation, autoincrement != 0};
}

bool Connection::in_transaction() const { return sqlite3_get_autocommit(database_.get()) == 0; }

// A write needs a journal beside the file.
bool Connection::is_read_only() const {
  const std::string name = file_name(path_);
  const std::string folder = name.substr(0, name.rfind('/') + 1);
  return sqlite3_db_readonly(database_.get(), "main") == 1 || ::access(folder.c_str(), W_OK) != 0;
}

std::string Connection::library_version() { return sqlite3_libversion(); }

}  // namespace sqlite
