#include "postgres/catalog/record_reader.h"

#include <algorithm>
#include <utility>

#include "engine/record_limit.h"
#include "format/json_text.h"
#include "format/record_limit.h"
#include "postgres/catalog/value_sql.h"
#include "postgres/codec/wire.h"

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

}  // namespace

std::string sent_value(const ColumnType& type, const std::string& value) {
  switch (transport_of(type)) {
    case Transport::kBinary:
      break;
    case Transport::kText:
      return text_of_any(value);
    case Transport::kTextArray:
      return text_array_of(type, value);
  }
  return value;
}

RecordReader::RecordReader(Connection& connection, std::string table, const std::vector<Column>& columns,
                           std::vector<std::string> identity, const std::string& copied)
    : RecordReader([&connection] { return connection.next_chunk(); }, std::move(table), columns, std::move(identity),
                   0) {
  connection.begin_copy_out("COPY " + copied + " TO STDOUT (FORMAT binary)");
}

RecordReader::RecordReader(std::function<std::string_view()> chunks, std::string table,
                           const std::vector<Column>& columns, std::vector<std::string> identity,
                           std::size_t passed_over)
    : chunks_(std::move(chunks)), table_(std::move(table)), identity_(std::move(identity)), passed_over_(passed_over) {
  base::ByteBuffer label;
  for (const Column& column : columns) {
    label.clear();
    if (!fields_.empty()) label.append(',');
    format::append_json_string(label, column.name);
    label.append(':');
    fields_.push_back({std::string(label.view()), column.name, column.codec});
  }
}

RecordReader::~RecordReader() = default;

std::uint64_t RecordReader::read_batch(base::ByteBuffer& out) {
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
        throw Error(ErrorKind::kInternal, "the server sent no COPY header for " + table_);
      chunk.remove_prefix(kHeaderBytes);
      header_read_ = true;
    }
    while (!chunk.empty() && append_row(chunk, out)) ++records;
  }
  return records;
}

std::string_view RecordReader::next_chunk() {
  try {
    return chunks_();
  } catch (const ServerError& error) {
    explain(error);
    throw;
  }
}

// False: the stream's trailer.
bool RecordReader::append_row(std::string_view& chunk, base::ByteBuffer& out) {
  const auto count = read_integer<std::int16_t>(chunk, table_);
  if (count < 0) return false;
  if (static_cast<std::size_t>(count) != passed_over_ + fields_.size()) {
    throw Error(ErrorKind::kInternal, "the server sent a row of another shape for " + table_);
  }
  for (std::size_t i = 0; i < passed_over_; ++i) read_field(chunk);
  const std::string_view row = chunk;
  const std::uint64_t start = out.end();
  try {
    out.limit_end(start + format::kMaxRecordBytes);
    append_fields(chunk, out);
    if (out.end() - start > format::kMaxRecordBytes) fail_too_long(row);
  } catch (const base::ByteBuffer::LimitPassed&) {
    fail_too_long(row);
  }
  if (ends_ != nullptr) ends_->push_back(out.size());
  out.append(",\n");
  return true;
}

void RecordReader::append_fields(std::string_view& chunk, base::ByteBuffer& out) const {
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
std::optional<std::string_view> RecordReader::read_field(std::string_view& chunk) const {
  const auto bytes = read_integer<std::int32_t>(chunk, table_);
  if (bytes < 0) return std::nullopt;
  if (chunk.size() < static_cast<std::size_t>(bytes))
    throw Error(ErrorKind::kInternal, "the server sent a cut row of " + table_);
  const std::string_view value = chunk.substr(0, static_cast<std::size_t>(bytes));
  chunk.remove_prefix(value.size());
  return value;
}

void RecordReader::fail_too_long(std::string_view row) const {
  std::string key;
  for (const Field& field : fields_) {
    const std::optional<std::string_view> value = read_field(row);
    if (!value || std::ranges::find(identity_, field.column) == identity_.end()) continue;
    base::ByteBuffer json;
    field.codec.decode(json, *value);
    key += (key.empty() ? "" : ", ") + field.column + "=" + engine::shown_in_key(std::string(json.view()));
  }
  engine::fail_record_too_long(table_, key);
}

}  // namespace postgres
