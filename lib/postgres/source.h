// A PostgreSQL database as something to export from. Owns its connection; one thread.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/source.h"
#include "postgres/connection.h"
#include "postgres/introspect.h"

namespace postgres {

class PostgresSource : public engine::Source {
 public:
  PostgresSource(std::unique_ptr<Connection> connection, std::chrono::milliseconds lock_timeout);
  ~PostgresSource() override;

  const engine::DatabaseInfo& info() const override { return info_; }
  std::vector<catalog::Table> tables(const std::vector<std::string>& schemas) override;
  std::optional<engine::LastMigration> last_migration(const std::vector<std::string>& schemas) override;
  void open_snapshot(const std::vector<catalog::Table>& tables) override;
  std::unique_ptr<engine::RowReader> read(const engine::TableQuery& query) override;

 private:
  const TableDetails& find(const catalog::TableName& name) const;

  std::unique_ptr<Connection> connection_;
  std::chrono::milliseconds lock_timeout_;
  engine::DatabaseInfo info_;
  std::vector<std::string> schemas_;
  std::vector<TableDetails> tables_;
};

}  // namespace postgres
