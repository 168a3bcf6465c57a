// Finds in the server which rows of a range it refuses, and why: one anonymous PL/pgSQL block writes chunk by chunk,
// each under a subtransaction, halves a chunk that fails and notes rows that fail by themselves. Chunks are as long as
// rows come between two that are refused, so the cost grows with these rows and not with the table. Chunks that went
// in hold a subtransaction each, and a server is slow for everybody beside a transaction with more than 64: where there
// are more than a few they are taken back, and the caller writes what is left by one statement. Nothing runs that the
// statement itself would not run: the block is the server's own language, trusted by it, and asked for under its own
// name only. One thread, that of the connection.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <string>

#include "postgres/import/staged_table.h"
#include "postgres/session/connection.h"

namespace postgres {

class RefusalSearch {
 public:
  explicit RefusalSearch(Connection& connection) : connection_(connection) {}

  // Some owner of a database drops the language, or takes the right to use it away.
  bool possible();

  // kNothing: rows are tried only, and a missing parent is no row's own fault.
  enum class Keep { kIfFew, kAll, kNothing };
  struct Task {
    std::string records;                                       // a query: the record numbers to be written
    std::function<std::string(const std::string&)> statement;  // writes them, for a condition on their verdicts v
    std::function<std::string(const std::string&)> astray;     // a query without rows where all is in place; or none
    std::uint64_t chunk = 256;                                 // rows to begin with
    std::uint64_t largest = 8192;                              // and never more
    Keep keep = Keep::kIfFew;
    bool marks = false;  // the statement writes in the order of the records, each after mark()
    bool again = false;  // `records` are passed_over() of the search before: all else that it found stays
    std::uint64_t most = std::numeric_limits<std::uint32_t>::max() / 2;  // end it after more refused rows than that
  };
  struct Found {
    std::uint64_t refused = 0;
    bool written = false;           // all others are
    std::uint64_t passed_over = 0;  // refused while rows before them were not there: to be tried again beside them
  };
  // Makes the temporary table of what is found; run() does it where it is needed.
  void prepare();
  void clear();
  // Forgets what was found before.
  Found run(const Task& task);

  // Condition, always true, that marks the record as the one that is being written.
  static std::string mark(const std::string& record);
  static std::string passed_over();  // a query
  // Condition: the record is among those found.
  static std::string refused(const std::string& record);
  // Some row was refused by the unique constraint or index of this name, or, with an empty one, by any.
  bool found_taken(const std::string& index);
  static std::string taken_records();  // a query
  // Takes those out of what was found that have another verdict by now, or none.
  void keep_only(const StagedTable& table, Verdict verdict);
  // Our words for rows that the server took no offence at.
  struct Words {
    std::string dropped;
    std::string astray;
  };
  // Leaves the rows found out, with the server's words. `rows`: the staged rows, typed_rows().
  std::uint64_t reject_found(StagedTable& table, const std::string& rows, const Words& words = {});

 private:
  void withhold_words();

  Connection& connection_;
  bool asked_ = false;
  bool possible_ = false;
};

}  // namespace postgres
