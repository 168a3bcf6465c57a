#include "postgres/export/reader.h"

#include <algorithm>

#include "engine/record_limit.h"
#include "format/json_text.h"
#include "format/record_limit.h"
#include "postgres/catalog/table_locks.h"
#include "postgres/catalog/value_sql.h"
#include "postgres/codec/wire.h"
#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

using base::Error;
using base::ErrorKind;

// The size at which a batch is handed on: large enough that a write costs nothing, small enough for any cache.
constexpr std::size_t kBatchBytes = std::size_t{256} << 10;
// "PGCOPY\n\377\r\n\0", flags, length of the extension area (PostgreSQL manual, COPY, "Binary Format").
constexpr std::size_t kHeaderBytes = 19;

template <typename Integer>
Integer read_integer(std::string_view& bytes, const std::string& table) {
  if (bytes.size() < sizeof(Integer)) throw Error(ErrorKind::kInternal, "the server sent a cut row of " + table);
  const auto value = load<Integer>(bytes.data());
  bytes.remove_prefix(sizeof value);
  return value;
}

std::string select_list(const TableDetails& table) {
  std::vector<std::string> list;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (table.table.columns[i].generated) continue;
    std::string column = quote_name(table.table.columns[i].name);
    switch (transport_of(table.columns[i].type)) {
      case Transport::kBinary:
        break;
      case Transport::kText:
        column = text_of_any(column);
        break;
      case Transport::kTextArray:
        column = text_array_of(table.columns[i].type, column);
        break;
    }
    list.push_back(std::move(column));
  }
  return join(list, ", ");
}

// Children by inheritance are tables of their own, unless they are read through the parent; partitions are always.
std::string rows_of(const TableDetails& table) {
  return (table.partitioned || !table.read_through.empty() ? "" : "ONLY ") + quote_name(table.table.name);
}

std::string condition(const TableDetails& table, const engine::TableQuery& query) {
  std::vector<std::string> parts;
  // A line break ends a trailing `-- comment` of the user's; the parenthesis keeps an OR together.
  if (!query.where.empty()) parts.push_back("(" + query.where + "\n)");
  if (!table.read_through.empty()) {
    std::vector<std::uint32_t> oids = table.read_through;
    oids.push_back(table.oid);
    parts.push_back("t.tableoid = ANY (" + oid_array(oids) + ")");
  }
  return parts.empty() ? std::string{} : " WHERE " + join(parts, " AND ");
}

// What COPY is to send: the rows of a query, or of a whole table by its name alone, for then it takes a lock of the
// table and none of its indexes, as planning a query does. That counts where there are thousands of tables.
std::string copied(const TableDetails& table, const std::string& query) {
  const std::string list = select_list(table);
  const bool is_binary = std::ranges::all_of(
      table.columns, [](const ColumnDetails& column) { return transport_of(column.type) == Transport::kBinary; });
  const std::string name = quote_name(table.table.name);
  const bool is_whole = query == "SELECT " + list + " FROM ONLY " + name + " AS t";
  return is_whole && is_binary && !list.empty() ? name + " (" + list + ")" : "(" + query + ")";
}

// Two exports of the same rows stand in the same order whatever the collation of either database is: text by its
// bytes. Without an identity the whole row orders itself.
std::string order_by(const TableDetails& table) {
  std::vector<std::string> keys;
  for (const std::string& column : table.table.identity()) {
    const ColumnType& type = table.details_of(column).type;
    const bool orders_itself = type.kind == 'b' && type.element_oid == 0 && transport_of(type) == Transport::kBinary &&
                               type.type_name != "json" && type.type_name != "xml" && type.type_name != "citext" &&
                               type.type_name.find("char") == std::string::npos && type.type_name != "text" &&
                               type.type_name != "name";
    keys.push_back(orders_itself ? quote_name(column)
                                 : "(" + text_of(type, quote_name(column)) + ") COLLATE pg_catalog.\"C\"");
  }
  // t.*, not t: that would be a column called t.
  if (keys.empty()) return " ORDER BY pg_catalog.format('%s', t.*) COLLATE pg_catalog.\"C\"";
  return " ORDER BY " + join(keys, ", ");
}

}  // namespace

Reader::Reader(Connection& connection, const TableDetails& table, const engine::TableQuery& query)
    : connection_(connection), table_(table), table_name_(table.table.name.name), has_condition_(!query.where.empty()) {
  base::ByteBuffer label;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (table.table.columns[i].generated) continue;
    label.clear();
    if (!fields_.empty()) label.append(',');
    format::append_json_string(label, table.table.columns[i].name);
    label.append(':');
    fields_.push_back({std::string(label.view()), table.table.columns[i].name, Codec(table.columns[i].type)});
  }
  std::string sql = "SELECT " + select_list(table) + " FROM " + rows_of(table) + " AS t" + condition(table, query);
  if (query.order == engine::RowOrder::kIdentity) sql += order_by(table);
  connection_.begin_copy_out("COPY " + copied(table, sql) + " TO STDOUT (FORMAT binary)");
}

Reader::~Reader() = default;

std::uint64_t Reader::read_batch(base::ByteBuffer& out) {
  std::uint64_t records = 0;
  const std::size_t enough = out.size() + kBatchBytes;
  while (!ended_ && out.size() < enough) {
    std::string_view chunk = next_chunk();
    if (chunk.empty()) {
      ended_ = true;
      break;
    }
    if (!header_read_) {
      if (chunk.size() < kHeaderBytes)
        throw Error(ErrorKind::kInternal, "the server sent no COPY header for " + table_name_);
      chunk.remove_prefix(kHeaderBytes);
      header_read_ = true;
    }
    while (!chunk.empty() && append_row(chunk, out)) ++records;
  }
  return records;
}

// A condition may fail on a row only: a division by zero, a cast. Else it is a value that the server cannot turn into
// UTF-8.
std::string_view Reader::next_chunk() {
  try {
    return connection_.next_chunk();
  } catch (const ServerError& error) {
    const std::string& state = error.fields().sqlstate;
    if (state == "22021" || state == "22P05") fail_unconvertible(error);  // no such byte sequence; no such character
    if (!has_condition_ || !error.blames_a_row()) throw;
    throw Error(ErrorKind::kUsage, "--where for " + table_name_ + ": " + error.what(),
                "the condition is SQL over the columns of that table");
  }
}

// The export is over, so its transaction may go: each column is asked alone, to name the one at fault.
void Reader::fail_unconvertible(const ServerError& error) {
  std::string place = quote_name(table_.table.name);
  connection_.execute("ROLLBACK");
  for (const catalog::Column& column : table_.table.columns) {
    const std::string name = quote_name(column.name);
    try {
      connection_.execute("SELECT pg_catalog.count(pg_catalog.convert_to(pg_catalog.format('%s', " + name +
                          "), 'UTF8')) FROM " + quote_name(table_.table.name));
    } catch (const ServerError&) {
      place += "." + name;
      break;
    }
  }
  throw Error(
      ErrorKind::kSchema,
      place + " holds text that is not valid in the database's encoding or cannot be written as UTF-8: " + error.what(),
      "mend those values in the source, or leave the table out with -T");
}

// False: the stream's trailer.
bool Reader::append_row(std::string_view& chunk, base::ByteBuffer& out) {
  const auto count = read_integer<std::int16_t>(chunk, table_name_);
  if (count < 0) return false;
  if (static_cast<std::size_t>(count) != fields_.size()) {
    throw Error(ErrorKind::kInternal, "the server sent a row of another shape for " + table_name_);
  }
  const std::string_view row = chunk;
  const std::uint64_t start = out.end();
  try {
    out.limit_end(start + format::kMaxRecordBytes);
    append_fields(chunk, out);
    if (out.end() - start > format::kMaxRecordBytes) fail_too_long(row);
  } catch (const base::ByteBuffer::LimitPassed&) {
    fail_too_long(row);
  }
  out.append(",\n");
  return true;
}

void Reader::append_fields(std::string_view& chunk, base::ByteBuffer& out) const {
  out.append('{');
  for (const Field& field : fields_) {
    out.append(field.label);
    const std::optional<std::string_view> value = read_field(chunk);
    if (value) {
      field.codec.decode(out, *value);
    } else {
      out.append("null");
    }
  }
  out.append('}');
}

// Nothing: NULL.
std::optional<std::string_view> Reader::read_field(std::string_view& chunk) const {
  const auto bytes = read_integer<std::int32_t>(chunk, table_name_);
  if (bytes < 0) return std::nullopt;
  if (chunk.size() < static_cast<std::size_t>(bytes))
    throw Error(ErrorKind::kInternal, "the server sent a cut row of " + table_name_);
  const std::string_view value = chunk.substr(0, static_cast<std::size_t>(bytes));
  chunk.remove_prefix(value.size());
  return value;
}

void Reader::fail_too_long(std::string_view row) const {
  const std::vector<std::string> identity = table_.table.identity();
  std::string key;
  for (const Field& field : fields_) {
    const std::optional<std::string_view> value = read_field(row);
    if (!value || std::ranges::find(identity, field.column) == identity.end()) continue;
    base::ByteBuffer json;
    field.codec.decode(json, *value);
    key += (key.empty() ? "" : ", ") + field.column + "=" + engine::shown_in_key(std::string(json.view()));
  }
  engine::fail_record_too_long(table_name_, key);
}

}  // namespace postgres
