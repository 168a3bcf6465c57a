// What an import does to a database, in SQL: tests/golden/sql/import.sql holds every statement about rows, in order,
// that an import of two small tables sends (the questions about the catalog are left out). UPDATE_GOLDEN=1 rewrites it.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <regex>
#include <sstream>

#include "support/folder.h"
#include "support/own_server.h"
#include "support/program.h"
#include "support/server.h"

namespace golden {
namespace {

constexpr const char* kTables = R"sql(
CREATE TABLE customers (
  id int PRIMARY KEY,
  email text NOT NULL UNIQUE,
  credit numeric(10,2) NOT NULL,
  CHECK (credit >= 0)
);
CREATE TABLE orders (
  id bigint PRIMARY KEY,
  customer_id int NOT NULL REFERENCES customers,
  placed_at timestamptz NOT NULL
);
)sql";

// Without what differs between two runs: numbers of objects, names of locks.
std::string settled(std::string statement) {
  statement =
      std::regex_replace(statement, std::regex("'\\{[0-9,]+\\}'::pg_catalog\\.oid\\[\\]"), "'{…}'::pg_catalog.oid[]");
  statement = std::regex_replace(statement, std::regex("/\\* db-transfer [0-9]+ \\*/ "), "");
  const std::size_t first = statement.find_first_not_of(" \n\t");
  const std::size_t last = statement.find_last_not_of(" \n\t;");
  return first == std::string::npos ? "" : statement.substr(first, last + 1 - first);
}

bool reads_the_catalog(const std::string& statement) {
  static const std::regex relation(
      "(FROM|JOIN|ROWS)\\s+(FROM\\s*\\()?pg_catalog\\.pg_[a-z_]+(\\s|$)|FROM pg_catalog.pg_control");
  return std::regex_search(statement, relation) || statement.starts_with("SHOW") ||
         statement.find("current_setting") != std::string::npos;
}

// The statements of the server's log that the program sent; further lines of one begin with a tabulator.
std::vector<std::string> logged_statements(const std::string& log) {
  const std::string begin = "@db-transfer@LOG:  statement: ";
  std::vector<std::string> statements;
  std::istringstream lines(log);
  bool inside = false;
  for (std::string line; std::getline(lines, line);) {
    const bool begins = line.starts_with(begin);
    if (begins) statements.push_back(line.substr(begin.size()));
    if (!begins && inside && line.starts_with('\t')) statements.back() += "\n" + line.substr(1);
    inside = begins || (inside && line.starts_with('\t'));
  }
  return statements;
}

// From the BEGIN of the transaction that writes.
std::string statements_about_rows(const std::string& log) {
  std::string sql;
  for (const std::string& statement : logged_statements(log)) {
    if (statement.find("READ WRITE") != std::string::npos) sql.clear();
    if (!reads_the_catalog(statement)) sql += settled(statement) + ";\n\n";
  }
  return sql;
}

TEST(Sql, OfAnImportIsAsItWas) {
  const support::OwnServer server({"log_statement=all", "log_line_prefix=@%a@"});
  const support::TemporaryFolder folder;
  support::Database source = support::Database::on(server.connection());
  source.run(std::string(kTables) +
             "INSERT INTO customers VALUES (1, 'a@x', 1), (2, 'b@x', 2), (3, 'c@x', 3), (4, 'd@x', 4);"
             "INSERT INTO orders VALUES (10, 1, '2026-01-01Z'), (11, 2, '2026-01-01Z'), (12, 3, '2026-01-01Z')");
  support::Database target = support::Database::on(server.connection());
  target.run(std::string(kTables) +
             "INSERT INTO customers VALUES (1, 'a@x', 1), (2, 'b@x', 0), (9, 'c@x', 3);"
             "INSERT INTO orders VALUES (10, 1, '2020-01-01Z')");
  const std::string file = folder.path() + "/rows.json";
  ASSERT_EQ(support::run_program({PROGRAM_DIR "/db-export", file, "--url", source.url()}).status, 0);
  const std::string log = server.folder() + "/server.log";
  const std::size_t before = support::read_file(log).size();

  const support::Run imported = support::run_program({PROGRAM_DIR "/db-import", file, "--url", target.url()});

  EXPECT_EQ(imported.status, 4) << imported.err;
  const std::string made = statements_about_rows(support::read_file(log).substr(before));
  const std::string path = SOURCE_DIR "/tests/golden/sql/import.sql";
  if (std::getenv("UPDATE_GOLDEN") != nullptr) std::ofstream(path, std::ios::binary) << made;
  EXPECT_EQ(made, support::read_file(path)) << "if this is meant: UPDATE_GOLDEN=1";
}

}  // namespace
}  // namespace golden
