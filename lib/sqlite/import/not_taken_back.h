// Rows that are not as they should be after the merge, although they were written: of an undo, rows into which a
// trigger of the target wrote something else; of an undo or --delete-missing, rows that went and that a trigger put in
// again. What was written is rolled back, these rows are left out, and the rest is written once more. One thread, that
// of the connection.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "engine/record_spool.h"
#include "sqlite/import/classify.h"
#include "sqlite/import/staged_table.h"
#include "sqlite/session/connection.h"

namespace sqlite {

class NotTakenBack {
 public:
  NotTakenBack(Connection& connection, std::vector<StagedTable>& tables, const std::vector<TableDetails>& details,
               Classifier& classifier)
      : connection_(connection), tables_(tables), details_(details), classifier_(classifier) {}

  // After the merge: looks for them, and keeps their numbers. `rewritten`: tables with such rows. True: there are
  // some.
  bool find(const std::vector<std::size_t>& rewritten);
  // After the rollback to where the merge began: leaves them out, and what cannot be written without them.
  void reject(const std::vector<std::vector<std::size_t>>& components);

 private:
  void remember(std::size_t number, char letter, const std::string& query);

  Connection& connection_;
  std::vector<StagedTable>& tables_;
  const std::vector<TableDetails>& details_;
  Classifier& classifier_;
  engine::RecordSpool records_;
};

}  // namespace sqlite
