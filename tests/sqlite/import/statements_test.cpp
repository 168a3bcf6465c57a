// What an import does to a database, in SQL: tests/golden/sql/import_sqlite.sql holds every statement about rows, in
// order, that an import of two small tables runs; of a statement that is run for one row after another the first, and
// the questions about the catalog are left out. UPDATE_GOLDEN=1 rewrites it.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <cstdlib>
#include <fstream>
#include <string>

#include "sqlite/import/import_fixture.h"

namespace sqlite_test {
namespace {

constexpr const char* kTables = R"sql(
CREATE TABLE customers (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL UNIQUE,
  credit NUMERIC NOT NULL,
  CHECK (credit >= 0)
);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  customer_id INTEGER NOT NULL REFERENCES customers,
  placed_at TEXT NOT NULL
);
)sql";

bool reads_the_catalog(const std::string& statement) {
  return statement.find("pragma_") != std::string::npos || statement.find("sqlite_schema") != std::string::npos ||
         statement.find("sqlite_master") != std::string::npos || statement.starts_with("PRAGMA");
}

std::string settled(const std::string& statement) {
  const std::size_t first = statement.find_first_not_of(" \n");
  const std::size_t last = statement.find_last_not_of(" \n;");
  return first == std::string::npos ? "" : statement.substr(first, last + 1 - first);
}

// What the library runs on each connection that is opened meanwhile, but for the statements of triggers.
class Statements {
 public:
  Statements() {
    sql().clear();
    sqlite3_auto_extension(reinterpret_cast<void (*)()>(watch));
  }
  ~Statements() { sqlite3_cancel_auto_extension(reinterpret_cast<void (*)()>(watch)); }
  Statements(const Statements&) = delete;
  Statements& operator=(const Statements&) = delete;

  static std::string& sql() {
    static std::string text;
    return text;
  }

 private:
  static int watch(sqlite3* database, char**, const sqlite3_api_routines*) {
    return sqlite3_trace_v2(database, SQLITE_TRACE_STMT, add, nullptr);
  }
  static int add(unsigned, void*, void* statement, void* text) {
    const bool of_a_trigger = std::string_view(static_cast<const char*>(text)).starts_with("--");
    const std::string made = settled(sqlite3_sql(static_cast<sqlite3_stmt*>(statement)));
    if (!of_a_trigger && !reads_the_catalog(made) && !sql().ends_with(made + ";\n\n")) sql() += made + ";\n\n";
    return 0;
  }
};

TEST(Statements, OfAnImportAreAsTheyWere) {
  const Database source(
      std::string(kTables) +
      "INSERT INTO customers VALUES (1, 'a@x', 1), (2, 'b@x', 2), (3, 'c@x', 3), (4, 'd@x', 4);"
      "INSERT INTO orders VALUES (10, 1, '2026-01-01'), (11, 2, '2026-01-01'), (12, 3, '2026-01-01')");
  const Database target(std::string(kTables) +
                        "INSERT INTO customers VALUES (1, 'a@x', 1), (2, 'b@x', 0), (9, 'c@x', 3);"
                        "INSERT INTO orders VALUES (10, 1, '2020-01-01')");
  const std::string file = export_of(source);

  const Statements statements;
  const Imported imported = import_file(target, file, {.detail = engine::Detail::kCounts});

  EXPECT_EQ(imported.of("customers"), "insert 1, update 1, unchanged 1, conflict 1");
  const std::string path = SOURCE_DIR "/tests/golden/sql/import_sqlite.sql";
  if (std::getenv("UPDATE_GOLDEN") != nullptr) std::ofstream(path, std::ios::binary) << Statements::sql();
  EXPECT_EQ(Statements::sql(), support::read_file(path)) << "if this is meant: UPDATE_GOLDEN=1";
}

}  // namespace
}  // namespace sqlite_test
