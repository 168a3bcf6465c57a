#include "sqlite/import/kept_rows.h"

#include <algorithm>
#include <utility>

#include "base/terminal.h"
#include "sqlite/catalog/record_reader.h"
#include "sqlite/import/table_sql.h"
#include "sqlite/import/undo_judge.h"
#include "sqlite/session/row_functions.h"
#include "sqlite/session/sql_text.h"

namespace sqlite {
namespace {

constexpr std::size_t kMostColumns = 2000;

std::string before_table(std::size_t number) { return fmt::format("temp.before_{}", number); }
std::string fresh_table(std::size_t number) { return fmt::format("temp.fresh_{}", number); }
std::string kept(std::size_t i) { return fmt::format("c{}", i); }

// The target's columns, quoted, but those that it generates.
std::vector<std::string> own_columns(const StagedTable& table) {
  std::vector<std::string> columns;
  for (const catalog::Column& column : table.details.table.columns) {
    if (!column.generated) columns.push_back(quote_name(column.name));
  }
  return columns;
}

// "b.c0, b.c1, ": the kept values of the row b of before_N.
std::string kept_values(const StagedTable& table) {
  std::string list;
  for (std::size_t i = 0; i < own_columns(table).size(); ++i) list += fmt::format("b.{}, ", kept(i));
  return list;
}

bool is_key(const StagedTable& table, const std::string& quoted) {
  return std::ranges::any_of(table.plan.identity, [&](const std::string& name) { return quote_name(name) == quoted; });
}

// Rows of an undo file, each with what is to be done with it: 'u' a row to be given its values back, 'd' one to go, 'i'
// one to be put in again. {values}: its columns; {mark}: what tells whether it was changed since (row_mark).
constexpr const char* kUpdated = R"sql(
SELECT {values}'u' || {mark}
FROM {before} b
CROSS JOIN {verdicts} v ON v.record = b.record
CROSS JOIN {stage} s ON s.{record} = b.record
CROSS JOIN {target} t ON {same})sql";

constexpr const char* kInserted = R"sql(
SELECT {values}'d' || {mark}
FROM {fresh} f
CROSS JOIN {verdicts} v ON v.record = f.record
CROSS JOIN {stage} s ON s.{record} = f.record
CROSS JOIN {target} t ON {same})sql";

// Rows without a key that the import inserted: of equal ones the youngest, as far as their numbers tell.
constexpr const char* kInsertedWithoutKey = R"sql(
SELECT {values}'d' || (t.{rows} - t.{n} + 1)
FROM (
  SELECT {image} AS image, row_number() OVER (PARTITION BY {image} ORDER BY x.{record}) AS n
  FROM {stage} x
  WHERE {lacks_key} AND x.{record} IN (SELECT record FROM {verdicts} WHERE verdict = 'i')) s
JOIN (
  SELECT x.*, {image} AS {image_of_target}, row_number() OVER (PARTITION BY {image}{newest}) AS {n},
         count(*) OVER (PARTITION BY {image}) AS {rows}
  FROM {target} x
  WHERE {lacks_key}) t
ON t.{image_of_target} = s.image AND t.{n} = s.n)sql";

constexpr const char* kDeleted = R"sql(
SELECT {values}'i' || coalesce(d.equal_rows, '')
FROM {before} b
CROSS JOIN {deletes} d ON d.record = b.record
WHERE d.state = 'g')sql";

constexpr const char* kKeepUpdated = R"sql(
INSERT INTO {before}
SELECT v.record{values}
FROM {accepted}
CROSS JOIN {target} t ON {same}
WHERE v.verdict = 'u')sql";

constexpr const char* kKeepDeleted = R"sql(
INSERT INTO {before}
SELECT d.record{values}
FROM {deletes} d
CROSS JOIN {target} t ON {deleted}
WHERE d.state = 'd')sql";

std::string updated(const StagedTable& table, std::size_t number) {
  return table_sql(table, kUpdated, fmt::arg("values", kept_values(table)),
                   fmt::arg("mark", row_mark(own_columns(table), "t")), fmt::arg("before", before_table(number)));
}

// A row that was not there before is told by what it is found by.
std::string inserted(const StagedTable& table, std::size_t number) {
  std::string list;
  for (const std::string& column : own_columns(table))
    list += is_key(table, column) ? fmt::format("t.{}, ", column) : "NULL, ";
  return table_sql(table, kInserted, fmt::arg("values", list), fmt::arg("mark", row_mark(own_columns(table), "t")),
                   fmt::arg("fresh", fresh_table(number)));
}

std::string inserted_without_key(const StagedTable& table) {
  std::vector<std::string> file_columns;
  for (const StagedColumn& column : table.columns) file_columns.push_back("x." + column.quoted);
  std::string list;
  for (const std::string& column : own_columns(table)) list += fmt::format("t.{}, ", column);
  const std::string& number = table.details.row_number;
  return table_sql(table, kInsertedWithoutKey, fmt::arg("values", list), fmt::arg("image", image_call(file_columns)),
                   fmt::arg("lacks_key", table.plan.identity.empty() ? "1" : table.lacks_identity("x")),
                   fmt::arg("newest", number.empty() ? "" : fmt::format(" ORDER BY x.{} DESC", number)),
                   fmt::arg("n", table.free_name("db-transfer n")),
                   fmt::arg("rows", table.free_name("db-transfer rows")),
                   fmt::arg("image_of_target", table.free_name("db-transfer image")));
}

std::string deleted(const StagedTable& table, std::size_t number) {
  return table_sql(table, kDeleted, fmt::arg("values", kept_values(table)), fmt::arg("before", before_table(number)));
}

// Which of equal rows is to go, only their number tells, and columns may have taken all of its names.
void demand_told_apart(Connection& connection, const StagedTable& table) {
  const bool may_have_no_key = table.plan.identity.empty() || table.identity_may_be_null();
  if (!table.declares_record || !may_have_no_key) return;
  const std::string lacks = table.plan.identity.empty() ? "1" : table.lacks_identity("s");
  if (connection.number(table_sql(table, "SELECT EXISTS (SELECT 1 FROM {accepted} WHERE v.verdict = 'i' AND {lacks})",
                                  fmt::arg("lacks", lacks))) == 0)
    return;
  throw base::Error(base::ErrorKind::kSchema,
                    base::printable(table.details.table.name.name) +
                        " has columns called rowid, _rowid_ and oid, and rows without a key: their import cannot be "
                        "taken back",
                    "leave the table out with -T, or import without --save-undo");
}

}  // namespace

void keep_rows_before(Connection& connection, const StagedTable& table, std::size_t number) {
  if (!table.has_rows()) return;
  const std::vector<std::string> columns = own_columns(table);
  if (columns.size() >= kMostColumns)
    throw base::Error(base::ErrorKind::kSchema,
                      base::printable(table.details.table.name.name) +
                          " has too many columns for its import to be taken back: a table of SQLite has 2,000",
                      "leave the table out with -T");
  demand_told_apart(connection, table);
  std::string names;
  for (std::size_t i = 0; i < columns.size(); ++i) names += ", " + kept(i);
  const auto run = [&](const char* text, const std::string& values, const std::string& deleted) {
    connection.execute(table_sql(table, text, fmt::arg("before", before_table(number)),
                                 fmt::arg("fresh", fresh_table(number)), fmt::arg("values", values),
                                 fmt::arg("deleted", deleted)));
  };
  run("CREATE TABLE {before} (record INTEGER PRIMARY KEY{values})", names, {});
  run("CREATE TABLE {fresh} (record INTEGER PRIMARY KEY)", {}, {});
  run("INSERT INTO {fresh} SELECT record FROM {verdicts} WHERE verdict = 'i'", {}, {});
  std::string values;
  for (const std::string& column : columns) values += ", t." + column;
  if (!table.plan.identity.empty()) run(kKeepUpdated, values, {});
  if (table.may_be_deleted > 0) run(kKeepDeleted, values, deleted_row(table, "d", "t"));
}

std::unique_ptr<engine::RowReader> kept_rows(Connection& connection, const StagedTable& table, std::size_t number,
                                             const std::string& key) {
  if (!table.has_rows()) return nullptr;
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
