// Writes the rows that classify accepted, component by component. Foreign keys are deferred, so rows that refer to each
// other need no order. Rows that were refused because of what a trigger looked up or made are tried again when the
// other tables are written, until a pass admits nothing.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/progress.h"
#include "sqlite/import/classify.h"
#include "sqlite/import/made_rows.h"
#include "sqlite/import/staged_table.h"
#include "sqlite/import/table_writer.h"
#include "sqlite/session/connection.h"

namespace sqlite {

// Throws kSchema where rows of `table` are to be written and none could be, whatever it holds: a foreign key without
// its parent table, a trigger that calls a function only the application has. Writes nothing, so that a dry run can
// tell it too.
void demand_writable(Connection& connection, const StagedTable& table);

// Which rows that the file lacks go before others are written. kAll: also those that are referred to until then, which
// no foreign key minds.
enum class Deletes { kUnreferred, kAll };

class Merger {
 public:
  Merger(Connection& connection, std::vector<StagedTable>& tables, const std::vector<TableDetails>& details,
         const std::vector<std::vector<std::size_t>>& components, Classifier& classifier, ForeignKeys foreign_keys,
         Deletes deletes)
      : connection_(connection),
        tables_(tables),
        details_(details),
        components_(components),
        classifier_(classifier),
        foreign_keys_(foreign_keys),
        deletes_(deletes),
        made_rows_(connection, tables, details) {}

  // False: with Deletes::kAll rows would be left without the row that they refer to, or the database refuses one of the
  // deletes. What is written is of no use.
  bool merge(base::Progress& progress);

  // What triggers made of the rows, a line a table; and rows that nobody tried again.
  std::vector<std::string> notices() const;
  // Tables with rows that do not hold the file's values after the merge.
  const std::vector<std::size_t>& rewritten() const { return made_rows_.rewritten(); }

 private:
  // One table's refusals of a component that is being written.
  struct Refused {
    std::size_t table;
    std::vector<Refusal> refusals;
  };

  void write_components(base::Progress& progress, Rows rows, Effort effort);
  void retry(base::Progress& progress);
  std::uint64_t refused();
  std::uint64_t restore_refused();
  std::uint64_t still_refused();
  bool merge_component(const std::vector<std::size_t>& component, Rows rows, Effort effort);
  bool write_all(const std::vector<std::size_t>& component, Rows rows, Effort effort, std::vector<Refused>& refused);
  bool set_keys_aside(const std::vector<std::size_t>& component);
  TableWriter writer_of(std::size_t table, Rows rows, Effort effort);
  void leave_out_again(const std::vector<Refused>& refused, Rows rows);
  std::vector<std::uint64_t> orphans_of_all();
  bool leaves_orphans(const std::vector<std::uint64_t>& before);
  void demand_no_new_orphans(const std::vector<std::uint64_t>& before);
  std::uint64_t orphans(const StagedTable& table);
  std::uint64_t orphans(const TableDetails& details);

  Connection& connection_;
  std::vector<StagedTable>& tables_;
  const std::vector<TableDetails>& details_;
  const std::vector<std::vector<std::size_t>>& components_;
  Classifier& classifier_;
  ForeignKeys foreign_keys_;
  Deletes deletes_;
  MadeRows made_rows_;
  Direction direction_ = Direction::kForwards;
  std::vector<std::string> notices_;
  bool left_out_in_parts_ = false;  // of the last pass: rows that nobody tried by themselves
};

}  // namespace sqlite
