#include "postgres/import/unwritable.h"

#include <fmt/format.h>

#include <set>

#include "postgres/import/judged_rows.h"
#include "postgres/import/rejects.h"
#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

// A value beyond this is not in its row but in the TOAST table of the stage, and has been compressed as far as it goes:
// an index takes it as it is there. What an index may compress itself is smaller.
constexpr int kOutOfLine = 2032;
constexpr int kHeader = 4;
constexpr int kTupleHeader = 8;
// BTMaxItemSize of the server's pages of 8 kB.
constexpr int kMostOfBtree = 2704;

// The bytes that its large values take in an entry.
std::string large_bytes(const LimitedIndex& index) {
  std::vector<std::string> sizes;
  for (const std::string& column : index.columns) {
    sizes.push_back(
        fmt::format("CASE WHEN pg_catalog.pg_column_size(s.{0}) OPERATOR(pg_catalog.>) {1} THEN "
                    "pg_catalog.pg_column_size(s.{0}) OPERATOR(pg_catalog.+) {2} ELSE 0 END",
                    quote_name(column), kOutOfLine, kHeader));
  }
  return "(" + join(sizes, " OPERATOR(pg_catalog.+) ") + ")";
}

}  // namespace

void find_large_values(Connection& connection, std::vector<StagedTable>& tables) {
  std::set<std::string> heaps;
  for (const StagedTable& table : tables)
    if (table.has_rows() && !table.details.limited_indexes.empty())
      heaps.insert(quote_literal(table.stage_part.heap) + "::pg_catalog.regclass");
  if (heaps.empty()) return;
  const pqxx::result large = connection.query(fmt::format(
      R"sql(
SELECT 'pg_temp.' || c.relname
FROM pg_catalog.pg_class c
WHERE c.oid = ANY (ARRAY[{}]::pg_catalog.oid[]) AND c.reltoastrelid <> 0
  AND pg_catalog.pg_relation_size(c.reltoastrelid::pg_catalog.regclass) > 0)sql",
      join({heaps.begin(), heaps.end()}, ", ")));
  for (const auto& row : large)
    for (StagedTable& table : tables)
      table.large_values = table.large_values || table.stage_part.heap == row[0].c_str();
}

void reject_unpublishable(Connection& connection, StagedTable& table, std::vector<std::string>& notices) {
  const RefusedUpdates& refused = table.details.refused_updates;
  if (refused.publications.empty() || table.plan.identity.empty()) return;
  if (!refused.condition.empty() && !foretells(table, {kLeaf})) return;
  const std::string name = table.details.table.name.name;
  const std::string why = "cannot update table \"" + name + "\": " + refused.why;
  const std::vector<std::string> read =
      refused.condition.empty() ? std::vector<std::string>{} : std::vector<std::string>{kLeaf};
  const std::uint64_t found = reject(
      connection, table,
      reject_sql(table, {'x', quote_literal(why), {}, {}},
                 judged_rows(table, read) + " s JOIN " + table.verdicts + " v ON v.record = s." + table.record +
                     " AND v.verdict = 'u'" + (refused.condition.empty() ? "" : " WHERE s." + refused.condition)));
  if (found == 0) return;
  notices.push_back(fmt::format(
      "{}: {} to be updated, and none can be: {} (publication {}). ALTER TABLE {} REPLICA IDENTITY, or another "
      "publication, changes that",
      name, found == 1 ? "1 row is" : std::to_string(found) + " rows are", refused.why, refused.publications,
      table.target));
}

void reject_large_entries(Connection& connection, StagedTable& table) {
  if (table.details.limited_indexes.empty() || !table.large_values) return;
  for (const LimitedIndex& index : table.details.limited_indexes) {
    if (!index.certain || !table.has_columns(index.columns)) continue;
    const std::string bytes = large_bytes(index);
    const std::string reason = fmt::format(
        "{} || {}::pg_catalog.text || {}", quote_literal("index row size "),
        fmt::format("({} OPERATOR(pg_catalog.+) {})", bytes, kTupleHeader),
        quote_literal(fmt::format(" exceeds btree version 4 maximum {} for index \"{}\"", kMostOfBtree, index.name)));
    reject(connection, table,
           reject_sql(table, {'x', reason, index.name, {}},
                      accepted_rows(table) +
                          fmt::format(" AND {} OPERATOR(pg_catalog.>) {}", bytes, kMostOfBtree - kTupleHeader)));
  }
}

std::vector<std::string> doubtful_entries(Connection& connection, const StagedTable& table) {
  std::vector<std::string> lines;
  if (table.details.limited_indexes.empty() || !table.large_values) return lines;
  for (const LimitedIndex& index : table.details.limited_indexes) {
    if (!table.has_columns(index.columns) || (index.certain && index.columns.size() == 1)) continue;
    const auto rows = connection
                          .query("SELECT pg_catalog.count(*) FROM " + accepted_rows(table) + " AND " +
                                 large_bytes(index) + " OPERATOR(pg_catalog.>) 0")[0][0]
                          .as<std::uint64_t>();
    if (rows == 0) continue;
    lines.push_back(fmt::format("whether {} with large values fit{} the index {}",
                                rows == 1 ? "1 row" : std::to_string(rows) + " rows", rows == 1 ? "s" : "",
                                index.name));
  }
  return lines;
}

}  // namespace postgres
