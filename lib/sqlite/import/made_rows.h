// Rows that triggers and cascades of the target make or change while the merge is at work. Before a table is written,
// its inserts are compared once more with what is there by now; behind the merge every row that no longer holds the
// file's values is brought back to them, once, and what will not stay so is told. Costs nothing where no trigger or
// cascade can reach a table. One thread, that of the connection.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "sqlite/import/staged_table.h"
#include "sqlite/import/table_writer.h"
#include "sqlite/session/connection.h"

namespace sqlite {

class MadeRows {
 public:
  MadeRows(Connection& connection, std::vector<StagedTable>& tables, const std::vector<TableDetails>& details)
      : connection_(connection), tables_(tables), details_(details) {}

  // Inserts whose row is there by now become updates of it, or unchanged.
  void compare_again(StagedTable& table, Rows rows);

  // Behind the whole merge.
  void settle();

  const std::vector<std::string>& notices() const { return notices_; }
  // Behind settle(): tables with rows that still do not hold the file's values.
  const std::vector<std::size_t>& rewritten() const { return rewritten_; }

 private:
  bool can_be_reached(const StagedTable& table) const;
  std::uint64_t differing_rows(const StagedTable& table);
  void bring_back(StagedTable& table);
  void settle(StagedTable& table);

  Connection& connection_;
  std::vector<StagedTable>& tables_;
  const std::vector<TableDetails>& details_;
  std::vector<std::string> notices_;
  std::vector<std::size_t> rewritten_;
};

}  // namespace sqlite
