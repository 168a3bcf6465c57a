#include "sqlite/export/reader.h"

#include <algorithm>

#include "base/terminal.h"
#include "engine/record_limit.h"
#include "format/json_text.h"
#include "format/record_limit.h"
#include "sqlite/session/row_functions.h"
#include "sqlite/session/sql_text.h"

namespace sqlite {
namespace {

using base::Error;
using base::ErrorKind;

// The size at which a batch is handed on: large enough that a write costs nothing, small enough for any cache.
constexpr std::size_t kBatchBytes = std::size_t{256} << 10;

// Two exports of the same rows stand in the same order whatever the collations are. Without an identity, or with NULL
// in it, the whole row orders itself.
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
  std::string sql =
      "SELECT " + (columns.empty() ? "1" : join(columns, ", ")) + " FROM main." + quote_name(table.table.name.name);
  // A line break ends a trailing `-- comment` of the user's; the parenthesis keeps an OR together.
  if (!query.where.empty()) sql += " WHERE (" + query.where + "\n)";
  if (query.order == engine::RowOrder::kIdentity) sql += order_by(table);
  return sql;
}

}  // namespace

Reader::Reader(Connection& connection, const TableDetails& table, const engine::TableQuery& query)
    : connection_(connection),
      table_name_(table.table.name.name),
      has_condition_(!query.where.empty()),
      identity_(table.table.identity()),
      rows_(connection.prepare(select(table, query))) {
  base::ByteBuffer label;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const catalog::Column& column = table.table.columns[i];
    if (column.generated) continue;
    label.clear();
    if (!fields_.empty()) label.append(',');
    format::append_json_string(label, column.name);
    label.append(':');
    fields_.push_back({std::string(label.view()), column.name, Codec(table.columns[i].type)});
  }
}

std::uint64_t Reader::read_batch(base::ByteBuffer& out) {
  std::uint64_t records = 0;
  const std::size_t enough = out.size() + kBatchBytes;
  while (!ended_ && out.size() < enough) {
    if (!next_row()) {
      ended_ = true;
      break;
    }
    append_row(out);
    ++records;
  }
  return records;
}

// A condition may fail on a row only: an overflow, malformed JSON.
bool Reader::next_row() {
  try {
    return rows_.next();
  } catch (const SqliteError& error) {
    if (!has_condition_ || !error.blames_a_row()) throw;
    throw Error(ErrorKind::kUsage, "--where for " + base::printable(table_name_) + ": " + error.what(),
                "the condition is SQL over the columns of that table");
  }
}

void Reader::append_row(base::ByteBuffer& out) const {
  const std::uint64_t start = out.end();
  try {
    out.limit_end(start + format::kMaxRecordBytes);
    append_fields(out);
    if (out.end() - start > format::kMaxRecordBytes) fail_too_long();
  } catch (const base::ByteBuffer::LimitPassed&) {
    fail_too_long();
  }
  out.append(",\n");
}

void Reader::fail_too_long() const {
  std::string key;
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    if (std::ranges::find(identity_, fields_[i].name) == identity_.end()) continue;
    base::ByteBuffer json;
    fields_[i].codec.decode(json, rows_.cell(static_cast<int>(i)));
    key += (key.empty() ? "" : ", ") + fields_[i].name + "=" + engine::shown_in_key(std::string(json.view()));
  }
  engine::fail_record_too_long(table_name_, key);
}

void Reader::append_fields(base::ByteBuffer& out) const {
  out.append('{');
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    const int column = static_cast<int>(i);
    if (connection_.is_utf16() && rows_.is_broken_utf16(column)) {
      throw Error(ErrorKind::kSchema,
                  base::printable(table_name_) + "." + base::printable(fields_[i].name) +
                      " holds text that is no valid UTF-16 and cannot be written as UTF-8",
                  "mend those values in the source, or leave the table out with -T");
    }
    out.append(fields_[i].label);
    fields_[i].codec.decode(out, rows_.cell(column));
  }
  out.append('}');
}

}  // namespace sqlite
