// Rows of an undo that are not as they were before the import, although they were written: a trigger or rule of the
// target wrote something else into them, or put a row in again that went. What was written is rolled back, these rows
// are left out, and the rest is written again. One thread, that of the connection.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "engine/record_spool.h"
#include "postgres/import/classify.h"
#include "postgres/import/staged_table.h"
#include "postgres/session/connection.h"

namespace postgres {

class NotTakenBack {
 public:
  NotTakenBack(Connection& connection, std::vector<StagedTable>& tables, Classifier& classifier)
      : connection_(connection), tables_(tables), classifier_(classifier) {}

  // After the merge and all triggers: looks for them, and keeps their numbers. `rewritten`: tables with such rows.
  // True: there are some.
  bool find(const std::vector<std::size_t>& rewritten);
  // After the rollback to where the merge began: leaves them out, and what cannot be written without them.
  void reject(const std::vector<std::vector<std::size_t>>& components);

 private:
  void remember(std::size_t number, char letter, const std::string& query);
  bool is_code_about();
  std::string changed_columns(const StagedTable& table);

  Connection& connection_;
  std::vector<StagedTable>& tables_;
  Classifier& classifier_;
  std::map<std::size_t, std::string> why_;  // by table
  engine::RecordSpool records_;
};

}  // namespace postgres
