// engine::MigrationDatabase on a PostgreSQL server. Waits for its lock by asking again and again: a session that waits
// inside a statement would hold a snapshot, which CREATE INDEX CONCURRENTLY of the run that has the lock waits for.
// Settings that a file leaves behind are gone before the next one. Owns its connection; one thread.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/migration_database.h"
#include "postgres/session/connection.h"

namespace postgres {

class PostgresMigrations final : public engine::MigrationDatabase {
 public:
  // `schema` empty: the first one of the connection's search_path. Throws kSchema when it is not there.
  // `says_secret`: whether a name, or a word of a statement, says that values are nobody's business; none: all is
  // shown.
  PostgresMigrations(std::unique_ptr<Connection> connection, std::string schema, std::chrono::milliseconds lock_timeout,
                     std::function<bool(std::string_view)> says_secret);
  ~PostgresMigrations() override;

  const outcome::DatabaseInfo& info() const override { return info_; }
  const std::string& schema() const override { return schema_; }
  void begin() override;
  void commit() override;
  void roll_back() noexcept override;
  void lock() override;
  void unlock() override;
  std::vector<engine::AppliedMigration> ledger() override;
  void record(const engine::AppliedMigration& migration) override;
  void execute(const std::string& statement) override;
  void enter_scratch() override;
  void demand_only_scratch_touched() override;
  std::vector<engine::SchemaObject> objects() override;
  std::vector<std::string> leftovers() override;

 private:
  enum class Mode { kIdle, kTransaction, kLocked };

  void find_schema();
  void pin_settings();
  std::string path_from(const std::string& schema);
  pqxx::result ask(const std::string& sql);
  std::string ledger_name() const;
  template <typename Attempt>
  void wait_for_lock(const Attempt& attempt);
  void demand_state();
  void run(const std::string& statement);
  void withhold_values();
  [[noreturn]] void refuse(const base::Error& error) const;

  std::unique_ptr<Connection> connection_;
  const std::chrono::milliseconds lock_timeout_;
  const std::function<bool(std::string_view)> says_secret_;
  outcome::DatabaseInfo info_;
  std::string schema_;
  std::string search_path_;
  std::string lock_key_;
  std::string scratch_;  // the schema's name while there is one
  Mode mode_ = Mode::kIdle;
};

}  // namespace postgres
