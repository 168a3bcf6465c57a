// One SQLite database file and its statements: the only code that talks to the library. Every error comes out as
// SqliteError. Hostile files do no harm: nothing that a schema holds can reach beyond the file. One thread; a stop
// request from another thread interrupts the running statement and the wait for a lock.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/error.h"
#include "sqlite/session/cell.h"

struct sqlite3;
struct sqlite3_stmt;

namespace sqlite {

class SqliteError : public base::Error {
 public:
  SqliteError(base::ErrorKind kind, const std::string& message, std::string hint, int code, bool running)
      : Error(kind, message, std::move(hint)), code_(code), running_(running) {}

  // The row is at fault (value, constraint, a trigger's exception), not the statement or the database.
  bool blames_a_row() const;
  // A unique key is held by another row.
  bool key_is_taken() const;
  // Its message may repeat values of rows: an expression failed, or a RAISE() of a trigger, whose message may be an
  // expression.
  bool may_hold_values() const;
  // The file cannot be opened as it is (a WAL database in a folder that may not be written).
  bool cannot_open() const;

 private:
  int code_;      // SQLite's extended result code
  bool running_;  // while rows were processed, not while the statement was prepared
};

class Statement {
 public:
  Statement(Statement&&) noexcept = default;
  Statement& operator=(Statement&&) noexcept = default;

  // Parameters count from 1, as in SQLite. A bound text or blob is viewed until the next reset(); copy_* takes it over.
  void bind_null(int parameter);
  void bind_integer(int parameter, std::int64_t value);
  void bind_real(int parameter, double value);
  void bind_text(int parameter, std::string_view text);
  void copy_text(int parameter, std::string_view text);
  void copy_blob(int parameter, std::string_view bytes);

  // Goes to the next row; false after the last one, and the statement can be run again.
  bool next();
  // Runs to the end; the statement can be run again. Returns how many rows it wrote, 0 where it only reads.
  std::uint64_t execute();
  // Also forgets the bindings.
  void reset() noexcept;

  int columns() const;
  // Views are good until the next call of next(), execute() or reset(). Columns count from 0, as in SQLite; by their
  // names they are looked up each time, which is for results of few rows.
  Cell cell(int column) const;
  Cell cell(std::string_view name) const { return cell(column(name)); }
  std::int64_t integer(int column) const { return cell(column).integer; }
  std::int64_t integer(std::string_view name) const { return cell(name).integer; }
  std::string text(int column) const;
  std::string text(std::string_view name) const { return text(column(name)); }
  bool is_null(std::string_view name) const { return cell(name).storage == StorageClass::kNull; }
  // Text of a UTF-16 database that has no UTF-8 form: cell() would show it changed.
  bool is_broken_utf16(int column) const;

 private:
  friend class Connection;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  Statement(class Connection& connection, sqlite3_stmt* statement) : connection_(&connection), statement_(statement) {}
  void check(int code);
  int column(std::string_view name) const;

  Connection* connection_;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

// kReadOnly: the operating system itself refuses a write. kReadSource: also runs no trigger and reads no view.
// kMigrate: foreign keys are not enforced, because tables are replaced by new ones; VACUUM works.
// kCreate: the same, and a file that is missing is made.
enum class Access { kReadSource, kReadOnly, kReadWrite, kMigrate, kCreate };

struct ColumnMetadata {
  std::string collation;
  bool autoincrement = false;
};

class Connection {
 public:
  // Throws kConnection where there is no such database; an empty path is a temporary one that ends with the connection.
  // `lock_timeout` is how long a lock is waited for.
  Connection(const std::string& path, Access access, std::chrono::milliseconds lock_timeout, std::stop_token stop);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // `sql` is one statement; none, or more than one, is kSchema.
  Statement prepare(const std::string& sql);
  // Runs one statement and returns the rows written.
  std::uint64_t execute(const std::string& sql) { return prepare(sql).execute(); }
  // The first column of the first row; 0 or "" where there is no row.
  std::uint64_t number(const std::string& sql);
  std::string text(const std::string& sql);

  // Of a column of an ordinary table; throws where there is none.
  ColumnMetadata metadata(const std::string& table, const std::string& column);
  bool in_transaction() const;
  bool is_read_only() const;
  bool is_utf16() const { return encoding_ != Encoding::kUtf8; }
  const std::string& path() const { return path_; }
  const std::string& place() const { return place_; }  // for messages
  static std::string library_version();

 private:
  friend class Statement;
  struct Close {
    void operator()(sqlite3* database) const;
  };

  void open(Access access);
  void open_file(const std::string& name, int flags);
  void harden(Access access);
  void set_up(Access access);
  [[noreturn]] void fail(int code, bool running);
  static int on_busy(void* connection, int attempt);
  static int on_progress(void* connection);

  const std::string path_;
  const std::string place_;
  const std::chrono::milliseconds lock_timeout_;
  const std::stop_token stop_;
  std::chrono::steady_clock::time_point waits_since_{};
  enum class Encoding { kUtf8, kUtf16LittleEndian, kUtf16BigEndian };
  Encoding encoding_ = Encoding::kUtf8;
  std::unique_ptr<sqlite3, Close> database_;
};

}  // namespace sqlite
