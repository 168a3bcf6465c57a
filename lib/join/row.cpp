#include "join/row.h"

#include <cstring>

namespace join {

std::vector<std::string_view> values_of(const Row& row) {
  std::vector<std::string_view> values;
  for (std::string_view rest = row.values; !rest.empty();) {
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, rest.data(), sizeof bytes);
    values.push_back(rest.substr(sizeof bytes, bytes));
    rest.remove_prefix(sizeof bytes + bytes);
  }
  return values;
}

void RowForm::make(std::span<const format::Value> record, Row& row) {
  row.key.clear();
  row.values.clear();
  buffer_.clear();
  ends_.clear();
  for (const Column& column : columns_) {
    append_value(buffer_, column.form, record[column.value]);
    ends_.push_back(buffer_.size());
  }
  std::size_t begin = 0;
  for (const std::size_t end : ends_) {
    const std::uint64_t bytes = end - begin;
    row.values.append(reinterpret_cast<const char*>(&bytes), sizeof bytes);
    row.values.append(buffer_.view().substr(begin, bytes));
    begin = end;
  }
  for (const std::size_t column : key_) {
    const std::size_t start = column == 0 ? 0 : ends_[column - 1];
    append_key(row.key, buffer_.view().substr(start, ends_[column] - start));
  }
  if (key_.empty()) row.key = row.values;
}

}  // namespace join
