// What a database says of its tables: the engine-neutral catalog::Table and, beside it, what only the SQL of this
// folder needs. Read from pragmas, and from the schema's own SQL where no pragma tells. Expressions name columns
// unqualified.
#pragma once

#include <string>
#include <vector>

#include "catalog/table.h"
#include "sqlite/catalog/sql_scan.h"
#include "sqlite/codec/codec.h"
#include "sqlite/session/connection.h"

namespace sqlite {

struct ColumnDetails {
  ColumnType type;
  std::string collation;  // "BINARY", "NOCASE", …
  // What the table puts there itself.
  std::string generated = {};               // as the column's definition says it; empty: it is not generated
  std::vector<std::string> made_from = {};  // of a generated column: the columns that it reads
  std::string default_value = {};           // the default as an expression that reads nothing; empty: there is none
  // kPlain: a literal. kComputed: by functions and operators, which may fail, and of the moment. kRandom: another value
  // in each row. kUnknown: one that only the insert itself can tell.
  enum class Default { kPlain, kComputed, kRandom, kUnknown };
  Default default_kind = Default::kPlain;
};

struct UniqueIndex {
  std::string name;                      // for people: "users_email_key", "PRIMARY KEY (id)", "UNIQUE (email)"
  std::vector<std::string> expressions;  // one a key column: a quoted name or "(lower(email))"
  std::vector<std::string> computed;     // parallel: the same of a row without generated columns; empty: no difference
  std::vector<std::string> labels;       // parallel, for people
  std::vector<std::string> collations;   // parallel: what the index compares by
  std::vector<std::string> columns;      // every column that keys or predicate read
  std::string predicate;                 // empty: all rows
  bool plain = false;                    // keys are columns, no predicate: `columns` are the keys, in their order
  bool primary = false;
};

struct CheckConstraint {
  std::string name;
  std::string expression;
  std::vector<std::string> columns;
};

// What an index computes of a row, be it unique or not.
struct IndexExpression {
  std::string index;
  std::string expression;
  std::vector<std::string> columns;
};

struct TableTrigger {
  std::string name;
  TriggerEvent event;
};

struct TableDetails {
  catalog::Table table;
  std::vector<ColumnDetails> columns;  // parallel to table.columns
  std::vector<UniqueIndex> unique_indexes;
  std::vector<std::string> on_update;  // parallel to table.foreign_keys: "NO ACTION", "CASCADE", …
  // Foreign keys that SQLite takes but cannot act on, each as a sentence: no row can be written while keys are
  // enforced.
  std::vector<std::string> broken_keys;
  std::vector<CheckConstraint> checks;
  std::vector<IndexExpression> index_expressions;
  // Checks and indexes, for people, that read the number of a row by a name that none of the columns has (rowid).
  std::vector<std::string> of_row_number;
  std::vector<TableTrigger> triggers;
  bool may_lose_rows = false;  // by this import: then triggers on DELETE fire, too
  std::string row_number;      // "rowid" under a name that no column has; empty: the table has none
  std::string rowid_column;    // INTEGER PRIMARY KEY: the column that is the row's number; empty: none is
  bool autoincrement = false;
  bool strict = false;
  bool resolves_conflicts = false;  // ON CONFLICT is in its definition
  std::string module;               // of a virtual table; empty: it is none
  std::string unreadable;           // of a virtual table: why its contents cannot be had through its rows

  const ColumnDetails& details_of(const std::string& column) const;
};

// Every table of the user's, as engine::Source::tables describes: with the virtual tables that hold rows of their own,
// also where these cannot be read, without the tables that hold their rows, without SQLite's own tables and migration
// ledgers.
std::vector<TableDetails> introspect(Connection& connection);

// The name under which SQLite gives a row's number where no column hides it; empty: all three names are taken.
std::string free_row_number(const catalog::Table& table);

const TableDetails* find_table(const std::vector<TableDetails>& tables, const std::string& name);

}  // namespace sqlite
