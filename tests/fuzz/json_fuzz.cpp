// The strict check of JSON and the readers of records and arrays, against the oracle: they take what it takes, with the
// same values, and nothing else.
#include <algorithm>
#include <tuple>

#include "base/error.h"
#include "format/array_reader.h"
#include "format/container_scanner.h"
#include "format/json_check.h"
#include "format/row_parser.h"
#include "fuzz/json_oracle.h"
#include "fuzz/target.h"

namespace {

using base::Error;
using base::ErrorKind;
using format::Strictness;
using fuzz::Json;
using fuzz::require;

bool may_be_too_deep(std::string_view text) {
  return std::count_if(text.begin(), text.end(), [](char byte) { return byte == '[' || byte == '{'; }) >
         static_cast<std::ptrdiff_t>(format::ContainerScanner::kMaxDepth) - 2;
}

void read_array(std::string_view text, const Json& json) {
  format::ArrayReader reader(text);
  format::Value element;
  for (const Json& expected : json) {
    require(reader.next(element), "an array has the elements that the oracle sees");
    require(fuzz::agrees(element, expected), "an element is what the oracle sees");
    if (expected.is_array()) read_array(std::string(element.text), expected);
  }
  require(!reader.next(element), "an array has no more elements than the oracle sees");
}

// Empty: it was refused.
std::optional<ErrorKind> refusal(std::string_view text, const std::vector<std::string>& columns, Strictness strictness,
                                 const Json* json) {
  const std::string padded = std::string(text) + std::string(format::kRecordPaddingBytes, ' ');
  format::RowParser parser(columns, strictness, "t");
  try {
    const auto values = parser.parse({1, 0, std::string_view(padded).substr(0, text.size())});
    for (std::size_t i = 0; json != nullptr && i < columns.size(); ++i)
      require(fuzz::agrees(values[i], json->at(columns[i])), "a field is what the oracle sees");
    return std::nullopt;
  } catch (const Error& error) {
    require(error.kind() == ErrorKind::kFile || error.kind() == ErrorKind::kSchema,
            "a record is refused for its JSON or for a key that is no column");
    return error.kind();
  }
}

void read_object(std::string_view text, const Json& json) {
  std::vector<std::string> columns;
  for (const auto& [key, value] : json.items()) columns.push_back(key);
  for (const Strictness strictness : {Strictness::kFull, Strictness::kTrusted}) {
    const auto refused = refusal(text, columns, strictness, nullptr);
    if (refused) {
      // The oracle keeps one of two members of a name without a word.
      require(refused == ErrorKind::kFile, "every key is a column");
      std::size_t keys = 0;
      std::ignore = Json::parse(text.begin(), text.end(), [&](int depth, Json::parse_event_t event, Json&) {
        keys += depth == 1 && event == Json::parse_event_t::key ? 1 : 0;
        return true;
      });
      require(keys != columns.size(), "an object whose keys differ is taken");
    } else {
      refusal(text, columns, strictness, &json);
    }
  }
}

// The splitter hands out only what has matching brackets; nothing may break on anything else either.
void read_anything(std::string_view text, bool sound) {
  if (text.starts_with('{') && text.ends_with('}')) {
    const auto refused = refusal(text, {"a", "b"}, Strictness::kFull, nullptr);
    require(refused || sound, "only JSON is taken for a record");
    refusal(text, {"a", "b"}, Strictness::kTrusted, nullptr);
  }
  if (text.starts_with('[') && text.ends_with(']')) {
    try {
      format::ArrayReader reader(text);
      for (format::Value element; reader.next(element);) continue;
    } catch (const Error& error) {
      require(error.kind() == ErrorKind::kFile, "a damaged array is Error(kFile)");
    }
  }
}

}  // namespace

FUZZ_TARGET(json) {
  const auto fault = format::find_json_fault(input);
  require(!fault || fault->offset <= input.size(), "a fault lies inside the text");
  read_anything(input, !fault);
  const fuzz::Judged judged = fuzz::judge(input);
  if (judged.opinion == fuzz::Opinion::kFaulty) require(fault.has_value(), "only JSON is sound");
  if (judged.opinion != fuzz::Opinion::kSound || may_be_too_deep(input)) return;
  if (input.starts_with("\xef\xbb\xbf")) return;  // the oracle skips a byte order mark
  require(!fault, "all JSON is sound");
  const std::size_t begin = input.find_first_not_of(" \n\r\t");
  const std::string_view value = input.substr(begin, input.find_last_not_of(" \n\r\t") + 1 - begin);
  if (judged.value.is_array()) read_array(value, judged.value);
  if (judged.value.is_object()) read_object(value, judged.value);
}
