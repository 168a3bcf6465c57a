#include "sqlite/import/rtree.h"

#include <algorithm>

#include "base/terminal.h"
#include "sqlite/catalog/sql_scan.h"
#include "sqlite/import/rejects.h"
#include "sqlite/session/sql_text.h"

namespace sqlite {
namespace {

// They stand behind the number of the row, before columns that the tree only keeps (+name).
std::size_t count_coordinates(Connection& connection, const std::string& table) {
  const std::string sql = connection.text("SELECT sql FROM main.sqlite_schema WHERE name = " + quote_literal(table));
  const auto arguments = virtual_table_parts(sql).arguments;
  return static_cast<std::size_t>(
             std::ranges::count_if(arguments, [](const std::string& argument) { return !argument.starts_with('+'); })) -
         1;
}

// Of staged rows that are not left out yet.
void insert_one_by_one(Connection& connection, StagedTable& table, const std::string& insert) {
  Statement one = connection.prepare(insert + " = ?");
  Statement records = connection.prepare("SELECT " + table.record + " FROM " + table.stage + " WHERE " + table.record +
                                         " NOT IN (SELECT record FROM " + table.rejects + ")");
  while (records.next()) {
    const std::int64_t record = records.integer(0);
    try {
      one.bind_integer(1, record);
      one.execute();
    } catch (const SqliteError& error) {
      if (!error.blames_a_row()) throw;
      one.reset();
      reject(connection, table,
             reject_sql(table, "s." + table.record, {'x', quote_literal(base::printable(error.what())), {}, {}, {}},
                        table.stage + " s WHERE s." + table.record + " = " + std::to_string(record)));
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
    rounded.push_back(names.back() + " = t." + names.back());
  }
  const std::string trial = "temp.tree_of_" + table.stage.substr(table.stage.find('.') + 1);
  const std::string columns = join(names, ", ");
  connection.execute("CREATE VIRTUAL TABLE " + trial + " USING " + table.details.module + " (\"db-transfer record\", " +
                     columns + ")");
  const std::string insert = "INSERT INTO " + trial + " SELECT " + table.record + ", " + columns + " FROM " +
                             table.stage + " WHERE " + table.record;
  if (!is_executed(connection, insert + " NOT IN (SELECT record FROM " + table.rejects + ")"))
    insert_one_by_one(connection, table, insert);
  std::vector<std::string> differ;
  for (const std::string& name : names) differ.push_back("s." + name + " IS NOT t." + name);
  const std::string there = trial + " t WHERE t.\"db-transfer record\" = s." + table.record;
  const std::uint64_t changed =
      connection.number("SELECT count(*) FROM " + table.stage + " s, " + there + " AND (" + join(differ, " OR ") + ")");
  connection.execute("UPDATE " + table.stage + " AS s SET " + join(rounded, ", ") + " FROM " + there);
  connection.execute("DROP TABLE " + trial);
  if (changed == 0) return {};
  return table.details.table.name.name + ": coordinates of " + std::to_string(changed) +
         (changed == 1 ? " row" : " rows") + " become the numbers of 32 bits that an R*Tree holds";
}

}  // namespace sqlite
