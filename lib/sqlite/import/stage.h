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

// The temporary tables of `table`, gone with the connection: all of them, for a way back to a savepoint costs the whole
// schema in a transaction that has made a table. `all` are the tables of the target.
void create_stage(Connection& connection, const StagedTable& table, const std::vector<TableDetails>& all);

// Of the base's rows, which nobody judges, only what staging them takes.
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
