#include "sqlite/import/kept_rows.h"

#include <algorithm>
#include <utility>

#include "base/terminal.h"
#include "sqlite/catalog/record_reader.h"
#include "sqlite/import/undo_judge.h"
#include "sqlite/session/row_functions.h"
#include "sqlite/session/sql_text.h"

namespace sqlite {
namespace {

constexpr std::size_t kMostColumns = 2000;

std::string before_table(std::size_t number) { return "temp.before_" + std::to_string(number); }
std::string fresh_table(std::size_t number) { return "temp.fresh_" + std::to_string(number); }
std::string kept(std::size_t i) { return "c" + std::to_string(i); }

// Of the target, quoted; generated ones are made again.
std::vector<std::string> own_columns(const StagedTable& table) {
  std::vector<std::string> columns;
  for (const catalog::Column& column : table.details.table.columns) {
    if (!column.generated) columns.push_back(quote_name(column.name));
  }
  return columns;
}

std::string list_of(const std::vector<std::string>& columns, const std::string& alias) {
  std::string list;
  for (const std::string& column : columns) list += alias + "." + column + ", ";
  return list;
}

bool is_key(const StagedTable& table, const std::string& quoted) {
  return std::ranges::any_of(table.plan.identity, [&](const std::string& name) { return quote_name(name) == quoted; });
}

std::string updated(const StagedTable& table, std::size_t number) {
  const std::vector<std::string> columns = own_columns(table);
  std::vector<std::string> values;
  for (std::size_t i = 0; i < columns.size(); ++i) values.push_back(kept(i));
  return "SELECT " + list_of(values, "b") + "'u' || " + row_mark(columns, "t") + " FROM " + before_table(number) +
         " b CROSS JOIN " + table.verdicts + " v ON v.record = b.record CROSS JOIN " + table.stage + " s ON s." +
         table.record + " = b.record CROSS JOIN " + table.target + " t ON " + table.same_identity("s", "t");
}

// Of a row that was not there before only what it is found by.
std::string inserted(const StagedTable& table, std::size_t number) {
  std::string list;
  for (const std::string& column : own_columns(table))
    list += (is_key(table, column) ? "t." + column : std::string("NULL")) + ", ";
  return "SELECT " + list + "'d' || " + row_mark(own_columns(table), "t") + " FROM " + fresh_table(number) +
         " f CROSS JOIN " + table.verdicts + " v ON v.record = f.record CROSS JOIN " + table.stage + " s ON s." +
         table.record + " = f.record CROSS JOIN " + table.target + " t ON " + table.same_identity("s", "t");
}

// Of equal rows the youngest, as far as their numbers tell.
std::string inserted_without_key(const StagedTable& table) {
  std::vector<std::string> file_columns;
  for (const StagedColumn& column : table.columns) file_columns.push_back("x." + column.quoted);
  const std::string image = image_call(file_columns);
  const std::string lacks = table.plan.identity.empty() ? "1" : table.lacks_identity("x");
  const std::string newest =
      table.details.row_number.empty() ? std::string{} : " ORDER BY x." + table.details.row_number + " DESC";
  const std::string n = table.free_name("db-transfer n");
  const std::string rows = table.free_name("db-transfer rows");
  const std::string image_of_target = table.free_name("db-transfer image");
  return "SELECT " + list_of(own_columns(table), "t") + "'d' || (t." + rows + " - t." + n + " + 1) FROM (SELECT " +
         image + " AS image, row_number() OVER (PARTITION BY " + image + " ORDER BY x." + table.record +
         ") AS n FROM " + table.stage + " x WHERE " + lacks + " AND x." + table.record + " IN (SELECT record FROM " +
         table.verdicts + " WHERE verdict = 'i')) s JOIN (SELECT x.*, " + image + " AS " + image_of_target +
         ", row_number() OVER (PARTITION BY " + image + newest + ") AS " + n + ", count(*) OVER (PARTITION BY " +
         image + ") AS " + rows + " FROM " + table.target + " x WHERE " + lacks + ") t ON t." + image_of_target +
         " = s.image AND t." + n + " = s.n";
}

std::string deleted(const StagedTable& table, std::size_t number) {
  std::vector<std::string> values;
  for (std::size_t i = 0; i < own_columns(table).size(); ++i) values.push_back(kept(i));
  return "SELECT " + list_of(values, "b") + "'i' || coalesce(d.equal_rows, '') FROM " + before_table(number) +
         " b CROSS JOIN " + table.deletes + " d ON d.record = b.record WHERE d.state = 'g'";
}

// Which of equal rows is to go, only their number tells, and columns may have taken all of its names.
void demand_told_apart(Connection& connection, const StagedTable& table) {
  const bool may_have_no_key = table.plan.identity.empty() || table.identity_may_be_null();
  if (!table.declares_record || !may_have_no_key) return;
  const std::string lacks = table.plan.identity.empty() ? "1" : table.lacks_identity("s");
  if (connection.number("SELECT EXISTS (SELECT 1 FROM " + table.accepted_rows() + " WHERE v.verdict = 'i' AND " +
                        lacks + ")") == 0)
    return;
  throw base::Error(base::ErrorKind::kSchema,
                    base::printable(table.details.table.name.name) +
                        " has columns called rowid, _rowid_ and oid, and rows without a key: their import cannot be "
                        "taken back",
                    "leave the table out with -T, or import without --save-undo");
}

}  // namespace

void keep_rows_before(Connection& connection, const StagedTable& table, std::size_t number) {
  if (table.plan.rows == 0) return;
  const std::vector<std::string> columns = own_columns(table);
  if (columns.size() >= kMostColumns)
    throw base::Error(base::ErrorKind::kSchema,
                      base::printable(table.details.table.name.name) +
                          " has too many columns for its import to be taken back: a table of SQLite has 2,000",
                      "leave the table out with -T");
  demand_told_apart(connection, table);
  std::string names;
  for (std::size_t i = 0; i < columns.size(); ++i) names += ", " + kept(i);
  connection.execute("CREATE TABLE " + before_table(number) + " (record INTEGER PRIMARY KEY" + names + ")");
  connection.execute("CREATE TABLE " + fresh_table(number) + " (record INTEGER PRIMARY KEY)");
  connection.execute("INSERT INTO " + fresh_table(number) + " SELECT record FROM " + table.verdicts +
                     " WHERE verdict = 'i'");
  std::string values;
  for (const std::string& column : columns) values += ", t." + column;
  const std::string into = "INSERT INTO " + before_table(number) + " SELECT ";
  if (!table.plan.identity.empty())
    connection.execute(into + "v.record" + values + " FROM " + table.accepted_rows() + " CROSS JOIN " + table.target +
                       " t ON " + table.same_identity("s", "t") + " WHERE v.verdict = 'u'");
  if (table.may_be_deleted == 0) return;
  connection.execute(into + "d.record" + values + " FROM " + table.deletes + " d CROSS JOIN " + table.target +
                     " t ON " + deleted_row(table, "d", "t") + " WHERE d.state = 'd'");
}

std::unique_ptr<engine::RowReader> kept_rows(Connection& connection, const StagedTable& table, std::size_t number,
                                             const std::string& key) {
  if (table.plan.rows == 0) return nullptr;
  std::vector<RecordReader::Column> columns;
  for (std::size_t i = 0; i < table.details.columns.size(); ++i) {
    const catalog::Column& column = table.details.table.columns[i];
    if (!column.generated) columns.push_back({column.name, Codec(table.details.columns[i].type)});
  }
  ColumnType text;
  text.affinity = Affinity::kText;
  columns.push_back({key, Codec(text)});
  std::vector<std::string> parts;
  if (!table.plan.identity.empty()) {
    parts.push_back(updated(table, number));
    parts.push_back(inserted(table, number));
  }
  if (table.plan.identity.empty() || table.identity_may_be_null()) parts.push_back(inserted_without_key(table));
  if (table.may_be_deleted > 0) parts.push_back(deleted(table, number));
  return std::make_unique<RecordReader>(connection, table.details.table.name.name, columns, table.plan.identity,
                                        connection.prepare(join(parts, " UNION ALL ")));
}

}  // namespace sqlite
