// Writes the accepted rows of one table: inserts, updates, then the rows that wait for keys of others, one after the
// other. A row that the database does not take is found by halving, from a savepoint, and left out. An UPDATE names the
// columns that differ; where a trigger waits for single columns, those that differ in that row. Nothing is ever deleted
// or replaced, even where conflict clauses of the schema say so. One thread, that of the connection.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sqlite/import/staged_table.h"
#include "sqlite/session/connection.h"

namespace sqlite {

enum class Step { kInsert, kUpdate };
// kAccepted: every row with a verdict. kRetries: only those that retry_N holds; the others are written.
enum class Rows { kAccepted, kRetries };
// kQuick: once many rows of a table are refused, the rest is left out in larger parts, to be tried again later.
enum class Effort { kQuick, kThorough };
// In which order of their records rows are tried: one that a trigger wants first may come after the other.
enum class Direction { kForwards, kBackwards };

// Whether a trigger may take a row away, or give it another key, while it is inserted.
enum class Astray { kNever, kPossible };

// Rows that the database did not take: by step, with record numbers from first to last.
struct Refusal {
  Step step;
  std::uint64_t first;
  std::uint64_t last;
  Verdict verdict;
  std::string reason;
};

class TableWriter {
 public:
  TableWriter(Connection& connection, StagedTable& table, Rows rows, Effort effort, Direction direction, Astray astray)
      : connection_(connection), table_(table), rows_(rows), effort_(effort), direction_(direction), astray_(astray) {}

  void write(Step step);
  // After all inserts and updates of the component.
  void write_waiting();

  // The rows that were left out, by now.
  const std::vector<Refusal>& refusals() const { return refusals_; }

  // Leaves rows out again that were refused before a way back to a savepoint.
  void leave_out(const Refusal& refusal);

 private:
  // Rows of a step; of updates, those in which the awaited columns that differ are `mask`.
  struct Part {
    Step step;
    std::uint64_t first;
    std::uint64_t last;
    std::string mask;
  };

  void write_part(const Part& part);
  std::optional<Refusal> try_part(const Part& part, std::uint64_t rows);
  std::optional<Refusal> try_one(Statement& statement, Step step, std::uint64_t record);
  // `whose`: WHERE …, on their verdicts v.
  bool is_astray(Step step, const std::string& whose);
  std::string astray() const;
  // Throws kSchema where a trigger has ended the transaction.
  void take_reason(const SqliteError& error, Refusal& refusal) const;
  void refuse(const Part& part, Refusal refusal);
  std::uint64_t leave_out(const Refusal& refusal, const std::string& whose);
  void prepare(Step step, const std::string& mask);
  std::string whose(const Part& part) const;
  std::string whose(Step step, const std::string& first, const std::string& last, const std::string& mask) const;
  std::uint64_t count(const Part& part);
  std::uint64_t first_record(const Part& part);
  std::string insert_sql(const std::string& whose) const;
  std::string update_sql(const std::string& whose) const;
  std::vector<std::string> differing(const std::string& whose);
  void write_updates();
  bool waits_for_columns() const;

  struct Prepared {
    Prepared(Statement a_count, Statement a_write) : count(std::move(a_count)), write(std::move(a_write)) {}
    Statement count;  // both of the records from ?1 to ?2
    Statement write;
  };

  Connection& connection_;
  StagedTable& table_;
  const Rows rows_;
  const Effort effort_;
  const Direction direction_;
  const Astray astray_;
  std::vector<std::string> assignments_;  // of the rows that are being updated
  std::vector<Refusal> refusals_;
  std::optional<Prepared> prepared_;
  bool masked_ = false;  // mask_N is filled
};

// "dropped by trigger a of the target"
std::string dropped_by(const StagedTable& table);

}  // namespace sqlite
