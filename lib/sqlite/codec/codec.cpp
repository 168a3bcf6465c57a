#include "sqlite/codec/codec.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>

#include "base/base64.h"
#include "format/json_text.h"
#include "sqlite/codec/number_text.h"
#include "sqlite/codec/tagged_object.h"
#include "sqlite/session/sql_text.h"

namespace sqlite {
namespace {

using format::Value;
using format::ValueKind;

constexpr std::int64_t kLargestExactInteger = (std::int64_t{1} << 53) - 1;  // what every JSON reader keeps exactly

bool refuse(std::string& reason, std::string words) {
  reason = std::move(words);
  return false;
}

std::string shortened(std::string_view text) {
  return text.size() <= 60 ? std::string(text) : std::string(text.substr(0, 57)) + "...";
}

bool holds(std::string_view declared, std::string_view part) {
  for (std::size_t at = 0; at + part.size() <= declared.size(); ++at) {
    if (same_name(declared.substr(at, part.size()), part)) return true;
  }
  return false;
}

void append_tagged(base::ByteBuffer& out, std::string_view tag, std::string_view plain) {
  out.append("{\"$");
  out.append(tag);
  out.append("\": \"");
  out.append(plain);
  out.append("\"}");
}

void append_tagged_bytes(base::ByteBuffer& out, std::string_view tag, std::string_view bytes) {
  out.append("{\"$");
  out.append(tag);
  out.append("\": \"");
  constexpr std::size_t kPieceBytes = 3 * (base::ByteBuffer::kLargeBytes / 3);  // three bytes are four digits
  for (; bytes.size() > kPieceBytes; bytes.remove_prefix(kPieceBytes)) {
    base::append_base64(out, bytes.substr(0, kPieceBytes));
    out.spill();
  }
  base::append_base64(out, bytes);
  out.append("\"}");
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// PostgreSQL's bytea_output = hex; empty: anything else.
std::optional<std::string> bytea(std::string_view text) {
  if (!text.starts_with("\\x") || text.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  for (std::size_t i = 2; i + 1 < text.size(); i += 2) {
    const int high = hex_digit(text[i]);
    const int low = hex_digit(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes += static_cast<char>(high * 16 + low);
  }
  return bytes;
}

std::optional<double> tagged_real(std::string_view text) {
  if (text == "Infinity") return HUGE_VAL;
  if (text == "-Infinity") return -HUGE_VAL;
  return read_real(text);
}

}  // namespace

ColumnType column_type(std::string_view declared, bool strict) {
  ColumnType type;
  type.holds_bytes = holds(declared, "BLOB") || same_name(declared, "BYTEA");
  if (strict) {
    type.strict_type = declared;
    if (same_name(declared, "ANY")) return type;  // whatever it is given
  }
  if (holds(declared, "INT")) {
    type.affinity = Affinity::kInteger;
  } else if (holds(declared, "CHAR") || holds(declared, "CLOB") || holds(declared, "TEXT")) {
    type.affinity = Affinity::kText;
  } else if (declared.empty() || holds(declared, "BLOB")) {
    type.affinity = Affinity::kNone;
  } else if (holds(declared, "REAL") || holds(declared, "FLOA") || holds(declared, "DOUB")) {
    type.affinity = Affinity::kReal;
  } else {
    type.affinity = Affinity::kNumeric;
  }
  return type;
}

bool is_text_type(std::string_view declared) {
  if (declared.ends_with("]")) return false;
  const std::string_view word = declared.substr(0, declared.find_first_of(" ("));
  return std::ranges::none_of(
      std::to_array<std::string_view>({"smallint", "integer", "int", "bigint", "numeric", "decimal", "real", "double",
                                       "float", "money", "json", "jsonb"}),
      [&](std::string_view number) { return same_name(word, number); });
}

void Codec::decode(base::ByteBuffer& out, const Cell& cell) const {
  switch (cell.storage) {
    case StorageClass::kNull:
      return out.append("null");
    case StorageClass::kReal:
      return decode_real(out, cell.real);
    case StorageClass::kText:
      return decode_text(out, cell.bytes);
    case StorageClass::kBlob:
      return append_tagged_bytes(out, "bytes", cell.bytes);
    case StorageClass::kInteger:
      break;
  }
  char text[24];
  const std::string_view digits(
      text, static_cast<std::size_t>(std::to_chars(text, text + sizeof text, cell.integer).ptr - text));
  if (cell.integer >= -kLargestExactInteger && cell.integer <= kLargestExactInteger) {
    out.append(digits);
  } else if (type_.affinity == Affinity::kInteger || type_.affinity == Affinity::kNumeric) {
    out.append('"');
    out.append(digits);
    out.append('"');
  } else {
    append_tagged(out, "integer", digits);
  }
}

void Codec::decode_real(base::ByteBuffer& out, double value) const {
  const bool minus_zero = value == 0 && std::signbit(value);
  const bool looks_integer = is_integral(value) && type_.affinity != Affinity::kReal;
  if (!std::isfinite(value) || minus_zero || looks_integer) return append_tagged(out, "real", real_text(value));
  char* const start = out.room(32);
  out.advance(static_cast<std::size_t>(std::to_chars(start, start + 32, value).ptr - start));
}

void Codec::decode_text(base::ByteBuffer& out, std::string_view text) const {
  const bool plain =
      text.find('\0') == std::string_view::npos && is_utf8(text) && !(type_.holds_bytes && bytea(text).has_value());
  if (plain) return format::append_json_string(out, text);
  append_tagged_bytes(out, "text", text);
}

bool Codec::bind(Statement& statement, int parameter, const Value& value, std::string& reason) const {
  switch (value.kind) {
    case ValueKind::kMissing:
      return refuse(reason, "is missing in the record");
    case ValueKind::kNull:
      statement.bind_null(parameter);
      return true;
    case ValueKind::kBoolean:
      if (type_.affinity == Affinity::kText) {
        statement.bind_text(parameter, value.text);
      } else {
        statement.bind_integer(parameter, value.text == "true" ? 1 : 0);
      }
      return true;
    case ValueKind::kNumber:
      return bind_number(statement, parameter, value.text, reason);
    case ValueKind::kString:
      return bind_string(statement, parameter, value.text, reason);
    case ValueKind::kObject:
      return bind_object(statement, parameter, value.text, reason);
    case ValueKind::kArray:
      statement.bind_text(parameter, value.text);
      return true;
  }
  return false;
}

bool Codec::bind_number(Statement& statement, int parameter, std::string_view token, std::string& reason) const {
  if (type_.affinity == Affinity::kText) return statement.bind_text(parameter, token), true;
  // A real is read as one, so that it is rounded once; elsewhere digits alone are an integer.
  const auto integer = type_.affinity == Affinity::kReal ? std::nullopt : read_integer(token);
  if (integer) return statement.bind_integer(parameter, *integer), true;
  const auto real = read_real(token);
  if (!real) return refuse(reason, shortened(token) + " is out of range");
  statement.bind_real(parameter, *real);
  return true;
}

bool Codec::bind_string(Statement& statement, int parameter, std::string_view text, std::string& reason) const {
  if (type_.holds_bytes) {
    if (const auto bytes = bytea(text)) return statement.copy_blob(parameter, *bytes), true;
  }
  // SQLite would round the digits in silence.
  const bool exact_integer = type_.affinity != Affinity::kReal && read_integer(text);
  if (is_numeric() && !exact_integer && precision_as_real(text) == Precision::kLost) {
    return refuse(reason, shortened(text) + " has more digits than a number of SQLite keeps; a TEXT column holds it");
  }
  if (type_.keeps_form && is_numeric() && !keeps_form(text, type_.affinity == Affinity::kReal))
    return refuse(reason,
                  "the text " + shortened(text) + " would become a number of another form; a TEXT column holds it");
  statement.bind_text(parameter, text);
  return true;
}

bool Codec::bind_object(Statement& statement, int parameter, std::string_view object, std::string& reason) const {
  TaggedObject tagged;
  if (!read_tagged_object(object, tagged)) return statement.bind_text(parameter, object), true;
  if (tagged.tag == "$json") return statement.bind_text(parameter, tagged.content), true;
  for (const std::string_view tag : {"$bytes", "$text", "$integer", "$real", "$json_text"}) {
    if (tagged.tag != tag) continue;
    std::string content;
    if (!read_string(tagged.content, content))
      return refuse(reason, "the content of \"" + std::string(tag) + "\" is not a string");
    return bind_tagged(statement, parameter, tag, content, reason);
  }
  statement.bind_text(parameter, object);
  return true;
}

bool Codec::bind_tagged(Statement& statement, int parameter, std::string_view tag, std::string_view content,
                        std::string& reason) const {
  const std::string name = "\"" + std::string(tag) + "\"";
  if (tag == "$json_text") return statement.copy_text(parameter, content), true;
  if (tag == "$integer") {
    const auto integer = read_integer(content);
    if (!integer) return refuse(reason, "the content of " + name + " is no integer of 64 bits");
    statement.bind_integer(parameter, *integer);
    return true;
  }
  if (tag == "$real") {
    const auto real = tagged_real(content);
    if (!real) return refuse(reason, "the content of " + name + " is no real number");
    statement.bind_real(parameter, *real);
    return true;
  }
  std::string bytes;
  if (!base::decode_base64(content, bytes)) return refuse(reason, "the content of " + name + " is not base64");
  if (tag == "$bytes") return statement.copy_blob(parameter, bytes), true;
  if (type_.utf16 && !is_utf8(bytes)) return refuse(reason, "is no valid UTF-8, and the target stores UTF-16");
  statement.copy_text(parameter, bytes);
  return true;
}

}  // namespace sqlite
