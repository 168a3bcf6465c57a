// Writes the rows that classify accepted: inserts, then updates, component by component. Foreign keys are deferred, so
// rows that refer to each other need no order. Keys that rows hand on are set aside first. A row that the database
// refuses after all is found by halving, from a savepoint, and left out. Nothing is ever deleted or replaced, whatever
// the conflict clauses of the schema say.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/progress.h"
#include "sqlite/classify.h"
#include "sqlite/connection.h"
#include "sqlite/staged_table.h"

namespace sqlite {

// Throws kSchema where no row of `table` could be written, whatever it holds: a foreign key without its parent table, a
// trigger that calls a function only the application has. Writes nothing, so that a dry run can tell it too.
void demand_writable(Connection& connection, const StagedTable& table);

class Merger {
 public:
  Merger(Connection& connection, std::vector<StagedTable>& tables, const std::vector<TableDetails>& details,
         const std::vector<std::vector<std::size_t>>& components, Classifier& classifier)
      : connection_(connection), tables_(tables), details_(details), components_(components), classifier_(classifier) {}

  void merge(base::Progress& progress);

  // Rows that hold other values than the file's after the merge, because a trigger changed them; a line a table.
  const std::vector<std::string>& notices() const { return notices_; }

 private:
  enum class Step { kInsert, kUpdate };
  // Inclusive; record numbers.
  struct Range {
    std::uint64_t first;
    std::uint64_t last;
  };

  // A row that the database did not take.
  struct Refusal {
    std::size_t table;
    std::uint64_t record;
    char verdict;
    std::string reason;
  };

  bool merge_component(const std::vector<std::size_t>& component);
  bool write_with_moved_keys(const std::vector<std::size_t>& component);
  bool write_all(const std::vector<std::size_t>& component);
  void begin_again(const std::vector<std::size_t>& component, const std::vector<std::uint64_t>& rejected_before);
  void write_range(std::size_t number, Step step, Range range);
  std::optional<Refusal> try_range(const StagedTable& table, Step step, Range range, std::uint64_t rows);
  // Throws kSchema where a trigger has ended the transaction.
  void demand_transaction(const StagedTable& table, const SqliteError& error) const;
  void leave_out(const Refusal& refusal);
  std::uint64_t first_record(const StagedTable& table, Step step, Range range);
  std::uint64_t orphans(const StagedTable& table);
  void report_changed(const StagedTable& table);
  std::uint64_t count(const StagedTable& table, Step step, Range range);
  static std::string whose(Step step, Range range);
  static std::string insert_sql(const StagedTable& table, Range range);
  std::string update_sql(const StagedTable& table, Range range) const;
  void find_assignments(const StagedTable& table);

  Connection& connection_;
  std::vector<StagedTable>& tables_;
  const std::vector<TableDetails>& details_;
  const std::vector<std::vector<std::size_t>>& components_;
  Classifier& classifier_;
  std::vector<Refusal> refusals_;         // of the component that is being written
  std::vector<std::string> assignments_;  // of the table that is being updated
  std::vector<std::string> notices_;
};

}  // namespace sqlite
