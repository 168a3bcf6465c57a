// One field of a record as it is in the file: what kind of JSON value, and its text.
// A Value only views: the record's bytes or the parser's own string buffer. It is good until the next record.
#pragma once

#include <cstdint>
#include <string_view>

namespace format {

enum class ValueKind : std::uint8_t { kMissing, kNull, kBoolean, kNumber, kString, kArray, kObject };

struct Value {
  ValueKind kind = ValueKind::kMissing;
  // kBoolean: "true" or "false". kNumber: the token as written. kString: the text, unescaped, valid UTF-8 (may hold
  // NUL). kArray, kObject: the JSON text as written, brackets included.
  std::string_view text;
};

}  // namespace format
