// What the target computes of rows to be written: fills the stage's made columns, and leaves out rows for which an
// expression of the target's fails (malformed JSON, an overflow), with SQLite's own words. By set, and row by row where
// that fails. Writes temporary tables only. One thread, that of the connection.
#pragma once

#include <string>
#include <vector>

#include "sqlite/import/staged_table.h"
#include "sqlite/session/connection.h"

namespace sqlite {

class Evaluation {
 public:
  Evaluation(Connection& connection, StagedTable& table) : connection_(connection), table_(table) {}

  // After the comparison with the target: columns that the file lacks get what the target's rows hold, or what their
  // default computes.
  void fill();
  // Leaves out rows for which an expression of an index fails.
  void reject_failing();
  // The same of the checks, where they could not be judged by set.
  void reject_failing_checks();

 private:
  void forget_unread();
  bool fill(const char* update, const std::string& values, Verdict verdict);
  void reject_failing(const std::vector<std::string>& expressions, const std::string& what);
  bool reject_one_by_one(const std::string& statement);

  Connection& connection_;
  StagedTable& table_;
};

}  // namespace sqlite
