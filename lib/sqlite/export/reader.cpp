#include "sqlite/export/reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/terminal.h"
#include "sqlite/session/row_functions.h"
#include "sqlite/session/sql_text.h"

namespace sqlite {
namespace {

using base::Error;
using base::ErrorKind;

// Two exports of the same rows have them in the same order whatever the collations are. Without an identity, or with
// NULL in it, the whole row orders itself.
std::string order_by(const TableDetails& table) {
  std::vector<std::string> keys;
  bool is_complete = true;
  for (const std::string& column : table.table.identity()) {
    keys.push_back(quote_name(column) + " COLLATE BINARY");
    is_complete = is_complete && table.table.find_column(column)->not_null;
  }
  if (is_complete && !keys.empty()) return " ORDER BY " + join(keys, ", ");
  std::vector<std::string> columns;
  for (const catalog::Column& column : table.table.columns) {
    if (!column.generated) columns.push_back(quote_name(column.name));
  }
  keys.push_back(image_call(columns));
  return " ORDER BY " + join(keys, ", ");
}

std::string select(const TableDetails& table, const engine::TableQuery& query) {
  std::vector<std::string> columns;
  for (const catalog::Column& column : table.table.columns) {
    if (!column.generated) columns.push_back(quote_name(column.name));
  }
  // A line break ends a trailing `-- comment` of the user's; the parenthesis keeps an OR together.
  return fmt::format("SELECT {} FROM main.{}{}{}", columns.empty() ? "1" : join(columns, ", "),
                     quote_name(table.table.name.name),
                     query.where.empty() ? "" : fmt::format(" WHERE ({}\n)", query.where),
                     query.order == engine::RowOrder::kIdentity ? order_by(table) : "");
}

std::vector<RecordReader::Column> columns_of(const TableDetails& table) {
  std::vector<RecordReader::Column> columns;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (!table.table.columns[i].generated)
      columns.push_back({table.table.columns[i].name, Codec(table.columns[i].type)});
  }
  return columns;
}

}  // namespace

Reader::Reader(Connection& connection, const TableDetails& table, const engine::TableQuery& query)
    : RecordReader(connection, table.table.name.name, columns_of(table), table.table.identity(),
                   connection.prepare(select(table, query))),
      table_name_(table.table.name.name),
      has_condition_(!query.where.empty()) {}

// A condition that SQLite took may still fail on a row: an overflow, malformed JSON.
void Reader::explain(const SqliteError& error) {
  if (!has_condition_ || !error.blames_a_row()) return;
  throw Error(ErrorKind::kUsage, "--where for " + base::printable(table_name_) + ": " + error.what(),
              "the condition is SQL over the columns of that table");
}

}  // namespace sqlite
