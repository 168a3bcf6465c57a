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

// What the table itself puts into a column.
struct MadeValue {
  std::string expression;          // of a generated column or a default; empty: NULL
  bool is_volatile = false;        // of a default: another value each time
  bool is_virtual = false;         // of a generated column: computed when it is read
  bool looks_elsewhere = false;    // it calls a function that may read other rows: see CheckConstraint
  std::vector<std::string> reads;  // of a generated column: those that it is computed from
};

struct ColumnDetails {
  ColumnType type;  // a domain is resolved to its base type
  bool is_domain = false;
  std::uint32_t domain = 0;     // its pg_type.oid, or 0
  std::string type_sql;         // the column's own type, to cast to: "public.email", "numeric(12,2)"
  std::string base_sql;         // the same without the domain
  std::uint32_t collation = 0;  // pg_collation.oid of the column
  bool bytewise = false;        // the server calls two values equal if and only if their binary forms are
  bool stored_plain = false;    // STORAGE PLAIN of any length: as it is in the row, however long
  bool one_form = false;        // values of equal text output have equal binary forms: the image alone tells them apart
  MadeValue made;
  bool is_checked = false;     // a domain with checks, of its own or of one that it is made of
  bool holds_checked = false;  // its base is an array, a composite or the like with such a domain inside
  // Its type, or one inside of it, of which a check calls a function that may read other rows.
  std::string looking_domain;

  // What a row holds here, or whether it may, is only known when other rows are there.
  bool looks_elsewhere() const { return made.looks_elsewhere || !looking_domain.empty(); }
  // After a column that is compared by the operators of its index: those take a domain only as its base type where
  // they are polymorphic (enums).
  std::string comparison_cast() const { return is_domain ? "::" + base_sql : std::string{}; }
};

struct UniqueIndex {
  std::string name;
  std::vector<std::string> expressions;  // one a key column: a quoted name or "(lower(email))"
  std::vector<Equality> equality;        // parallel
  std::vector<std::string> columns;      // every column that keys, expressions or predicate read
  std::string predicate;                 // empty: all rows
  // Keys are columns, no predicate, and all rows of the table are proven: `columns` are the keys, in their order.
  bool plain = false;
  bool primary = false;
  bool nulls_not_distinct = false;
  bool deferrable = false;
  bool of_partitions = false;  // only in some leaves, each for itself: `kLeaf` is the last of the keys
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
  // It calls a function that may read other rows: what it says is only known when they are there.
  bool looks_elsewhere = false;
  bool of_made = false;  // NOT NULL of a column: the codec judges it where the file brings the column
};

// Checks and NOT NULL that only partitions have.
struct LeafChecks {
  std::string failed;  // text: what the row violates in its partition; NULL: nothing. Empty: none have any
  std::vector<std::string> columns;   // that it reads, `kLeaf` too
  std::vector<std::string> unjudged;  // checks that look up other rows: "the check c of the partition p"
};

// How a partitioned table sends a row on.
struct Partitions {
  // The OID of the leaf, or NULL where there is none for it; names columns unqualified. Empty: not partitioned.
  std::string leaf;
  std::vector<std::string> columns;  // that it reads
};

// What of a row's own columns tells its partition in expressions of TableDetails: its column `tableoid`.
inline constexpr const char* kLeaf = "tableoid";

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

// A foreign key that only some partitions have: it is not among foreign_key_equality.
struct LeafKey {
  std::string condition;  // on `kLeaf`; empty: every row has the key
  std::vector<Equality> equality;
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

// What the server computes of a row that it writes, where that may fail: one value, of any type that a view can have.
struct Evaluated {
  enum class Meaning { kNothing, kCheck, kLeafChecks };

  std::string expression;
  std::vector<std::string> columns;  // that it reads
  Meaning meaning = Meaning::kNothing;
  std::string check = {};  // its name
};

// A table whose updates are published, and whose replica identity, or that of a partition, is none or does not go with
// the publications: an update that joins opens all partitions, so none of its rows can be updated.
struct RefusedUpdates {
  std::string publications;  // their names; empty: none
  std::string why;           // the server's words
};

// An index whose entries have a greatest size that values of these columns may pass.
struct LimitedIndex {
  std::string name;
  bool certain = false;  // B-tree over columns alone, of all rows: what is too large can be told
  bool btree = false;
  std::vector<std::string> columns;
  std::vector<std::string> reads;  // columns that its expressions read
  std::string expressions;         // joined by commas
};

// Role by role, what of its code would run.
using CodeOfRoles = std::vector<std::pair<std::string, std::string>>;

struct TableDetails {
  std::uint32_t oid = 0;
  bool partitioned = false;
  bool row_security = false;  // policies would hide rows from this role
  catalog::Table table;
  std::vector<ColumnDetails> columns;  // parallel to table.columns
  std::vector<UniqueIndex> unique_indexes;
  // Parallel to table.foreign_keys and their columns: parent = child. Empty for a key that only some partitions have,
  // and for one that compares by way of a cast that somebody made: whether a row fulfils that is the server's matter.
  std::vector<std::vector<Equality>> foreign_key_equality;
  std::vector<bool> match_full;          // parallel to table.foreign_keys: NULL in all of the key's columns or in none
  std::vector<ParentRule> parent_rules;  // the same
  std::vector<LeafKey> leaf_keys;        // the same
  Partitions partitions;
  std::vector<CheckConstraint> checks;
  LeafChecks leaf_checks;
  std::vector<Evaluated> evaluated;
  // Indexes and partition keys that call a function which may read other rows, though it is called immutable.
  std::vector<std::string> looking_code;
  RefusedUpdates refused_updates;
  std::vector<LimitedIndex> limited_indexes;
  std::vector<Exclusion> exclusions;
  std::vector<std::string> referenced_columns;  // of foreign keys of any table
  std::vector<Reference> references;            // by name
  std::vector<SequenceUse> sequences;
  std::vector<std::string> unknown_draws;  // sentences: what may draw from a sequence without the catalog knowing
  std::vector<std::string> triggers;       // the user's own, enabled ones
  std::vector<ColumnObserver> column_observers;
  // Children by inheritance whose rows an export reads as this table's own.
  std::vector<std::uint32_t> read_through;
  CodeOfRoles planned_code;  // see find_planned_code

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
