// Merger's way through a batch of which the server refuses rows: a few blocks of records, each searched in the server
// (refusal_search.h) and the rest of it written by one statement; or, where the server lacks the language for that,
// small blocks that are halved from here.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "postgres/import/merge.h"
#include "postgres/import/sequence_room.h"
#include "postgres/import/table_sql.h"
#include "postgres/session/savepoint.h"
#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

constexpr std::uint64_t kSmallBlock = 256;
constexpr std::uint64_t kBlock = 8192;
constexpr std::uint64_t kMostBlocks = 16;  // each holds a subtransaction

// Rows, after FROM.
constexpr const char* kOfTheStep = R"sql({staged} s
JOIN {verdicts} v ON v.record = s.{record}
WHERE v.verdict = '{step}'{condition}{in_range})sql";

constexpr const char* kInsertsThatAreThere = R"sql(
SELECT
FROM {staged} s
JOIN {verdicts} v ON v.record = s.{record}
JOIN {target} t ON {same}
WHERE v.verdict = 'i'{in_range})sql";

std::string astray_by(const StagedTable& table) {
  return trigger_names(table) + " of the target gives it another key, or takes it away";
}

}  // namespace

// Finds the tables whose sequences are near their ends (writes_singly). Only of few rows: each will take a
// subtransaction.
void Merger::find_tables_near_end() {
  constexpr std::uint64_t kFew = 1000;
  near_end_.clear();
  for (const auto& rooms :
       sequences_near_end(connection_, tables_, [](const StagedTable& table) { return table.may_be_written; }))
    near_end_.push_back(!rooms.empty());
  for (std::size_t i = 0; i < tables_.size(); ++i)
    near_end_[i] = near_end_[i] && tables_[i].may_be_written <= kFew && search_.possible();
}

// What a statement draws from a sequence stays drawn when a row of it is refused: each row is to draw once.
bool Merger::writes_singly(const StagedTable& table, const Batch& batch) {
  return batch.step == Step::kInsert && near_end_.at(static_cast<std::size_t>(&table - tables_.data()));
}

// For statements that each ask for one range of records.
void Merger::index_records(StagedTable& table) {
  if (table.records_indexed) return;
  table.records_indexed = true;
  connection_.execute(fmt::format("CREATE INDEX ON {} (record)", table.verdict_part.heap));
  connection_.execute(fmt::format("CREATE INDEX ON {} (({}))", table.stage_part.heap, table.stage_record()));
}

void Merger::write_parts(StagedTable& table, const Batch& batch) {
  index_records(table);
  const std::uint64_t records = table.counts.rows;
  const bool in_server = search_.possible();
  const std::uint64_t block = in_server ? std::max(kBlock, records / kMostBlocks + 1) : kSmallBlock;
  std::uint64_t chunk = kSmallBlock;
  for (std::uint64_t first = 1; first <= records; first += block) {
    const Range range{first, std::min(first + block - 1, records)};
    if (in_server) {
      chunk = write_block(table, batch, range, chunk);
    } else {
      write_range(table, batch, range);
      demand_not_too_many();
    }
  }
}

RefusalSearch::Task Merger::task_of(const StagedTable& table, const Batch& batch, Range range) {
  const std::string letters = fmt::format("v.verdict = '{}'{}{}", letter(batch.step), batch.condition, in_range(range));
  RefusalSearch::Task task;
  task.records = fmt::format("SELECT v.record FROM {} v WHERE {}", table.verdicts, letters);
  task.statement = [&table, batch](const std::string& filter) { return part_sql(table, batch, filter); };
  if (most_left_out_ && may_end_early_) task.most = *most_left_out_;
  if (batch.step == Step::kInsert && !table.plan.identity.empty() && changes_rows(table))
    task.astray = [&table](const std::string& filter) { return astray_sql(table, filter); };
  return task;
}

// Returns with how many rows the next block begins. One quick pass where the rows that one statement writes stay as
// written; else a second pass, which looks at every chunk.
std::uint64_t Merger::write_block(StagedTable& table, const Batch& batch, Range range, std::uint64_t chunk) {
  const std::uint64_t rows = count(table, batch, range);
  if (rows == 0) return chunk;
  RefusalSearch::Task task = task_of(table, batch, range);
  task.chunk = chunk;
  RefusalSearch::Found found;
  if (writes_singly(table, batch)) {
    task.chunk = task.largest = 1;
    task.keep = RefusalSearch::Keep::kAll;
    found = search_.run(task);
    if (found.refused > 0) leave_out_found(table, batch);
    demand_not_too_many();
    return chunk;
  }
  const bool quickly = keep_if(connection_, "block", [&] {
                         found = search_quickly(table, batch, range, task);
                         return too_many(found.refused) || found.written;
                       }).kept;
  if (!quickly) {
    found = search_.run(task);
    if (!found.written && !too_many(found.refused) && !write_rest(table, batch, range, rows - found.refused)) {
      // The rest is refused as one statement: these rows go in only one after the other.
      task.keep = RefusalSearch::Keep::kAll;
      found = search_.run(task);
    }
  }
  if (found.refused > 0) leave_out_found(table, batch);
  demand_not_too_many();
  return std::max<std::uint64_t>(rows / (found.refused + 1), 1);
}

// `written`: all that is not refused is there, and where it belongs. Rows that were refused while others were not there
// are refused beside them as well.
RefusalSearch::Found Merger::search_quickly(const StagedTable& table, const Batch& batch, Range range,
                                            RefusalSearch::Task task) {
  const std::uint64_t rows = count(table, batch, range);
  task.astray = nullptr;
  task.marks = batch.step == Step::kInsert;
  if (task.marks) task.statement = [&table](const std::string& filter) { return marking_sql(table, filter); };
  RefusalSearch::Found found = search_.run(task);
  const std::string filter = in_range(range) + " AND NOT " + RefusalSearch::refused("v.record");
  if (found.written) {
    found.written = batch.step == Step::kUpdate || astray(table, filter) == 0;
    return found;
  }
  if (too_many(found.refused) && found.passed_over > 0) return {};  // one by one before that is said
  if (too_many(found.refused) || !write_rest(table, batch, range, rows - found.refused)) return found;
  found.written = true;
  if (found.passed_over == 0) return found;
  task.records = RefusalSearch::passed_over();
  task.again = true;
  task.chunk = 1;
  const std::uint64_t before = found.refused;
  found = search_.run(task);
  if (found.refused < before) found.written = found.written && astray(table, in_range(range)) == found.refused;
  return found;
}

// More than the user lets the merge leave out.
bool Merger::too_many(std::uint64_t more) const {
  if (!most_left_out_ || !may_end_early_) return false;
  std::uint64_t rows = more;
  for (const StagedTable& table : tables_) rows += table.rejected_rows;
  return rows - rejected_before_ > *most_left_out_;
}

void Merger::demand_not_too_many() const {
  if (too_many(0)) throw EndsEarly{};
}

// False: nothing of it is kept.
bool Merger::write_rest(const StagedTable& table, const Batch& batch, Range range, std::uint64_t rows) {
  const std::string filter = in_range(range) + " AND NOT " + RefusalSearch::refused("v.record");
  const auto write_all = [&] {
    return connection_.execute(part_sql(table, batch, filter)) == rows &&
           (batch.step == Step::kUpdate || astray(table, filter) == 0);
  };
  return keep_if(connection_, "rest", write_all).kept;
}

// What a trigger of this import has made meanwhile is an update now, and no row to be left out.
void Merger::leave_out_found(StagedTable& table, const Batch& batch) {
  if (batch.step == Step::kInsert && search_.found_taken("")) {
    if (trigger_rows_.compare_records(table, RefusalSearch::taken_records()))
      search_.keep_only(table, Verdict::kInsert);
    for (const UniqueIndex& index : table.details.unique_indexes) {
      const bool identity = index.plain && index.columns == table.plan.identity;
      if (identity && locks_ == engine::TableLocks::kAgainstChangesOfShape && search_.found_taken(index.name))
        throw_inserted_elsewhere(table);
    }
  }
  search_.reject_found(table, table.typed_rows(), {dropped_by(table), astray_by(table)});
}

// Classify saw no such row, so it was committed after our snapshot; or a trigger gave the row this key, which shows
// when nobody else can have been at work.
void Merger::throw_inserted_elsewhere(const StagedTable& table) {
  throw engine::ConcurrentChange("another session inserted a row of " + table.target +
                                 " that this import was to insert");
}

void Merger::write_range(StagedTable& table, const Batch& batch, Range range) {
  const std::uint64_t rows = count(table, batch, range);
  if (rows == 0) return;
  const std::string filter = in_range(range);
  bool all = false;
  const auto [written, failure] = keep_if(connection_, "part", [&] {
    all = connection_.execute(part_sql(table, batch, filter)) == rows;
    return all && (batch.step == Step::kUpdate || astray(table, filter) == 0);
  });
  if (written) return;
  if (rows == 1) {
    const bool taken = failure && batch.step == Step::kInsert && failure->key_is_taken();
    if (taken && trigger_rows_.compare_records(
                     table, fmt::format("SELECT r FROM pg_catalog.generate_series({}, {}) r", range.first, range.last)))
      return;  // an update now
    if (failure) {
      refuse(table, batch, range, *failure);
    } else {
      leave_out(table, batch, range,
                {.verdict = Verdict::kInvalid, .reason = quote_literal(all ? astray_by(table) : dropped_by(table))});
    }
    return;
  }
  const std::uint64_t middle = range.first + (range.last - range.first) / 2;
  write_range(table, batch, {range.first, middle});
  write_range(table, batch, {middle + 1, range.last});
}

// The one row of `range` that is left, and the server's reason against it.
void Merger::refuse(StagedTable& table, const Batch& batch, Range range, const ServerError& error) {
  const bool taken = error.key_is_taken();
  for (const UniqueIndex& index : table.details.unique_indexes) {
    if (taken && batch.step == Step::kInsert && index.plain && index.columns == table.plan.identity &&
        index.name == error.fields().constraint && locks_ == engine::TableLocks::kAgainstChangesOfShape &&
        !is_there(table, range))
      throw_inserted_elsewhere(table);
  }
  leave_out(table, batch, range,
            {.verdict = taken ? Verdict::kConflict : Verdict::kInvalid,
             .reason = quote_literal(error.what()),
             .constraint = error.fields().constraint});
}

void Merger::leave_out(StagedTable& table, const Batch& batch, Range range, const Rejection& why) {
  reject(connection_, table,
         reject_sql(table, why,
                    table_sql(table, kOfTheStep, fmt::arg("step", letter(batch.step)),
                              fmt::arg("condition", batch.condition), fmt::arg("in_range", in_range(range)))));
}

// A row of this key that we can see ourselves was made by a trigger of this import.
bool Merger::is_there(const StagedTable& table, Range range) {
  return !connection_.query(table_sql(table, kInsertsThatAreThere, fmt::arg("in_range", in_range(range)))).empty();
}

}  // namespace postgres
