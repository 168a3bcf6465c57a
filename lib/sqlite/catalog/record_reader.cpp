#include "sqlite/catalog/record_reader.h"

#include <algorithm>
#include <utility>

#include "base/terminal.h"
#include "engine/record_limit.h"
#include "format/json_text.h"
#include "format/record_limit.h"

namespace sqlite {
namespace {

using base::Error;
using base::ErrorKind;

// The size at which a batch is handed on: large enough that a write costs nothing, small enough for any cache.
constexpr std::size_t kBatchBytes = std::size_t{256} << 10;

}  // namespace

RecordReader::RecordReader(Connection& connection, std::string table, const std::vector<Column>& columns,
                           std::vector<std::string> identity, Statement rows)
    : connection_(connection), table_(std::move(table)), identity_(std::move(identity)), rows_(std::move(rows)) {
  base::ByteBuffer label;
  for (const Column& column : columns) {
    label.clear();
    if (!fields_.empty()) label.append(',');
    format::append_json_string(label, column.name);
    label.append(':');
    fields_.push_back({std::string(label.view()), column.name, column.codec});
  }
}

std::uint64_t RecordReader::read_batch(base::ByteBuffer& out) {
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

bool RecordReader::next_row() {
  try {
    return rows_.next();
  } catch (const SqliteError& error) {
    explain(error);
    throw;
  }
}

void RecordReader::append_row(base::ByteBuffer& out) const {
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

void RecordReader::fail_too_long() const {
  std::string key;
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    if (std::ranges::find(identity_, fields_[i].name) == identity_.end()) continue;
    base::ByteBuffer json;
    fields_[i].codec.decode(json, rows_.cell(static_cast<int>(i)));
    key += (key.empty() ? "" : ", ") + fields_[i].name + "=" + engine::shown_in_key(std::string(json.view()));
  }
  engine::fail_record_too_long(table_, key);
}

void RecordReader::append_fields(base::ByteBuffer& out) const {
  out.append('{');
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    const int column = static_cast<int>(i);
    if (connection_.is_utf16() && rows_.is_broken_utf16(column)) {
      throw Error(ErrorKind::kSchema,
                  base::printable(table_) + "." + base::printable(fields_[i].name) +
                      " holds text that is no valid UTF-16 and cannot be written as UTF-8",
                  "mend those values in the source, or leave the table out with -T");
    }
    out.append(fields_[i].label);
    fields_[i].codec.decode(out, rows_.cell(column));
  }
  out.append('}');
}

}  // namespace sqlite
