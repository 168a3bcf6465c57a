// What the target computes of rows to be written: fills the stage's made columns, and leaves out rows for which an
// expression of the target's fails (malformed JSON, an overflow), with SQLite's own words. By set; only where that
// fails row by row. Writes temporary tables only. One thread, that of the connection.
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
  // Of the indexes' expressions.
  void reject_failing();
  // Of the checks', one of which has failed.
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
