#include "format/writer.h"

#include <fmt/format.h>

#include "base/error.h"
#include "format/json_text.h"

namespace format {
namespace {

constexpr std::size_t kFlushBytes = std::size_t{256} << 10;
// After every record, so that a section may end with any of them.
constexpr std::string_view kSeparator = ",\n";

[[noreturn]] void fail(const std::string& what) {
  throw base::Error(base::ErrorKind::kInternal, "writing the export: " + what);
}

}  // namespace

Writer::Writer(base::ByteSink& sink, const Header& header) : sink_(sink), buffer_(2 * kFlushBytes) {
  for (const catalog::Table& table : header.tables) {
    seal_.tables.emplace_back(section_name(table.name, header.schemas), 0);
  }
  buffer_.append(header_text(header));
  buffer_.on_spill([this] { flush(0); });  // what a record of a large value has so far
}

void Writer::begin_table(std::size_t index) {
  if (in_table_) fail("a table is begun inside another");
  if (index != next_table_ || index >= seal_.tables.size()) {
    fail(fmt::format("table {} is begun where table {} of {} is due", index, next_table_, seal_.tables.size()));
  }
  in_table_ = true;
  append_json_string(buffer_, seal_.tables[index].first);
  buffer_.append(": [\n");
}

void Writer::end_batch(std::uint64_t records) {
  if (!in_table_) fail("records outside a table");
  if (records != 0 && !buffer_.view().ends_with(kSeparator)) fail("a record without its separator");
  seal_.tables[next_table_].second += records;
  seal_.rows += records;
  if (buffer_.size() > kFlushBytes) flush(kSeparator.size());
}

void Writer::end_table() {
  if (!in_table_) fail("a table is ended that was not begun");
  if (seal_.tables[next_table_].second != 0) {
    buffer_.truncate(buffer_.size() - kSeparator.size());
    buffer_.append('\n');
  }
  in_table_ = false;
  ++next_table_;
  buffer_.append(next_table_ == seal_.tables.size() ? "]\n" : "],\n");
  if (buffer_.size() > kFlushBytes) flush(0);
}

Seal Writer::finish() {
  if (in_table_ || next_table_ != seal_.tables.size()) fail("it is ended before its last table");
  buffer_.append("},\n");
  flush(0);
  seal_.bytes = flushed_bytes_;
  seal_.sha256 = sha256_.hex();
  buffer_.append(seal_line(seal_));
  buffer_.append("\n}\n");
  sink_.write(buffer_.view());
  flushed_bytes_ += buffer_.size();
  buffer_.clear();
  return seal_;
}

void Writer::flush(std::size_t kept_bytes) {
  const std::size_t bytes = buffer_.size() - kept_bytes;
  const std::string_view chunk = buffer_.view().substr(0, bytes);
  sha256_.update(chunk);
  sink_.write(chunk);
  flushed_bytes_ += bytes;
  buffer_.drop_front(bytes);
}

}  // namespace format
