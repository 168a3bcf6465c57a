// What the catalog says of a database's tables: the engine-neutral catalog::Table and, beside it, what only the SQL
// of this folder needs (types, operators, expressions). Expressions name columns unqualified; everything else in them
// is schema-qualified, because it is read with an empty search_path.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "catalog/table.h"
#include "postgres/catalog/sequence_uses.h"
#include "postgres/catalog/value_sql.h"
#include "postgres/codec/codec.h"
#include "postgres/session/connection.h"

namespace postgres {

struct ColumnDetails {
  ColumnType type;  // a domain is resolved to its base type
  bool is_domain = false;
  std::string type_sql;         // the column's own type, to cast to: "public.email", "numeric(12,2)"
  std::string base_sql;         // the same without the domain
  std::uint32_t collation = 0;  // pg_collation.oid of the column
  bool bytewise = false;        // the server calls two values equal if and only if their binary forms are
  bool one_form = false;        // values of equal text output have equal binary forms: the image alone tells them apart

  // Behind a column that is compared by the operators of its index: those take a domain only as its base type where
  // they are polymorphic (enums).
  std::string comparison_cast() const { return is_domain ? "::" + base_sql : std::string{}; }
};

struct UniqueIndex {
  std::string name;
  std::vector<std::string> expressions;  // one a key column: a quoted name or "(lower(email))"
  std::vector<Equality> equality;        // parallel
  std::vector<std::string> columns;      // every column that keys, expressions or predicate read
  std::string predicate;                 // empty: all rows
  bool plain = false;                    // keys are columns, no predicate: `columns` are the keys, in their order
  bool primary = false;
  bool nulls_not_distinct = false;
  bool deferrable = false;
};

// EXCLUDE, or a key WITHOUT OVERLAPS. `key` is read as that of a unique index whose "equal" is the constraint's own
// operator: no two rows may be equal in all of its expressions.
struct Exclusion {
  UniqueIndex key;
  std::string access_method;                  // "gist"
  std::vector<std::string> operator_classes;  // parallel to key.expressions
};

struct CheckConstraint {
  std::string name;
  std::string expression;
  std::vector<std::string> columns;  // all that it takes to compute it
  std::string computed;              // joins the generated columns that it reads to the rows; empty: none
  // It calls a function that may read other rows: what it says is only known when they are there.
  bool looks_elsewhere = false;
};

// What a foreign key asks of the rows that are written.
enum class ParentRule : char {
  kEqual = 'e',      // one parent that is equal in all columns
  kContained = 'p',  // PERIOD: parents that are equal but in the last column, and there together contain the child's
  kNone = 'n',       // NOT ENFORCED
};

// A foreign key of any table that refers to this one and holds its keys back: ON UPDATE NO ACTION or RESTRICT.
struct Reference {
  std::string name;
  std::string rows;   // of the table that refers: "ONLY "schema"."table""
  std::string table;  // its name, for messages
  bool own = false;   // this table refers to itself
  bool restrict = false;
  std::vector<std::string> columns;         // of the table that refers
  std::vector<std::string> parent_columns;  // parallel, of this one
  std::vector<Equality> equality;           // parallel: parent = child
  std::vector<Equality> key_equality;       // parallel: parent = parent
};

struct SequenceUse {
  std::string column;
  std::string sequence;  // quoted, to be used in SQL
  catalog::TableName name;
  SequenceRange range;
};

// Something that tells an UPDATE which names one of its columns from one that names none of them.
struct ColumnObserver {
  std::string name;  // "trigger guard"
  std::vector<std::string> columns;
};

struct TableDetails {
  std::uint32_t oid = 0;
  bool partitioned = false;
  bool row_security = false;  // policies would hide rows from this role
  catalog::Table table;
  std::vector<ColumnDetails> columns;  // parallel to table.columns
  std::vector<UniqueIndex> unique_indexes;
  // Parallel to table.foreign_keys and their columns: parent = child. Empty for a key that only some partitions have:
  // whether a row has to fulfil it is the server's matter. The same for one that compares by way of a cast that
  // somebody made.
  std::vector<std::vector<Equality>> foreign_key_equality;
  std::vector<bool> match_full;          // parallel to table.foreign_keys: NULL in all of the key's columns or in none
  std::vector<ParentRule> parent_rules;  // the same
  std::vector<CheckConstraint> checks;
  std::vector<Exclusion> exclusions;
  std::vector<std::string> referenced_columns;  // of foreign keys of any table
  std::vector<Reference> references;            // by name
  std::vector<SequenceUse> sequences;
  std::vector<std::string> unknown_draws;  // sentences: what may draw from a sequence without the catalog knowing
  std::vector<std::string> triggers;       // the user's own, enabled ones
  std::vector<ColumnObserver> column_observers;
  // Children by inheritance whose rows an export reads as this table's own.
  std::vector<std::uint32_t> read_through;

  const ColumnDetails& details_of(const std::string& column) const;
};

// How much is asked for: each names what comes to the one before it.
enum class Depth {
  kColumns,  // names and types
  kKeys,     // unique indexes and foreign keys: what reading needs
  kAll,      // what writing needs
};

// Every table of the user's in `schemas` (empty: all), as engine::Source::tables describes. The connection's
// search_path must be empty.
std::vector<TableDetails> introspect(Connection& connection, const std::vector<std::string>& schemas,
                                     Depth depth = Depth::kAll);

// Whether the server calls two values equal if and only if their binary forms are.
bool is_bytewise(const ColumnType& type, bool deterministic_collation);

// The condition on pg_namespace n that `schemas` means; empty: every schema but the server's own and extensions'.
std::string schema_filter(const std::vector<std::string>& schemas);

}  // namespace postgres
