#include "sqlite/catalog/made_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "sqlite/session/sql_text.h"

namespace sqlite {
namespace {

constexpr std::int64_t kExpression = -2;  // `cid` of a key that is no column
constexpr std::int64_t kStored = 3;       // `hidden` of a generated column that is stored

// {table} and {index} are literals.
constexpr const char* kColumns = R"sql(
SELECT name, dflt_value, hidden
FROM pragma_table_xinfo({table}, 'main')
ORDER BY cid)sql";

constexpr const char* kIndexKeys = R"sql(
SELECT cid, "key"
FROM pragma_index_xinfo({index}, 'main')
ORDER BY seqno)sql";

constexpr const char* kTableSql = "SELECT sql FROM main.sqlite_schema WHERE type = 'table' AND name = {table}";

constexpr const char* kIndexes = R"sql(
SELECT m.name, l.partial, m.sql
FROM pragma_index_list({table}, 'main') l
JOIN main.sqlite_schema m ON m.type = 'index' AND m.name = l.name
WHERE m.sql IS NOT NULL
ORDER BY m.name COLLATE BINARY)sql";

std::string of_table(const char* text, const TableDetails& table) {
  return fmt::format(fmt::runtime(text), fmt::arg("table", quote_literal(table.table.name.name)));
}

bool is_among(const std::string& name, std::initializer_list<const char*> others) {
  return std::ranges::any_of(others, [&](const char* other) { return same_name(name, other); });
}

void describe_default(ColumnDetails& column, const std::string& kept) {
  using Kind = ColumnDetails::Default;
  const DefaultParts parts = default_parts(kept);
  column.default_value = parts.expression;
  if (!parts.plain || same_name(kept.substr(0, 8), "CURRENT_")) column.default_kind = Kind::kComputed;
  for (const std::string& name : names_in(kept)) {
    if (is_among(name, {"random", "randomblob"})) column.default_kind = std::max(column.default_kind, Kind::kRandom);
    if (is_among(name, {"changes", "total_changes", "last_insert_rowid"})) column.default_kind = Kind::kUnknown;
  }
}

void read_columns(Connection& connection, TableDetails& table, const std::string& sql) {
  Statement rows = connection.prepare(of_table(kColumns, table));
  while (rows.next()) {
    const std::string name = rows.text("name");
    const auto column =
        std::ranges::find_if(table.table.columns, [&](const catalog::Column& one) { return one.name == name; });
    if (column == table.table.columns.end()) continue;
    ColumnDetails& details = table.columns[static_cast<std::size_t>(column - table.table.columns.begin())];
    if (column->generated) {
      const std::string from = generated_from(sql, name);
      details.generated = fmt::format("GENERATED ALWAYS AS ({}\n)", from);
      // STRICT holds the value to its type only where it is stored.
      if (table.strict && rows.integer("hidden") == kStored) details.generated += " STORED";
      details.made_from = columns_in(table.table, from);
    } else if (!rows.is_null("dflt_value")) {
      describe_default(details, rows.text("dflt_value"));
    }
  }
}

// A write computes the predicate of every row, and the keys only of rows that satisfy it.
void read_index(Connection& connection, TableDetails& table, const std::string& name, bool partial,
                const std::string& sql) {
  const IndexParts parts = index_parts(sql);
  const std::string predicate = partial ? fmt::format("({}\n)", parts.predicate) : "";
  std::vector<std::string> expressions;
  if (partial) expressions.push_back(predicate);
  Statement keys = connection.prepare(fmt::format(fmt::runtime(kIndexKeys), fmt::arg("index", quote_literal(name))));
  for (std::size_t i = 0; keys.next() && i < parts.keys.size(); ++i) {
    if (keys.integer("key") == 0 || keys.integer("cid") != kExpression) continue;
    expressions.push_back(partial ? fmt::format("CASE WHEN {} THEN {}\nEND", predicate, parts.keys[i])
                                  : fmt::format("({}\n)", parts.keys[i]));
  }
  for (std::string& expression : expressions) {
    if (reads_row_number(table.table, expression)) return table.of_row_number.push_back("the index " + name);
    std::vector<std::string> columns = columns_in(table.table, expression);
    table.index_expressions.push_back({name, std::move(expression), std::move(columns)});
  }
}

}  // namespace

void read_made_values(Connection& connection, TableDetails& table) {
  read_columns(connection, table, connection.text(of_table(kTableSql, table)));
  Statement rows = connection.prepare(of_table(kIndexes, table));
  while (rows.next()) read_index(connection, table, rows.text("name"), rows.integer("partial") != 0, rows.text("sql"));
}

std::string declared(const catalog::Table& table, const std::string& name) {
  for (const catalog::Column& column : table.columns) {
    if (same_name(column.name, name)) return column.name;
  }
  return {};
}

std::vector<std::string> columns_in(const catalog::Table& table, const std::string& expression) {
  std::vector<std::string> columns;
  for (const std::string& name : names_in(expression)) {
    const std::string column = declared(table, name);
    if (!column.empty() && std::find(columns.begin(), columns.end(), column) == columns.end())
      columns.push_back(column);
  }
  return columns;
}

bool reads_row_number(const catalog::Table& table, const std::string& expression) {
  const std::vector<std::string> names = names_in(expression);
  return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
    return (same_name(name, "rowid") || same_name(name, "_rowid_") || same_name(name, "oid")) &&
           declared(table, name).empty();
  });
}

}  // namespace sqlite
