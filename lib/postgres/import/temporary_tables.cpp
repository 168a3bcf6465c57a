#include "postgres/import/temporary_tables.h"

#include <fmt/format.h>

#include <algorithm>

#include "postgres/import/lock_budget.h"
#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

// A table of fewer rows gains nothing by temporary tables of its own. Each costs the server up to nine locks until the
// transaction ends, its TOAST table and indexes among them; hence no more than so many, those with the most rows.
constexpr std::uint64_t kRowsOfTheirOwn = 1000;
constexpr std::size_t kMostOfTheirOwn = 64;
// A server's table has 1,600 columns at most; plan and record number are two.
constexpr std::size_t kMostSharedColumns = 1500;
// Of a row that is as wide as its page allows, a shared stage with its many NULLs might not hold the values.
constexpr std::size_t kMostColumnsToShare = 400;

constexpr const char* kVerdictTypes =
    R"sql(record pg_catalog.int8, verdict pg_catalog."char", digest pg_catalog.text)sql";
constexpr const char* kRejectTypes =
    R"sql(record pg_catalog.int8, verdict pg_catalog."char", key pg_catalog.bytea, reason pg_catalog.bytea,
    "constraint" pg_catalog.bytea, holder pg_catalog.bytea, holder_table pg_catalog.oid,
    holder_row pg_catalog.tid)sql";
constexpr const char* kClaimTypes =
    R"sql(place pg_catalog.int4, record pg_catalog.int8, holder_table pg_catalog.oid, holder_row pg_catalog.tid,
    freed_by pg_catalog.int8)sql";
constexpr const char* kMatchTypes =
    R"sql(record pg_catalog.int8, file_key pg_catalog.bytea, target_table pg_catalog.oid, target_row pg_catalog.tid)sql";

// What a column of a shared stage must have in common with another to take its values: type, modifier and collation.
std::string type_of(const StagedTable& table, const StagedColumn& column) {
  if (!column.stage_type.empty()) return column.stage_type;
  const ColumnDetails& there = table.details.details_of(column.name);
  return there.type_sql + " " + std::to_string(there.collation);
}

std::vector<std::pair<std::string, std::size_t>> columns_by_type(const StagedTable& table) {
  std::vector<std::pair<std::string, std::size_t>> needed;
  for (const StagedColumn& column : table.columns) {
    const std::string type = type_of(table, column);
    const auto known = std::ranges::find(needed, type, &std::pair<std::string, std::size_t>::first);
    if (known == needed.end()) {
      needed.emplace_back(type, 1);
    } else {
      ++known->second;
    }
  }
  return needed;
}

}  // namespace

std::size_t TemporaryTables::SharedStage::lacks(const std::vector<std::pair<std::string, std::size_t>>& needed) const {
  std::size_t lacking = 0;
  for (const auto& [type, columns] : needed) {
    const auto there = columns_of_type.find(type);
    const std::size_t has = there == columns_of_type.end() ? 0 : there->second.size();
    lacking += columns > has ? columns - has : 0;
  }
  return lacking;
}

TemporaryTables::TemporaryTables(Connection& connection, std::vector<StagedTable>& tables)
    : connection_(connection), tables_(tables) {
  std::vector<std::size_t> by_rows(tables_.size());
  for (std::size_t i = 0; i < by_rows.size(); ++i) by_rows[i] = i;
  std::ranges::stable_sort(by_rows,
                           [&](std::size_t a, std::size_t b) { return tables_[a].plan.rows > tables_[b].plan.rows; });
  std::size_t own = 0;
  for (const std::size_t number : by_rows) {
    StagedTable& table = tables_[number];
    const bool many_rows = table.plan.rows >= kRowsOfTheirOwn && own < kMostOfTheirOwn;
    if (many_rows || (table.columns.size() > kMostColumnsToShare && table.has_rows())) {
      ++own;
    } else {
      share(table, number);
    }
  }
}

void TemporaryTables::share(StagedTable& table, std::size_t number) {
  table.take_parts("", std::to_string(number));
  if (!table.has_rows()) return;
  const auto needed = columns_by_type(table);
  const auto fits = [&](const SharedStage& stage) {
    return stage.by_text == table.by_text && stage.has_marks == table.has_marks() &&
           stage.definitions.size() + stage.lacks(needed) <= kMostSharedColumns;
  };
  auto stage = std::ranges::find_if(shared_, fits);
  if (stage == shared_.end()) {
    shared_.push_back(
        {table.by_text, table.has_marks(), table.room + "stage_shared_" + std::to_string(shared_.size()), {}, {}});
    stage = shared_.end() - 1;
  }
  table.stage_part = {stage->heap, std::to_string(number)};
  std::map<std::string, std::size_t> taken;
  for (StagedColumn& column : table.columns) {
    const std::string type = type_of(table, column);
    std::vector<std::string>& columns = stage->columns_of_type[type];
    const std::size_t place = taken[type]++;
    if (place == columns.size()) {
      const std::string name = "c" + std::to_string(stage->definitions.size() + 1);
      columns.push_back(name);
      // A subquery takes over type, modifier and collation exactly.
      stage->definitions.push_back((column.stage_type.empty()
                                        ? "(SELECT t." + column.quoted + " FROM " + table.target + " AS t)"
                                        : "NULL::" + column.stage_type) +
                                   " AS " + name);
    }
    column.staged = columns[place];
  }
}

std::uint64_t TemporaryTables::locks() const {
  constexpr std::uint64_t kOfOneTable = 4;
  constexpr std::uint64_t kKinds = 5;
  std::set<std::string> stages;
  std::uint64_t exclusions = 0;
  for (const StagedTable& table : tables_) {
    if (!table.has_rows()) continue;
    stages.insert(table.stage_part.heap);
    exclusions += table.details.exclusions.size();
  }
  return kOfOneTable * (kKinds * (stages.size() - shared_.size()) + kKinds + shared_.size() + exclusions);
}

void TemporaryTables::create(std::uint64_t more_locks) {
  demand_room_for_locks(connection_, tables_, locks() + more_locks);
  for (const StagedTable& table : tables_) {
    make(table.verdict_part, kVerdictTypes);
    make(table.claim_part, kClaimTypes);
    make(table.reject_part, kRejectTypes);
    if (!table.plan.match.empty()) make(table.match_part, kMatchTypes);
    create_stage(table);
  }
}

void TemporaryTables::create_stages() {
  for (const StagedTable& table : tables_) {
    make(table.verdict_part, kVerdictTypes);
    create_stage(table);
  }
}

void TemporaryTables::create_stage(const StagedTable& table) {
  make(table.reject_part, kRejectTypes);
  if (!table.has_rows() || !made_.insert(table.stage_part.heap).second) return;
  if (table.stage_part.number.empty()) {
    make_own_stage(table);
  } else {
    make_shared_stage(*std::ranges::find(shared_, table.stage_part.heap, &SharedStage::heap));
  }
}

// A dry run may not make an index later.
void TemporaryTables::make(const HeapPart& part, const std::string& columns) {
  if (!made_.insert(part.heap).second) return;
  if (part.number.empty()) {
    connection_.execute(fmt::format("CREATE TEMPORARY TABLE {} ({}) ON COMMIT DROP", part.heap, columns));
    return;
  }
  connection_.execute(fmt::format(R"sql(
    CREATE TEMPORARY TABLE {heap} (plan pg_catalog.int4, {columns}) ON COMMIT DROP;
    CREATE INDEX ON {heap} (plan, record))sql",
                                  fmt::arg("heap", part.heap), fmt::arg("columns", columns)));
}

void TemporaryTables::make_own_stage(const StagedTable& table) {
  const auto value = [](const StagedColumn& column) {
    return column.stage_type.empty() ? "t." + column.quoted : "NULL::" + column.stage_type;
  };
  std::string list;
  if (table.first_column_type.empty()) {
    list = "NULL::pg_catalog.int8 AS " + table.record;
    if (table.has_marks()) list += ", NULL::pg_catalog.text AS " + table.mark;
  } else {
    connection_.execute(fmt::format(
        R"sql(
        CREATE TEMPORARY TABLE {type} ON COMMIT DROP AS
        SELECT NULL::pg_catalog.int8 AS record, {value} AS value FROM {target} AS t WITH NO DATA)sql",
        fmt::arg("type", table.first_column_type), fmt::arg("value", value(table.columns.front())),
        fmt::arg("target", table.target)));
    list = "NULL::" + table.first_column_type + " AS " + table.columns.front().quoted;
  }
  for (const StagedColumn& column : table.columns) {
    if (!table.first_column_type.empty() && &column == &table.columns.front()) continue;
    list += ", " + value(column) + " AS " + column.quoted;
  }
  // AS SELECT takes over types, modifiers and collations exactly, and neither defaults nor constraints.
  connection_.execute(
      fmt::format("CREATE TEMPORARY TABLE {stage} ON COMMIT DROP AS SELECT {list} FROM {target} AS t WITH NO DATA",
                  fmt::arg("stage", table.stage_part.heap), fmt::arg("list", list), fmt::arg("target", table.target)));
}

void TemporaryTables::make_shared_stage(const SharedStage& stage) {
  std::string list;
  if (stage.has_marks) list += std::string(", NULL::pg_catalog.text AS ") + kSharedMark;
  for (const std::string& definition : stage.definitions) list += ", " + definition;
  connection_.execute(fmt::format(R"sql(
    CREATE TEMPORARY TABLE {stage} ON COMMIT DROP AS
    SELECT NULL::pg_catalog.int4 AS plan, NULL::pg_catalog.int8 AS record{list} WITH NO DATA;
    CREATE INDEX ON {stage} (plan, record))sql",
                                  fmt::arg("stage", stage.heap), fmt::arg("list", list)));
}

void TemporaryTables::analyze_shared_stages() {
  for (const SharedStage& stage : shared_) connection_.execute("ANALYZE " + stage.heap + " (plan, record)");
}

void TemporaryTables::count_shared_verdicts(std::uint64_t new_rows) {
  constexpr std::uint64_t kFew = 1000;
  verdicts_ += new_rows;
  if (verdicts_ < kFew + 2 * verdicts_analyzed_) return;
  verdicts_analyzed_ = verdicts_;
  connection_.execute("ANALYZE pg_temp.verdict");
}

}  // namespace postgres
