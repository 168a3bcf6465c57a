// An SQLite database as something to export from, opened read-only. Owns its connection; one thread. One read
// transaction is the snapshot: a database without WAL makes its writers wait for the end of the export.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/source.h"
#include "sqlite/catalog/introspect.h"
#include "sqlite/session/connection.h"

namespace sqlite {

class SqliteSource : public engine::Source {
 public:
  explicit SqliteSource(std::unique_ptr<Connection> connection);
  ~SqliteSource() override;

  const outcome::DatabaseInfo& info() const override { return info_; }
  std::vector<catalog::Table> tables(const std::vector<std::string>& schemas) override;
  std::string other_object(const catalog::TableName& name) override;
  std::optional<engine::LastMigration> last_migration(const std::vector<std::string>& schemas) override;
  std::vector<catalog::Table> open_snapshot(const std::vector<catalog::Table>& tables) override;
  // A table holds its own rows. Names the virtual tables that show those of others and are in no file.
  std::vector<std::string> demand_rows_of(const std::vector<catalog::TableName>& left_out,
                                          engine::RowsElsewhere elsewhere) override;
  engine::Dependencies dependencies(const std::vector<catalog::Table>& tables) override;
  std::unique_ptr<engine::RowReader> read(const engine::TableQuery& query) override;
  void demand_unchanged() override {}  // a snapshot of SQLite holds the schema too

 private:
  const TableDetails& find(const catalog::TableName& name) const;

  std::unique_ptr<Connection> connection_;
  outcome::DatabaseInfo info_;
  std::vector<TableDetails> tables_;
};

}  // namespace sqlite
