#include "sqlite/import/rtree.h"

#include <algorithm>

#include "base/terminal.h"
#include "sqlite/catalog/sql_scan.h"
#include "sqlite/import/rejects.h"
#include "sqlite/import/table_sql.h"
#include "sqlite/session/sql_text.h"

namespace sqlite {
namespace {

// Coordinates come after the number of the row, and before columns that the tree only keeps (+name).
std::size_t count_coordinates(Connection& connection, const std::string& table) {
  const std::string sql = connection.text("SELECT sql FROM main.sqlite_schema WHERE name = " + quote_literal(table));
  const auto arguments = virtual_table_parts(sql).arguments;
  return static_cast<std::size_t>(
             std::ranges::count_if(arguments, [](const std::string& argument) { return !argument.starts_with('+'); })) -
         1;
}

// {tree}: a tree of ours, which takes the coordinates and rounds them. {which}: of which records.
constexpr const char* kTry = R"sql(
INSERT INTO {tree}
SELECT {record}, {columns}
FROM {stage}
WHERE {record} {which})sql";

constexpr const char* kNotRejected = "NOT IN (SELECT record FROM {rejects})";

constexpr const char* kCountRounded = R"sql(
SELECT count(*)
FROM {stage} s, {tree} t
WHERE t."db-transfer record" = s.{record} AND ({differ}))sql";

constexpr const char* kTakeRounded = R"sql(
UPDATE {stage} AS s SET {rounded}
FROM {tree} t
WHERE t."db-transfer record" = s.{record})sql";

// Of staged rows that are not left out yet.
void insert_one_by_one(Connection& connection, StagedTable& table, const std::string& insert) {
  Statement one = connection.prepare(insert);
  Statement records = connection.prepare(table_sql(table, "SELECT {record} FROM {stage} WHERE {record} {which}",
                                                   fmt::arg("which", table_sql(table, kNotRejected))));
  while (records.next()) {
    const std::int64_t record = records.integer(0);
    try {
      one.bind_integer(1, record);
      one.execute();
    } catch (const SqliteError& error) {
      if (!error.blames_a_row()) throw;
      one.reset();
      reject(connection, table,
             reject_sql(table, "s." + table.record,
                        {.verdict = Verdict::kInvalid, .reason = quote_literal(base::printable(error.what()))},
                        table_sql(table, "{stage} s\nWHERE s.{record} = {this}", fmt::arg("this", record))));
    }
  }
}

}  // namespace

bool is_rtree(const TableDetails& table) { return table.module == "rtree" || table.module == "rtree_i32"; }

std::string round_as_rtree(Connection& connection, StagedTable& table) {
  std::vector<std::string> names;
  std::vector<std::string> rounded;
  const std::size_t coordinates = count_coordinates(connection, table.details.table.name.name);
  for (std::size_t i = 1; i <= coordinates; ++i) {
    const std::string& name = table.details.table.columns[i].name;
    if (!table.has_columns({name})) {
      table.unjudged.push_back("what the R*Tree makes of a row without " + name);
      return {};
    }
    names.push_back(quote_name(name));
    rounded.push_back(fmt::format("{0} = t.{0}", names.back()));
  }
  const std::string trial = "temp.tree_of_" + unqualified(table.stage);
  const std::string columns = join(names, ", ");
  connection.execute(fmt::format("CREATE VIRTUAL TABLE {} USING {} (\"db-transfer record\", {})", trial,
                                 table.details.module, columns));
  const auto insert = [&](const std::string& which) {
    return table_sql(table, kTry, fmt::arg("tree", trial), fmt::arg("columns", columns), fmt::arg("which", which));
  };
  if (!is_executed(connection, insert(table_sql(table, kNotRejected))))
    insert_one_by_one(connection, table, insert("= ?"));
  std::vector<std::string> differ;
  for (const std::string& name : names) differ.push_back(fmt::format("s.{0} IS NOT t.{0}", name));
  const std::uint64_t changed = connection.number(
      table_sql(table, kCountRounded, fmt::arg("tree", trial), fmt::arg("differ", join(differ, " OR "))));
  connection.execute(table_sql(table, kTakeRounded, fmt::arg("tree", trial), fmt::arg("rounded", join(rounded, ", "))));
  connection.execute("DROP TABLE " + trial);
  if (changed == 0) return {};
  return table.details.table.name.name + ": coordinates of " + std::to_string(changed) +
         (changed == 1 ? " row" : " rows") + " become the numbers of 32 bits that an R*Tree holds";
}

}  // namespace sqlite
