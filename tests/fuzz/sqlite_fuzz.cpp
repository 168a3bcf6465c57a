// SQLite's codec on a real database. The first byte chooses the column, the second what to begin with: a value of
// some storage class, or JSON. What the column stores comes back with the same storage class and bytes.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "base/error.h"
#include "format/json_check.h"
#include "fuzz/json_oracle.h"
#include "fuzz/target.h"
#include "sqlite/codec/codec.h"
#include "sqlite/session/connection.h"

namespace {

using fuzz::require;
using sqlite::Cell;
using sqlite::StorageClass;

struct Declaration {
  const char* type;
  bool strict;
};
constexpr Declaration kDeclarations[] = {
    {"INTEGER", false},       {"TEXT", false},    {"BLOB", false},  {"", false},   {"REAL", false},
    {"DECIMAL(10,2)", false}, {"BOOLEAN", false}, {"BYTEA", false}, {"INT", true}, {"TEXT", true},
    {"BLOB", true},           {"REAL", true},     {"ANY", true}};

// One table with one column, where a value is stored and read again.
class Column {
 public:
  Column(sqlite::Connection& database, std::size_t index, Declaration declaration)
      : codec_(sqlite::column_type(declaration.type, declaration.strict)),
        create_(create(database, index, declaration)),
        store_(database.prepare("REPLACE INTO c" + std::to_string(index) + "(id, v) VALUES(1, ?1)")),
        load_(database.prepare("SELECT v FROM c" + std::to_string(index))) {}

  const sqlite::Codec& codec() const { return codec_; }

  void bind(const Cell& cell) {
    switch (cell.storage) {
      case StorageClass::kNull:
        return store_.bind_null(1);
      case StorageClass::kInteger:
        return store_.bind_integer(1, cell.integer);
      case StorageClass::kReal:
        return store_.bind_real(1, cell.real);
      case StorageClass::kText:
        return store_.copy_text(1, cell.bytes);
      case StorageClass::kBlob:
        return store_.copy_blob(1, cell.bytes);
    }
  }
  bool bind(const format::Value& value) {
    std::string reason;
    const bool taken = codec_.bind(store_, 1, value, reason);
    require(taken || !reason.empty(), "a refusal says why");
    return taken;
  }

  // False: the column's type does not take what is bound.
  bool store() {
    try {
      store_.execute();
      store_.reset();
      return true;
    } catch (const sqlite::SqliteError& error) {
      require(error.blames_a_row(), "only a value is at fault");
      store_.reset();
      return false;
    }
  }
  // Good until the next load; `bytes` keeps what it views.
  Cell load(std::string& bytes) {
    require(load_.next(), "a value that was stored is there");
    Cell cell = load_.cell(0);
    bytes = cell.bytes;
    cell.bytes = bytes;
    load_.reset();
    return cell;
  }

 private:
  static bool create(sqlite::Connection& database, std::size_t index, Declaration declaration) {
    database.execute("CREATE TABLE c" + std::to_string(index) + "(id INTEGER PRIMARY KEY, v " + declaration.type + ")" +
                     (declaration.strict ? " STRICT" : ""));
    return true;
  }

  sqlite::Codec codec_;
  bool create_;
  sqlite::Statement store_;
  sqlite::Statement load_;
};

// A database without a name: nothing is left of it, however the program ends.
class Database {
 public:
  Database() : connection_(make_file(), sqlite::Access::kReadWrite, std::chrono::milliseconds(0), {}) {
    connection_.execute("PRAGMA journal_mode = MEMORY");
    connection_.execute("BEGIN IMMEDIATE");
    for (const Declaration& declaration : kDeclarations)
      columns_.emplace_back(connection_, columns_.size(), declaration);
    ::unlink(connection_.path().c_str());
  }

  std::vector<Column>& columns() { return columns_; }

 private:
  static std::string make_file() {
    std::string path = std::filesystem::temp_directory_path() / "fuzz-sqlite-XXXXXX";
    const int file = ::mkstemp(path.data());
    require(file >= 0, "a temporary file can be made");
    ::close(file);
    return path;
  }

  sqlite::Connection connection_;
  std::vector<Column> columns_;
};

Cell cell_of(StorageClass storage, std::string_view bytes) {
  Cell cell;
  cell.storage = storage;
  cell.bytes = bytes;
  std::uint64_t bits = 0;
  std::memcpy(&bits, bytes.data(), std::min(bytes.size(), sizeof bits));
  cell.integer = static_cast<std::int64_t>(bits);
  std::memcpy(&cell.real, &bits, sizeof bits);
  return cell;
}

void come_back(Column& column) {
  std::string kept;
  const Cell stored = column.load(kept);
  base::ByteBuffer out;
  column.codec().decode(out, stored);
  const std::string json(out.view());
  require(!format::find_json_fault(json), "a value becomes JSON");
  const fuzz::OneValue value(json);
  require(column.bind(value.value()) && column.store(), "a value that the column holds is taken again");
  std::string bytes;
  require(sqlite::same(stored, column.load(bytes)), "a value comes back with its storage class and its bytes");
}

}  // namespace

FUZZ_TARGET(sqlite) {
  fuzz::Input material(input);
  static Database database;
  Column& column = database.columns()[material.byte() % database.columns().size()];
  const unsigned beginning = material.byte() % 6;
  const std::string text(material.rest());
  if (beginning < 5) {
    column.bind(cell_of(static_cast<StorageClass>(beginning), text));
    if (column.store()) come_back(column);
    return;
  }
  if (format::find_json_fault(text)) return;
  const fuzz::OneValue value(text);
  if (!column.bind(value.value())) return;
  if (column.store()) come_back(column);
}
