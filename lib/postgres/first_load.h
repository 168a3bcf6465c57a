// The fast way into empty tables: rows go straight into them by COPY. Foreign keys, indexes and unique keys of tables
// that get many rows are dropped before, inside the transaction, and made again behind, which checks every row by set.
// Only where nobody can notice: every table is empty and the role's own, and no other session is connected to the
// database; it takes exclusive locks. Any refusal undoes it, and the usual way with its verdicts begins. One thread,
// that of the connection.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/progress.h"
#include "format/table_reader.h"
#include "postgres/connection.h"
#include "postgres/staged_table.h"
#include "postgres/temporary_tables.h"

namespace postgres {

class FirstLoad {
 public:
  FirstLoad(Connection& connection, std::vector<StagedTable>& tables, TemporaryTables& temporary)
      : connection_(connection), tables_(tables), temporary_(temporary) {}

  // False where the conditions are not met; then nothing has changed.
  // `search_path` is the session's own, for functions of checks and indexes.
  bool begin(const std::string& search_path);

  // False when a record cannot be held, then abandon() has to follow; so for a ServerError that blames a row.
  bool load(StagedTable& table, format::TableReader& records, base::Progress& progress);
  // All tables are loaded: makes indexes and foreign keys again. May throw a ServerError that blames a row.
  void finish(base::Progress& progress);
  // Back to where begin() was called.
  void abandon();

  // A line for the user, behind finish().
  std::string notice() const;

 private:
  bool conditions_hold();
  bool lock();
  void drop_foreign_keys();
  void drop_indexes();
  void drop_constraint(const std::string& table, const std::string& name);

  Connection& connection_;
  std::vector<StagedTable>& tables_;
  TemporaryTables& temporary_;
  std::vector<std::string> indexes_;       // statements that make them again, unique and primary keys among them
  std::vector<std::string> foreign_keys_;  // the same
  std::string own_search_path_;
};

}  // namespace postgres
