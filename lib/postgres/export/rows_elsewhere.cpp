#include "postgres/export/rows_elsewhere.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <unordered_map>

#include "base/terminal.h"
#include "postgres/catalog/code_of_others.h"
#include "postgres/catalog/table_locks.h"
#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

using base::Error;
using base::ErrorKind;

// What is below the tables and none of them, each with the nearest table above it. Temporary tables of other sessions
// are nobody's rows but theirs.
constexpr const char* kBelow = R"sql(
WITH RECURSIVE below(top, oid, depth, pending) AS (
  SELECT c.oid, c.oid, 0, false FROM pg_catalog.pg_class c WHERE c.oid = ANY ({tables})
  UNION ALL
  SELECT b.top, i.inhrelid, b.depth + 1, {pending}
  FROM below b JOIN pg_catalog.pg_inherits i ON i.inhparent = b.oid
)
SELECT DISTINCT ON (b.oid) b.top, b.oid, n.nspname, c.relname, c.relkind = 'f' AS is_foreign, c.relispartition, b.pending,
  CASE WHEN pg_catalog.has_schema_privilege(n.oid, 'USAGE')
    THEN pg_catalog.has_table_privilege(c.oid, 'SELECT') AND NOT pg_catalog.row_security_active(c.oid)
    ELSE false END AS readable
FROM below b
JOIN pg_catalog.pg_class c ON c.oid = b.oid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE b.depth > 0 AND c.oid <> ALL ({tables}) AND c.relpersistence <> 't'
  AND (NOT c.relispartition OR c.relkind = 'f' OR b.pending)
ORDER BY b.oid, b.pending DESC, b.depth, b.top
)sql";

struct Below {
  TableDetails* top = nullptr;
  std::uint32_t oid = 0;
  catalog::TableName name;
  bool foreign = false;
  bool partition = false;
  bool pending = false;   // a partition that DETACH … CONCURRENTLY takes away
  bool readable = false;  // by itself
};

std::vector<Below> find_below(Connection& connection, const std::vector<TableDetails*>& tables) {
  constexpr int kDetachesConcurrently = 140000;
  std::unordered_map<std::uint32_t, TableDetails*> by_oid;
  std::vector<std::uint32_t> oids;
  for (TableDetails* table : tables) {
    by_oid.emplace(table->oid, table);
    oids.push_back(table->oid);
  }
  std::vector<Below> found;
  for (const auto& row : connection.query(fmt::format(
           kBelow, fmt::arg("tables", oid_array(oids)),
           fmt::arg("pending", connection.server_version() < kDetachesConcurrently ? "false" : "i.inhdetachpending"))))
    found.push_back({.top = by_oid.at(row["top"].as<std::uint32_t>()),
                     .oid = row["oid"].as<std::uint32_t>(),
                     .name = {row["nspname"].c_str(), row["relname"].c_str()},
                     .foreign = row["is_foreign"].as<bool>(),
                     .partition = row["relispartition"].as<bool>(),
                     .pending = row["pending"].as<bool>(),
                     .readable = row["readable"].as<bool>()});
  return found;
}

// Whoever may read a parent may read its children through it.
bool holds_rows(Connection& connection, const Below& below) {
  demand_plannable(*below.top);
  const std::string sql = below.readable ? fmt::format("SELECT EXISTS (SELECT FROM ONLY {})", quote_name(below.name))
                                         : fmt::format("SELECT EXISTS (SELECT FROM {} t WHERE t.tableoid = {})",
                                                       quote_name(below.top->table.name), below.oid);
  return connection.query_value(sql).as<bool>();
}

std::string words_of(const Below& below) {
  const std::string name = quote_name(below.name);
  const std::string top = quote_name(below.top->table.name);
  if (below.foreign && below.partition)
    return "the partition " + name + " of " + top + " is a foreign table: its rows are on another server";
  if (below.foreign)
    return "the foreign table " + name + " inherits from " + top + ": rows of " + top + " are on another server";
  return name + " inherits from " + top + " and is not in this export: rows of " + top + " are there";
}

[[noreturn]] void refuse_pending(const Below& below) {
  const std::string root = quote_name(below.top->table.name);
  const std::string partition = quote_name(below.name);
  throw engine::ConcurrentChange(
      "the partition " + partition + " of " + root + " is being detached: its rows belong to no table at the moment",
      "run the command again; if a DETACH … CONCURRENTLY was cut off, end it: ALTER TABLE " + root +
          " DETACH PARTITION " + partition + " FINALIZE");
}

[[noreturn]] void refuse(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += "\n  " + base::printable(line);
  throw Error(ErrorKind::kSchema, "rows would be missing from the export:" + text,
              "export those tables too (-t, --schema), read their rows through the parent with --through-parents, or "
              "leave the parent (or the child, to do without its rows) out with -T");
}

}  // namespace

std::vector<std::string> find_rows_elsewhere(Connection& connection, std::vector<TableDetails*>& tables,
                                             const std::vector<catalog::TableName>& left_out,
                                             engine::RowsElsewhere elsewhere) {
  std::vector<std::string> missing;
  std::vector<std::string> notices;
  for (const Below& below : find_below(connection, tables)) {
    if (below.pending) refuse_pending(below);
    const bool unwanted = std::ranges::find(left_out, below.name) != left_out.end();
    if (!below.foreign && !holds_rows(connection, below)) continue;
    if (unwanted) {
      notices.push_back(quote_name(below.name) + " inherits from " + quote_name(below.top->table.name) +
                        " and is left out: its rows are not in the export");
    } else if (elsewhere == engine::RowsElsewhere::kThroughParents) {
      if (!below.partition) below.top->read_through.push_back(below.oid);
      notices.push_back(words_of(below) + (below.foreign
                                               ? "; they are read through it, not as of the same point in time"
                                               : "; they are exported as its rows"));
    } else {
      missing.push_back(words_of(below));
    }
  }
  if (!missing.empty()) refuse(missing);
  return notices;
}

}  // namespace postgres
