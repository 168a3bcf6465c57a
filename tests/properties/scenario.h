// A random database as plain values: schemas, types, tables with their rows as SQL, and in how far the target's schema
// differs from the source's. Printed as the SQL that makes it; made smaller by leaving parts out. Knows no server.
#pragma once

#include <rapidcheck.h>

#include <cstddef>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace properties {

struct Column {
  std::string name;
  std::string type;                // SQL
  std::string tail;                // "NOT NULL", "GENERATED ALWAYS AS IDENTITY", …
  bool generated = false;          // GENERATED … STORED: no value in rows
  std::vector<std::string> reads;  // columns that its expression reads
};

// PRIMARY KEY, UNIQUE, CHECK, or an index: anything but a foreign key.
struct Rule {
  std::string sql;  // "PRIMARY KEY (…)", or a whole CREATE INDEX
  bool is_statement = false;
  std::vector<std::string> columns;
};

struct ForeignKey {
  std::vector<std::string> columns;
  std::size_t parent = 0;
  std::vector<std::string> parent_columns;
  std::string tail;  // "DEFERRABLE INITIALLY DEFERRED"
};

using Row = std::vector<std::optional<std::string>>;  // texts, parallel to the columns that are not generated

struct Table {
  std::string schema;
  std::string name;
  std::string before = "CREATE TABLE";  // "CREATE UNLOGGED TABLE"
  std::string after;                    // "PARTITION BY …"
  std::optional<std::size_t> inherits;  // a table before this one, whose columns are the first of this one's
  std::vector<std::string> partitions;  // statements
  std::vector<Column> columns;
  std::vector<Rule> rules;
  std::vector<ForeignKey> foreign_keys;
  std::vector<Row> rows;

  std::string qualified_name() const;
  std::vector<std::string> written_columns() const;
  bool has_primary_key() const;  // its rows can be told apart
};

// In what the target's schema differs, in ways that must not matter.
enum class Difference { kNone, kDroppedColumns, kColumnOrder };

struct Scenario {
  std::vector<std::string> schemas;
  std::vector<std::string> statements;  // types, sequences
  std::vector<Table> tables;
  Difference difference = Difference::kNone;
  std::size_t shrunk = 0;  // how often a part was left out

  // CREATE for everything but foreign keys and rows.
  std::string create_sql(Difference how) const;
  std::string foreign_key_sql() const;
  // INSERTs, one a row, without regard for foreign keys; rows that break another rule are for the loader to leave out.
  std::vector<std::string> row_sql() const;
  // DELETEs of the rows whose parent is missing, to be repeated until none is left.
  std::vector<std::string> orphan_sql() const;
};

// The same with one part less: a table, a row, a column, a rule; some of them may not make sense to the server.
std::vector<Scenario> smaller(const Scenario& scenario);

// For RapidCheck's report.
void showValue(const Scenario& scenario, std::ostream& out);

}  // namespace properties
