#include "transfer/constants.h"

#include <algorithm>

#include "format/row_splitter.h"

namespace transfer {
namespace {

std::vector<std::string> numbers(std::size_t count) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < count; ++i) names.push_back(std::to_string(i));
  return names;
}

// {"0": true, "1": "text"}
std::string as_record(const std::vector<std::string>& values) {
  std::string text;
  for (std::size_t i = 0; i < values.size(); ++i)
    text += (i == 0 ? "{\"" : ", \"") + std::to_string(i) + "\": " + values[i];
  return text + "}";
}

}  // namespace

Constants::Constants(std::size_t columns, const std::vector<std::string>& values)
    : columns_(columns), parser_(numbers(values.size()), format::Strictness::kFull, "\"set\" of the transfer file") {
  if (values.empty()) return;
  text_ = as_record(values);
  const std::size_t bytes = text_.size();
  text_.append(format::kRecordPaddingBytes, ' ');
  const std::span<const format::Value> parsed = parser_.parse({1, 0, std::string_view(text_).substr(0, bytes)});
  constants_.assign(parsed.begin(), parsed.end());
}

std::span<const format::Value> Constants::add_to(std::span<const format::Value> record) {
  if (constants_.empty()) return record;
  const std::span<const format::Value> own = record.first(std::min(columns_, record.size()));
  values_.assign(own.begin(), own.end());
  values_.insert(values_.end(), constants_.begin(), constants_.end());
  const std::span<const format::Value> beside = record.subspan(own.size());
  values_.insert(values_.end(), beside.begin(), beside.end());
  return values_;
}

}  // namespace transfer
