// What a database must offer to be exported: its tables, one snapshot of them, and their rows as records.
// A source and all that comes from it live on one thread. Virtual per table and per batch, never per field.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/byte_buffer.h"
#include "catalog/sequence.h"
#include "catalog/table.h"
#include "catalog/types.h"
#include "engine/concurrent_change.h"
#include "outcome/database_info.h"

namespace engine {

struct LastMigration {
  std::string table;  // the ledger: "_prisma_migrations"
  std::string name;   // what it calls its newest entry; empty when it cannot be read or holds none
};

// A column whose values may be the numbers of large objects.
struct LargeObjects {
  catalog::TableName table;
  std::string column;
  std::uint64_t rows = 0;  // that point at one that is there
};

// What the chosen tables depend on beside each other.
struct Dependencies {
  catalog::Types types;
  std::vector<catalog::Sequence> sequences;
  std::vector<LargeObjects> large_objects;
  std::vector<std::string> unknown;  // sentences: what may draw from a sequence without the catalog knowing
};

enum class RowOrder { kPhysical, kIdentity };

// Rows of a table that are not in it, but in tables that inherit from it and are not in the export, or on another
// server: refused, or read through the table.
enum class RowsElsewhere { kRefused, kThroughParents };

// One table's rows, or those that fulfil `where` (SQL of the source's own dialect, written by the user).
struct TableQuery {
  catalog::TableName table;
  std::string where;  // empty: all rows
  RowOrder order = RowOrder::kPhysical;
};

class RowReader {
 public:
  RowReader() = default;
  RowReader(const RowReader&) = delete;
  RowReader& operator=(const RowReader&) = delete;
  virtual ~RowReader() = default;

  // Appends whole records to `out`, each followed by ",\n", until about a quarter of a mebibyte is there or the table
  // ends. Returns how many; 0 only at the end.
  virtual std::uint64_t read_batch(base::ByteBuffer& out) = 0;
};

class Source {
 public:
  Source() = default;
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;
  virtual ~Source() = default;

  virtual const outcome::DatabaseInfo& info() const = 0;

  // Every table that holds data of the user's, in no particular order: without views, foreign tables, partitions (their
  // root stands for them) and tables of extensions. `schemas` empty: all schemas.
  virtual std::vector<catalog::Table> tables(const std::vector<std::string>& schemas) = 0;
  // All schemas of the user's, whichever were asked for; nothing where the engine has none.
  virtual std::vector<std::string> schemas() { return {}; }
  // What is there under a name that tables() does not know, in words: "is a view", "is a partition of public.ev".
  // Empty: nothing. Without a schema it is looked for in all.
  virtual std::string other_object(const catalog::TableName&) { return {}; }
  virtual std::optional<LastMigration> last_migration(const std::vector<std::string>& schemas) = 0;

  // Locks `tables` against change of shape, fixes one point in time for every read after it, and returns what tables()
  // would say of that moment. A snapshot that is open already is given up. Throws ConcurrentChange when a table has
  // gone or came into another's place meanwhile, kPrivilege when one cannot be read in full, kLock when a lock is not
  // to be had.
  virtual std::vector<catalog::Table> open_snapshot(const std::vector<catalog::Table>& tables) = 0;

  // Of the tables that open_snapshot locked: throws kSchema, naming them, for rows that an export of them would miss
  // without a word. `left_out` are tables that the user does not want. Returns what there is to be told.
  virtual std::vector<std::string> demand_rows_of(const std::vector<catalog::TableName>& left_out,
                                                  RowsElsewhere elsewhere) = 0;

  // Of the tables of the snapshot, as it sees them. Nothing where the engine knows of none.
  virtual Dependencies dependencies(const std::vector<catalog::Table>&) { return {}; }

  // Reads one of the tables of the snapshot. One reader at a time.
  virtual std::unique_ptr<RowReader> read(const TableQuery& query) = 0;

  // After the last row: throws ConcurrentChange when something that no lock holds (a type, an enum's label, the name
  // of a schema) was changed since open_snapshot.
  virtual void demand_unchanged() = 0;
};

}  // namespace engine
