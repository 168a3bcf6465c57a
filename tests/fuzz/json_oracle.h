// nlohmann::json as the second opinion on JSON: it shares no code with the readers that are tested.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "format/row_parser.h"
#include "format/value.h"
#include "fuzz/target.h"

namespace fuzz {

using Json = nlohmann::ordered_json;

// kUndecided: it has no say, because a number is larger than a double, or because a NUL ends the text for it.
enum class Opinion { kSound, kFaulty, kUndecided };

struct Judged {
  Opinion opinion = Opinion::kUndecided;
  Json value;
};

inline Judged judge(std::string_view text) {
  constexpr int kNumberOverflow = 406;
  if (text.find('\0') != std::string_view::npos) return {};
  try {
    return {Opinion::kSound, Json::parse(text.begin(), text.end())};
  } catch (const Json::exception& error) {
    return {error.id == kNumberOverflow ? Opinion::kUndecided : Opinion::kFaulty, {}};
  }
}

// Whether a field that our reader took apart is the value that the oracle sees.
inline bool agrees(const format::Value& value, const Json& json) {
  switch (value.kind) {
    case format::ValueKind::kMissing:
      return false;
    case format::ValueKind::kNull:
      return json.is_null();
    case format::ValueKind::kBoolean:
      return json.is_boolean() && json.get<bool>() == (value.text == "true");
    case format::ValueKind::kString:
      return json.is_string() && json.get_ref<const std::string&>() == value.text;
    case format::ValueKind::kNumber:
      return json.is_number() && judge(value.text).value == json;
    case format::ValueKind::kArray:
      return json.is_array() && judge(value.text).value == json;
    case format::ValueKind::kObject:
      return json.is_object() && judge(value.text).value == json;
  }
  return false;
}

// A value as the importer would see it in a record; owns the text that it views. Throws what the row parser throws.
class OneValue {
 public:
  explicit OneValue(std::string_view json) {
    text_.append("{\"v\": ").append(json).append("}");
    const std::size_t bytes = text_.size();
    text_.append(format::kRecordPaddingBytes, ' ');
    value_ = parser_.parse({1, 0, std::string_view(text_).substr(0, bytes)}).front();
  }
  OneValue(const OneValue&) = delete;
  OneValue& operator=(const OneValue&) = delete;

  const format::Value& value() const { return value_; }

 private:
  std::string text_;
  format::RowParser parser_{{"v"}, format::Strictness::kFull, "t"};
  format::Value value_;
};

}  // namespace fuzz
