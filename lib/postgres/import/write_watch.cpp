#include "postgres/import/write_watch.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "postgres/catalog/partition_tree.h"

namespace postgres {
namespace {

// Of tables and their partitions. The counts of earlier transactions may be among them.
constexpr const char* kWrites = R"sql(
SELECT x.oid, pg_catalog.sum(
         pg_catalog.pg_stat_get_xact_tuples_inserted(x.part)
         OPERATOR(pg_catalog.+) pg_catalog.pg_stat_get_xact_tuples_updated(x.part)
         OPERATOR(pg_catalog.+) pg_catalog.pg_stat_get_xact_tuples_deleted(x.part)) AS writes,
       COALESCE(pg_catalog.sum(pg_catalog.pg_relation_filenode(x.part)::pg_catalog.int8), 0) AS files
FROM {parts}
GROUP BY x.oid)sql";

std::string writes_sql(const std::vector<const StagedTable*>& tables) {
  std::vector<const TableDetails*> all;
  for (const StagedTable* table : tables) all.push_back(&table->details);
  return fmt::format(kWrites, fmt::arg("parts", parts_of(all)));
}

}  // namespace

WriteWatch::WriteWatch(Connection& connection, const std::vector<StagedTable>& tables) : connection_(connection) {
  counts_ = connection_.query_value("SELECT pg_catalog.current_setting('track_counts')").c_str() == std::string("on");
  std::vector<const StagedTable*> all;
  for (const StagedTable& table : tables) all.push_back(&table);
  if (counts_) known_ = writes(all);
}

bool WriteWatch::any_touched(const std::vector<StagedTable>& tables) {
  if (!counts_) return true;
  std::vector<const StagedTable*> all;
  for (const StagedTable& table : tables) all.push_back(&table);
  return std::ranges::any_of(writes(all), [&](const auto& now) {
    const Writes& known = known_[now.first];
    return now.second.rows != known.rows || now.second.files != known.files;
  });
}

bool WriteWatch::touched(const StagedTable& table) { return others_writes(table) != 0; }

std::uint64_t WriteWatch::others_writes(const StagedTable& table) {
  if (!counts_) return 1;
  const Writes now = writes(table);
  const Writes& known = known_[table.details.oid];
  return now.files == known.files ? now.rows - known.rows : std::max<std::uint64_t>(now.rows - known.rows, 1);
}

void WriteWatch::settle(const StagedTable& table) {
  if (counts_) known_[table.details.oid] = writes(table);
}

WriteWatch::Writes WriteWatch::writes(const StagedTable& table) {
  return writes(std::vector<const StagedTable*>{&table})[table.details.oid];
}

std::unordered_map<std::uint32_t, WriteWatch::Writes> WriteWatch::writes(
    const std::vector<const StagedTable*>& tables) {
  std::unordered_map<std::uint32_t, Writes> written;
  if (tables.empty()) return written;
  for (const auto& row : connection_.query(writes_sql(tables)))
    written[row["oid"].as<std::uint32_t>()] = {row["writes"].as<std::uint64_t>(), row["files"].as<std::uint64_t>()};
  return written;
}

}  // namespace postgres
