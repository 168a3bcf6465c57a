#include "postgres/catalog/leaf_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <span>
#include <string>
#include <unordered_map>

#include "postgres/catalog/looking_functions.h"
#include "postgres/session/sql_text.h"
#include "postgres/session/text_array.h"

namespace postgres {
namespace {

// What a partition inherits, its root or the partition above it says as well.
constexpr const char* kOwn = R"sql(
SELECT c.oid, 'violates the check ' || k.conname || ' of the partition ' || c.relname AS reason,
  pg_catalog.pg_get_expr(k.conbin, k.conrelid, false) AS condition,
  ARRAY(SELECT a.attname
        FROM pg_catalog.pg_attribute a
        WHERE a.attrelid = c.oid AND a.attnum = ANY (k.conkey)
        ORDER BY a.attnum)::pg_catalog.text[] AS columns,
  {looks} AS looks
FROM pg_catalog.pg_constraint k
JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
WHERE k.contype = 'c' AND k.coninhcount = 0 AND {enforced} AND c.oid = ANY ({partitions})
UNION ALL
SELECT c.oid, 'NOT NULL of ' || a.attname || ' in the partition ' || c.relname,
  'NOT (' || pg_catalog.quote_ident(a.attname) || ' IS NOT DISTINCT FROM NULL)', ARRAY[a.attname]::pg_catalog.text[],
  false
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND a.attnotnull
JOIN pg_catalog.pg_inherits i ON i.inhrelid = c.oid
JOIN pg_catalog.pg_attribute p ON p.attrelid = i.inhparent AND p.attname = a.attname AND NOT p.attnotnull
WHERE c.oid = ANY ({partitions})
ORDER BY 1, 2)sql";

using Branches = std::map<std::uint32_t, std::string>;  // by leaf

std::string by_halving(std::span<const std::pair<std::uint32_t, std::string>> leaves) {
  if (leaves.size() == 1) return leaves.front().second.empty() ? "NULL" : "CASE" + leaves.front().second + " END";
  const std::size_t half = leaves.size() / 2;
  std::string low = by_halving(leaves.first(half));
  const std::string high = by_halving(leaves.subspan(half));
  if (low == high) return low;
  return fmt::format("CASE WHEN {} OPERATOR(pg_catalog.<) {}::pg_catalog.oid THEN {} ELSE {} END", kLeaf,
                     leaves[half].first, low, high);
}

}  // namespace

void read_leaf_checks(Connection& connection, std::vector<TableDetails>& tables, const PartitionTree& tree,
                      const std::string& looking) {
  std::vector<std::string> partitions;
  std::unordered_map<std::uint32_t, TableDetails*> by_oid;
  std::map<std::uint32_t, Branches> branches;  // by table
  for (TableDetails& table : tables) by_oid.emplace(table.oid, &table);
  for (const auto& [oid, partition] : tree) {
    if (oid != partition.root) partitions.push_back(std::to_string(oid));
    if (partition.leaves.size() == 1 && partition.leaves.front() == oid) branches[partition.root][oid];
  }
  if (partitions.empty()) return;
  const std::string sql =
      fmt::format(kOwn, fmt::arg("partitions", "'{" + join(partitions, ",") + "}'::pg_catalog.oid[]"),
                  fmt::arg("enforced", connection.server_version() >= 180000 ? "k.conenforced" : "true"),
                  fmt::arg("looks", calls_one_of(looking, "'pg_catalog.pg_constraint'::pg_catalog.regclass", "k.oid")));
  for (const auto& row : connection.query(sql)) {
    const Partition& partition = tree.at(row["oid"].as<std::uint32_t>());
    LeafChecks& checks = by_oid.at(partition.root)->leaf_checks;
    if (row["looks"].as<bool>()) {
      checks.unjudged.emplace_back(row["reason"].c_str());
      continue;
    }
    if (checks.columns.empty()) checks.columns.emplace_back(kLeaf);
    for (std::string& column : read_names(row["columns"].c_str())) {
      if (std::ranges::find(checks.columns, column) == checks.columns.end())
        checks.columns.push_back(std::move(column));
    }
    const std::string branch =
        fmt::format(" WHEN ({}) IS FALSE THEN {}", row["condition"].c_str(), quote_literal(row["reason"].c_str()));
    for (const std::uint32_t leaf : partition.leaves) branches[partition.root][leaf] += branch;
  }
  for (const auto& [root, of_table] : branches) {
    LeafChecks& checks = by_oid.at(root)->leaf_checks;
    if (checks.columns.empty()) continue;
    const std::vector<std::pair<std::uint32_t, std::string>> leaves(of_table.begin(), of_table.end());
    checks.failed = by_halving(leaves);
  }
}

}  // namespace postgres
