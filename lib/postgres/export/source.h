// A PostgreSQL database as something to export from. Owns its connections: one, and with several jobs one more for
// each, which read the same snapshot. One thread but for those of a ParallelReader.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/source.h"
#include "postgres/catalog/introspect.h"
#include "postgres/catalog/object_names.h"
#include "postgres/session/connection.h"

namespace postgres {

class PostgresSource : public engine::Source {
 public:
  using Connect = std::function<std::unique_ptr<Connection>()>;

  PostgresSource(std::unique_ptr<Connection> connection, std::chrono::milliseconds lock_timeout);
  PostgresSource(const Connect& connect, std::chrono::milliseconds lock_timeout, unsigned jobs,
                 std::vector<std::string> run_code_of = {});  // roles whose code a superuser lets run
  ~PostgresSource() override;

  const outcome::DatabaseInfo& info() const override { return info_; }
  std::vector<catalog::Table> tables(const std::vector<std::string>& schemas) override;
  std::vector<std::string> schemas() override;
  std::string other_object(const catalog::TableName& name) override {
    return postgres::other_object(*connection_, name);
  }
  std::optional<engine::LastMigration> last_migration(const std::vector<std::string>& schemas) override;
  std::vector<catalog::Table> open_snapshot(const std::vector<catalog::Table>& tables) override;
  std::vector<std::string> demand_rows_of(const std::vector<catalog::TableName>& left_out,
                                          engine::RowsElsewhere elsewhere) override;
  engine::Dependencies dependencies(const std::vector<catalog::Table>& tables) override;
  std::unique_ptr<engine::RowReader> read(const engine::TableQuery& query) override;
  void demand_unchanged() override;

 private:
  void look();
  TableDetails& find(const catalog::TableName& name);
  void end_transactions();
  void demand_readable(const std::vector<catalog::Table>& tables);
  void begin_and_lock(const std::vector<catalog::Table>& tables);
  void join_snapshot();
  std::uint64_t pages_to_share(const TableDetails& table, const engine::TableQuery& query);

  std::unique_ptr<Connection> connection_;
  std::vector<std::unique_ptr<Connection>> workers_;  // empty: one job
  std::chrono::milliseconds lock_timeout_;
  std::vector<std::string> run_code_of_;
  outcome::DatabaseInfo info_;
  std::vector<std::string> schemas_;
  std::vector<TableDetails> tables_;                 // as last read: by tables(), or under the snapshot
  std::map<catalog::TableName, std::size_t> place_;  // in tables_
  std::vector<catalog::TableName> locked_;
  std::string planning_path_;  // while rows are read; else the path is empty
};

}  // namespace postgres
