// Leaves out staged rows whose text or base value is none of the column's type, so that the casts of typed_rows()
// cannot fail later. One thread, that of the connection.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "postgres/import/refusal_search.h"
#include "postgres/import/staged_table.h"
#include "postgres/session/connection.h"

namespace postgres {

class UnreadableRows {
 public:
  explicit UnreadableRows(Connection& connection) : connection_(connection), search_(connection) {}

  // Makes a temporary table where some table needs it: before a dry run turns read-only.
  void prepare(const std::vector<StagedTable>& tables);

  void reject(StagedTable& table);

 private:
  std::string failure_of(const std::string& read);
  void find(const StagedTable& table);
  void reject_by_halves(StagedTable& table, const std::string& read, std::uint64_t first, std::uint64_t last);
  void forget(StagedTable& table);

  Connection& connection_;
  RefusalSearch search_;
};

}  // namespace postgres
