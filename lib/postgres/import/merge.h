// Writes the rows that classify accepted: inserts, then updates, component by component. The only phase that holds row
// locks in the target. A row that the server refuses after all is found by halving, from a savepoint, and left out;
// where it may have waited for rows of other tables, those come first (merge_passes.cpp).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/progress.h"
#include "engine/write_order.h"
#include "postgres/import/classify.h"
#include "postgres/import/key_order.h"
#include "postgres/import/parent_locks.h"
#include "postgres/import/refusal_search.h"
#include "postgres/import/refused_rows.h"
#include "postgres/import/rejects.h"
#include "postgres/import/staged_table.h"
#include "postgres/import/trigger_rows.h"
#include "postgres/session/connection.h"
#include "postgres/session/savepoint.h"

namespace postgres {

class Merger {
 public:
  Merger(Connection& connection, std::vector<StagedTable>& tables,
         const std::vector<std::vector<std::size_t>>& components, Classifier& classifier, engine::TableLocks locks)
      : connection_(connection),
        tables_(tables),
        components_(components),
        classifier_(classifier),
        locks_(locks),
        parents_(connection, tables),
        order_(engine::tables_of(tables), components),
        refused_rows_(connection, tables),
        search_(connection),
        trigger_rows_(connection, tables) {}

  // The merge may end early once it has left out more rows than that, and no other row can let some of them in.
  void end_early_beyond(std::uint64_t most_left_out) { most_left_out_ = most_left_out; }

  void merge(base::Progress& progress);
  // merge() ended early: its transaction can only be rolled back.
  bool ended_early() const { return ended_early_; }

  // After merge() and all deferred triggers: brings rows that the target's own code changed back to the file's values.
  void settle() { trigger_rows_.settle(); }
  // After that: tables with rows that still do not hold the file's values.
  const std::vector<std::size_t>& rewritten() const { return trigger_rows_.rewritten(); }

  // Rows of the tables were written by other statements than those of the merge, or nothing tells.
  bool others_wrote();

  // What the target's own code did to the rows of the file, a line a table.
  std::vector<std::string> notices() const;

 private:
  enum class Step { kInsert, kUpdate };
  // Rows that one statement writes.
  struct Batch {
    Step step;
    std::string condition = {};             // on their verdicts, called v: " AND …"; empty: all of the step
    std::vector<std::string> unnamed = {};  // columns that an update does not name
  };
  // What hand_on_keys() wrote: nothing that may be kept, the rows that claim keys and give them up, or all of the
  // component.
  enum class HandedOn { kNothing, kKeys, kAll };
  // Inclusive; record numbers.
  struct Range {
    std::uint64_t first;
    std::uint64_t last;
  };

  // kWhole: the first failure that other tables' rows may mend ends the attempt, with Waits.
  enum class Patience { kWhole, kRows };
  struct Waits {
    catalog::TableName holder;  // of a unique key, in another table than was written; empty: none
    bool follows = false;       // a row that follows by a foreign key could not: it may wait for another one
  };
  struct OtherOrder {};  // order_ has changed: from the beginning
  struct EndsEarly {};
  struct Passes;

  bool missing_at_once();
  bool write_with_deletes();
  void delete_unreferred();
  void run_passes(base::Progress& progress);
  bool attempt(Passes& passes, std::size_t component, Patience patience);
  void write_stuck(Passes& passes);
  bool write_pending_at_once(Passes& passes);
  bool reorder(const Passes& passes);
  catalog::TableName root_of(const catalog::TableName& table);
  void retry_refused();
  bool any_accepted(const std::vector<std::size_t>& component);
  bool match_made(const std::vector<std::size_t>& component);
  bool write_anew(std::size_t component);
  bool compare_anew(std::size_t component);
  bool may_wait(const StagedTable& table) const;
  bool changes_rows(const StagedTable& table);
  void wait_for_others(const StagedTable& table, const ServerError& error) const;
  bool merge_component(const std::vector<std::size_t>& component);
  HandedOn hand_on_keys(const std::vector<std::size_t>& component);
  bool write_component(const std::vector<std::size_t>& component);
  bool try_at_once(const std::vector<std::size_t>& component, const std::vector<Step>& steps);
  // One statement does it all: the statements `first`, then `steps` of all tables of the component.
  bool write_at_once(const std::vector<std::size_t>& component, const std::vector<Step>& steps,
                     const std::vector<KeyOrder::Statement>& first = {});
  // Inserts and updates of all these, those that hand on keys before.
  bool write_all_at_once(const std::vector<std::size_t>& tables, std::vector<KeyOrder::Statement> first);
  bool insert_by_levels(const std::vector<std::size_t>& component);
  bool insert_rest(const std::vector<std::size_t>& component);
  std::string ready_sql(const StagedTable& table, const std::vector<std::size_t>& component) const;
  void index_records(StagedTable& table);
  std::vector<Batch> batches(const StagedTable& table, Step step);
  void find_tables_near_end();
  bool writes_singly(const StagedTable& table, const Batch& batch);
  bool write(StagedTable& table, Step step);
  void write_batch(StagedTable& table, const Batch& batch);
  void write_parts(StagedTable& table, const Batch& batch);
  RefusalSearch::Task task_of(const StagedTable& table, const Batch& batch, Range range);
  RefusalSearch::Found search_quickly(const StagedTable& table, const Batch& batch, Range range,
                                      RefusalSearch::Task task);
  bool too_many(std::uint64_t more) const;
  void demand_not_too_many() const;
  std::uint64_t write_block(StagedTable& table, const Batch& batch, Range range, std::uint64_t chunk);
  bool write_rest(const StagedTable& table, const Batch& batch, Range range, std::uint64_t rows);
  void leave_out_found(StagedTable& table, const Batch& batch);
  [[noreturn]] static void throw_inserted_elsewhere(const StagedTable& table);
  void write_range(StagedTable& table, const Batch& batch, Range range);
  bool probe(StagedTable& table);
  void probe(StagedTable& table, Range range, bool& refused_any);
  void refuse(StagedTable& table, const Batch& batch, Range range, const ServerError& error);
  void leave_out(StagedTable& table, const Batch& batch, Range range, const Rejection& why);
  bool is_there(const StagedTable& table, Range range);
  bool reject_dropped(StagedTable& table);
  bool reject_unwritten(StagedTable& table, const Batch& batch);
  // How many rows that were inserted are not where their identity says: given another one, or taken away again.
  // `filter`: on their verdicts v, as of a batch.
  std::uint64_t astray(const StagedTable& table, const std::string& filter);
  static std::string astray_sql(const StagedTable& table, const std::string& filter);
  void refuse_growth(StagedTable& table, std::uint64_t rejected_before, Savepoint& before);
  static Range whole(const StagedTable& table) { return {1, table.counts.rows}; }
  static char letter(Step step) { return verdict_letter(step == Step::kInsert ? Verdict::kInsert : Verdict::kUpdate); }
  static std::string in_range(Range range);  // " AND …" on the verdicts v
  std::uint64_t count(const StagedTable& table, const Batch& batch, Range range);
  // The statement for the `rows` of a batch, all that count() finds; for those whose records `filter` lets pass.
  static std::string whole_sql(const StagedTable& table, const Batch& batch, std::uint64_t rows);
  // Of inserts; in the order of the records, each marked before it is written (refusal_search.h).
  static std::string marking_sql(const StagedTable& table, const std::string& filter);
  static std::string part_sql(const StagedTable& table, const Batch& batch, const std::string& filter);

  Connection& connection_;
  std::vector<StagedTable>& tables_;
  const std::vector<std::vector<std::size_t>>& components_;
  Classifier& classifier_;
  engine::TableLocks locks_;
  ParentLocks parents_;
  engine::WriteOrder order_;
  RefusedRows refused_rows_;
  RefusalSearch search_;
  TriggerRows trigger_rows_;
  Patience patience_ = Patience::kRows;
  std::size_t reorders_left_ = 8;  // each costs what was written until then
  std::optional<std::uint64_t> most_left_out_;
  std::uint64_t rejected_before_ = 0;
  bool may_end_early_ = true;  // rows that are refused now stay so
  bool ended_early_ = false;
  std::vector<bool> near_end_;  // by table: a sequence that its rows draw from has few values left
  std::vector<std::string> notices_;
};

}  // namespace postgres
