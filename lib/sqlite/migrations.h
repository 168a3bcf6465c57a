// engine::MigrationDatabase on an SQLite file. The lock is SQLite's own: a transaction that may write from its first
// moment, or the whole file where there is none. Every transaction has a connection of its own, so nothing that a
// migration sets outlives it. Foreign keys are not enforced meanwhile, as SQLite's way of changing a table (make a new
// one, copy, drop, rename) needs it; rows that a migration leaves without a parent are found before it is recorded.
// Verify's scratch is a temporary database. One thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/migration_database.h"
#include "sqlite/session/connection.h"

namespace sqlite {

// kRead: opened read-only. kTry: a file that is missing counts as an empty one and is not made. kWrite: it must be
// there. kCreate: the first transaction makes it; it stays, empty, if the first migration fails.
enum class Purpose { kRead, kTry, kWrite, kCreate };

class SqliteMigrations final : public engine::MigrationDatabase {
 public:
  // Throws kConnection where the file is missing and must be there.
  SqliteMigrations(const std::string& path, Purpose purpose, std::chrono::milliseconds lock_timeout,
                   std::stop_token stop);
  ~SqliteMigrations() override;

  const outcome::DatabaseInfo& info() const override { return info_; }
  const std::string& schema() const override { return schema_; }
  void begin() override;
  void commit() override;
  void roll_back() noexcept override;
  void lock() override;
  void unlock() override { roll_back(); }
  std::vector<engine::AppliedMigration> ledger() override;
  void record(const engine::AppliedMigration& migration) override;
  void execute(const std::string& statement) override;
  void enter_scratch() override;
  void demand_only_scratch_touched() override {}  // it is a database of its own
  std::vector<engine::SchemaObject> objects() override;
  std::vector<std::string> leftovers() override;

 private:
  enum class Mode { kIdle, kTransaction, kLocked };
  // How many rows of a table have no parent in another, by a text that names both; 0 where that cannot be told.
  using Orphans = std::map<std::string, std::uint64_t>;

  std::unique_ptr<Connection> connect(const std::string& path, Access access) const;
  Connection& session();
  Connection& acting() { return scratch_ ? *scratch_ : session(); }
  void take_lock(std::initializer_list<const char*> statements);
  void demand_state();
  void demand_sound_ledger();
  [[noreturn]] void refuse(const SqliteError& error) const;
  Orphans find_orphans();
  void demand_no_new_orphans(const std::string& migration);

  const std::string path_;  // empty: a temporary database
  const Access access_;
  const std::chrono::milliseconds lock_timeout_;
  const std::stop_token stop_;
  const outcome::DatabaseInfo info_;
  const std::string schema_;  // SQLite has none
  std::unique_ptr<Connection> connection_;
  std::unique_ptr<Connection> scratch_;
  std::optional<Orphans> orphans_before_;  // the migration that runs
  Mode mode_ = Mode::kIdle;
};

}  // namespace sqlite
