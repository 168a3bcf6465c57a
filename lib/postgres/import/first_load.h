// Into empty tables rows go straight, by COPY. Foreign keys, indexes and unique keys of tables
// that get many rows are dropped before, inside the transaction, and created again after it, which checks every row by
// set. Only where nobody can notice: every table is empty and the role's own, and no other session is connected to the
// database; it takes exclusive locks. Any refusal undoes it, and the rows are staged and judged. One thread,
// that of the connection.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/progress.h"
#include "format/table_reader.h"
#include "postgres/catalog/droppable.h"
#include "postgres/import/staged_table.h"
#include "postgres/import/temporary_tables.h"
#include "postgres/session/connection.h"
#include "postgres/session/savepoint.h"
#include "postgres/session/settings.h"

namespace postgres {

class FirstLoad {
 public:
  FirstLoad(Connection& connection, std::vector<StagedTable>& tables, TemporaryTables& temporary)
      : connection_(connection), tables_(tables), temporary_(temporary) {}

  // False where the conditions are not met; then nothing has changed.
  // `session`: for functions of checks, defaults and indexes.
  bool begin(const SessionSettings& session);

  // False when a record cannot be held, then abandon() has to follow; so for a ServerError that blames a row.
  bool load(StagedTable& table, format::TableReader& records, base::Progress& progress);
  // All tables are loaded: makes indexes and foreign keys again. May throw a ServerError that blames a row. False when
  // the schema is not what it was, then abandon() has to follow.
  bool finish(base::Progress& progress);
  // Back to where begin() was called.
  void abandon();

  // A line for the user, after finish().
  std::string notice() const;

 private:
  bool conditions_hold();
  void compute_virtual_columns();
  bool lock();

  Connection& connection_;
  std::vector<StagedTable>& tables_;
  TemporaryTables& temporary_;
  std::optional<Savepoint> start_;
  std::vector<Droppable> indexes_;  // dropped; unique and primary keys among them
  std::vector<Droppable> foreign_keys_;
  std::string schema_;  // its print before anything was dropped
};

}  // namespace postgres
