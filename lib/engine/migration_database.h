// What a database must offer to be migrated: a ledger of what was applied, transactions under one lock, and the names
// of what is in the schema. One schema of one database; it and all that comes from it live on one thread. Knows
// neither files nor their order. Virtual per statement.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "engine/source.h"

namespace engine {

// One row of the ledger `migrations`.
struct AppliedMigration {
  std::string name;        // of the file: "001_initial_schema.sql"
  std::string checksum;    // SHA-256 of its bytes, in hexadecimal
  std::string applied_at;  // "2025-01-31T12:00:00Z"; filled by ledger(), the database's own clock counts in record()
  // Nothing: it was written down by a baseline, not run.
  std::optional<std::chrono::microseconds> duration;
};

// Something that a migration makes. Two objects of the same kind and name are the same if their definitions are.
struct SchemaObject {
  std::string kind;        // "table", "column", "enum", "index", "view" …
  std::string name;        // "users", "users.email"
  std::string definition;  // in the engine's words, without the schema's name; empty where being there is all
  std::string table;       // that it is part of; empty: of none
};

class MigrationDatabase {
 public:
  MigrationDatabase() = default;
  MigrationDatabase(const MigrationDatabase&) = delete;
  MigrationDatabase& operator=(const MigrationDatabase&) = delete;
  virtual ~MigrationDatabase() = default;

  virtual const outcome::DatabaseInfo& info() const = 0;
  virtual const std::string& schema() const = 0;  // empty where the engine has none

  // Opens a transaction that holds the lock of all migrations of this schema. Throws kLock when another run keeps it
  // for longer than the lock timeout.
  virtual void begin() = 0;
  // Throws kCommitUnknown when the connection broke meanwhile.
  virtual void commit() = 0;
  // Never throws: a connection that is gone has rolled back already.
  virtual void roll_back() noexcept = 0;

  // The same lock without a transaction, for statements that run in none.
  virtual void lock() = 0;
  virtual void unlock() = 0;

  // Inside a transaction or not. No entries where there is no ledger yet; throws kSchema when a table of that name is
  // something else.
  virtual std::vector<AppliedMigration> ledger() = 0;
  // Makes the ledger where there is none.
  virtual void record(const AppliedMigration& migration) = 0;

  // One statement of a file. Throws kSchema when the database refuses it, or when it ends the open transaction.
  virtual void execute(const std::string& statement) = 0;

  // Inside a transaction: what follows happens in an empty schema that the rollback takes away again.
  virtual void enter_scratch() = 0;
  // Inside a transaction: throws kSchema when a statement since enter_scratch() worked on a table outside of it.
  virtual void demand_only_scratch_touched() = 0;
  // Everything in the schema (in the scratch schema after enter_scratch()) but the ledger, by kind and name.
  virtual std::vector<SchemaObject> objects() = 0;
  // What a broken statement outside a transaction left half made, as advice: "the index x is not valid: drop it".
  virtual std::vector<std::string> leftovers() = 0;
};

}  // namespace engine
