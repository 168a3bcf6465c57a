// Takes the records of one table into its temporary table: the way in. A record that a codec or a STRICT column refuses
// goes to reject_N with its reason. Touches nothing of the user's. One thread, that of the connection.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/progress.h"
#include "format/table_reader.h"
#include "sqlite/import/staged_table.h"
#include "sqlite/session/connection.h"

namespace sqlite {

// Makes the temporary tables of `table`, which go with the connection. All of them at once, and before the transaction
// that writes: in one that has made a table a way back to a savepoint reads the whole schema again. `all` are the
// tables of the target.
void create_stage(Connection& connection, const StagedTable& table, const std::vector<TableDetails>& all);

// The same for the base's rows: only what staging takes, for nobody judges them.
void create_base_stage(Connection& connection, const StagedTable& base);

class Stager {
 public:
  Stager(Connection& connection, StagedTable& table, base::Progress& progress);

  void stage(format::TableReader& records);

 private:
  bool bind(const format::RawRecord& record, std::span<const format::Value> values, std::string& reason);
  bool insert(std::string& reason);
  void refuse(std::uint64_t record, std::span<const format::Value> values, const std::string& reason);

  StagedTable& table_;
  base::Progress& progress_;
  Statement insert_;
  Statement reject_;
};

}  // namespace sqlite
