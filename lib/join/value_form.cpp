#include "join/value_form.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "format/array_reader.h"
#include "format/json_check.h"
#include "format/json_string.h"
#include "format/json_text.h"
#include "join/json_form.h"
#include "join/time_form.h"

namespace join {
namespace {

using format::Value;
using format::ValueKind;
using Kind = ValueForm::Kind;

constexpr std::string_view kDigits = "0123456789";
constexpr std::size_t kExactDigits = 15;  // of an integer that every reader of JSON keeps

bool is_digits(std::string_view text) { return text.find_first_not_of(kDigits) == std::string_view::npos; }

// Without a sign before zero and zeros in front; none: it is no plain number.
std::optional<std::string> decimal_text(std::string_view text, int scale) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  const std::size_t point = std::min(text.find('.'), text.size());
  std::string_view whole = text.substr(0, point);
  const std::string_view fraction = text.substr(std::min(point + 1, text.size()));
  if (whole.size() + fraction.size() == 0 || !is_digits(whole) || !is_digits(fraction)) return std::nullopt;
  whole.remove_prefix(std::min(whole.find_first_not_of('0'), whole.size()));
  std::string plain =
      (whole.empty() ? "0" : std::string(whole)) + (fraction.empty() ? "" : ".") + std::string(fraction);
  if (scale > 0 && fraction.size() < static_cast<std::size_t>(scale)) {
    if (fraction.empty()) plain += '.';
    plain.append(static_cast<std::size_t>(scale) - fraction.size(), '0');
  }
  const bool zero = plain.find_first_not_of("0.") == std::string::npos;
  return (negative && !zero ? "-" : "") + plain;
}

std::optional<std::string> integer_text(std::string_view text) {
  if (text.find('.') != std::string_view::npos) return std::nullopt;
  return decimal_text(text, -1);
}

template <typename Real>
std::optional<std::string> real_text(std::string_view text) {
  Real value = 0;
  const char* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || at != end || !std::isfinite(value)) return std::nullopt;
  char digits[64];
  return std::string(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
}

std::optional<std::string> bytes_text(std::string_view text) {
  if (!text.starts_with("\\x")) return std::nullopt;
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(),
                         [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c; });
  return lower;
}

std::optional<std::string> uuid_text(std::string_view text) {
  std::string digits;
  for (char c : text) {
    if (c == '-' || c == '{' || c == '}') continue;
    if (c >= 'A' && c <= 'F') c = static_cast<char>(c + 32);
    if (kDigits.find(c) == std::string_view::npos && (c < 'a' || c > 'f')) return std::nullopt;
    digits += c;
  }
  if (digits.size() != 32) return std::nullopt;
  for (const std::size_t at : {20, 16, 12, 8}) digits.insert(at, 1, '-');
  return digits;
}

// What a text or a number is of such a type; none: it stays as it is written.
std::optional<std::string> plain_text(const ValueForm& form, const Value& value) {
  switch (form.kind) {
    case Kind::kInteger:
      return integer_text(value.text);
    case Kind::kDecimal:
      return decimal_text(value.text, form.scale);
    case Kind::kRealOfSqlite:
      return value.kind == ValueKind::kNumber ? real_text<double>(value.text) : std::nullopt;
    case Kind::kReal:
      return real_text<double>(value.text);
    case Kind::kShortReal:
      return real_text<float>(value.text);
    case Kind::kPadded:
      return std::string(value.text.substr(0, value.text.find_last_not_of(' ') + 1));
    case Kind::kTimestamp:
      return timestamp_text(value.text, Zone::kNone);
    case Kind::kTimestamptz:
      return timestamp_text(value.text, Zone::kUtc);
    case Kind::kUuid:
      return uuid_text(value.text);
    case Kind::kBytes:
      return bytes_text(value.text);
    default:
      return std::nullopt;
  }
}

// As the writer does: integers as numbers as long as every reader keeps them, what has a scale as a text.
bool is_number(Kind kind, std::string_view text) {
  if (kind == Kind::kInteger) return text.size() <= kExactDigits;
  return kind == Kind::kReal || kind == Kind::kShortReal || kind == Kind::kRealOfSqlite;
}

void append_scalar(base::ByteBuffer& out, const ValueForm& form, const Value& value) {
  const std::optional<std::string> text = plain_text(form, value);
  if (text && is_number(form.kind, *text)) return out.append(*text);
  if (text) return format::append_json_string(out, *text);
  if (value.kind == ValueKind::kNumber) return out.append(value.text);
  format::append_json_string(out, value.text);
}

// The text of a document, as the file's value stands for it.
void append_document(base::ByteBuffer& out, const ValueForm& form, const Value& value) {
  const JsonSpelling jsonb = JsonSpelling::kJsonb;
  const bool is_binary = form.kind == Kind::kBinaryDocument;
  out.append(kDocumentSign);
  if (value.kind == ValueKind::kString) return format::append_json_string(out, value.text);
  const WrappedDocument wrapped = value.kind == ValueKind::kObject ? unwrap_document(value.text) : WrappedDocument{};
  if (wrapped.key == "$json_text" && wrapped.value.size() >= 2) {
    base::ByteBuffer text;
    if (format::append_unescaped(text, wrapped.value.substr(1, wrapped.value.size() - 2)))
      return is_binary ? append_json(out, text.view(), jsonb) : out.append(text.view());
  }
  const std::string_view text = wrapped.key == "$json" ? wrapped.value : value.text;
  return is_binary ? append_json(out, text, jsonb) : out.append(text);
}

void append_array(base::ByteBuffer& out, const ValueForm& element, std::string_view array) {
  format::ArrayReader elements(array);
  out.append('[');
  bool first = true;
  for (Value value; elements.next(value); first = false) {
    if (!first) out.append(',');
    if (value.kind == ValueKind::kArray && element.kind != Kind::kVerbatim) {
      append_array(out, element, value.text);
    } else {
      append_value(out, element, value);
    }
  }
  out.append(']');
}

bool holds(std::string_view declared, std::string_view part) {
  const auto same = [](char a, char b) { return (a >= 'a' && a <= 'z' ? a - 32 : a) == b; };
  return std::ranges::search(declared, part, same).begin() != declared.end();
}

// The number after the comma of numeric(10,2); numeric(10) has no digits behind the point.
int scale_of(std::string_view type) {
  const std::size_t comma = type.find(',');
  int scale = -1;
  if (comma != std::string_view::npos) std::from_chars(type.data() + comma + 1, type.data() + type.size(), scale);
  return scale;
}

}  // namespace

ValueForm form_of_postgres(std::string_view type) {
  if (type.ends_with("[]")) {
    ValueForm array{Kind::kArray};
    array.elements.push_back(form_of_postgres(type.substr(0, type.size() - 2)));
    const Kind element = array.elements.front().kind;
    if (element == Kind::kDocument || element == Kind::kBinaryDocument) array.elements.front().kind = Kind::kVerbatim;
    return array;
  }
  if (type.starts_with("numeric")) return {Kind::kDecimal, scale_of(type), {}};
  if (type.starts_with("character(")) return {Kind::kPadded};
  const bool is_timestamp = type.starts_with("timestamp");
  if (is_timestamp && type.ends_with("without time zone")) return {Kind::kTimestamp};
  if (is_timestamp && type.ends_with("with time zone")) return {Kind::kTimestamptz};
  constexpr std::pair<std::string_view, Kind> kKinds[] = {
      {"smallint", Kind::kInteger},    {"integer", Kind::kInteger},       {"bigint", Kind::kInteger},
      {"oid", Kind::kInteger},         {"double precision", Kind::kReal}, {"real", Kind::kShortReal},
      {"uuid", Kind::kUuid},           {"bytea", Kind::kBytes},           {"json", Kind::kDocument},
      {"jsonb", Kind::kBinaryDocument}};
  for (const auto& [name, kind] : kKinds)
    if (type == name) return {kind};
  return {};
}

ValueForm form_of_sqlite(std::string_view type) {
  const bool is_other =
      holds(type, "INT") || holds(type, "CHAR") || holds(type, "CLOB") || holds(type, "TEXT") || holds(type, "BLOB");
  const bool is_real = holds(type, "REAL") || holds(type, "FLOA") || holds(type, "DOUB");
  return {is_real && !is_other ? Kind::kRealOfSqlite : Kind::kAsWritten};
}

void bring_together(ValueForm& a, ValueForm& b) {
  const auto one_of = [&](Kind first, Kind second) {
    return (a.kind == first && b.kind == second) || (a.kind == second && b.kind == first);
  };
  if (one_of(Kind::kInteger, Kind::kDecimal)) a.kind = b.kind = Kind::kDecimal;
  if (one_of(Kind::kReal, Kind::kShortReal)) a.kind = b.kind = Kind::kReal;
  if (one_of(Kind::kDocument, Kind::kBinaryDocument)) a.kind = b.kind = Kind::kBinaryDocument;
  if (a.kind == Kind::kArray && b.kind == Kind::kArray) bring_together(a.elements.front(), b.elements.front());
}

void append_value(base::ByteBuffer& out, const ValueForm& form, const Value& value) {
  if (value.kind == ValueKind::kMissing) return;
  if (value.kind == ValueKind::kNull) return out.append("null");
  if (form.kind == Kind::kDocument || form.kind == Kind::kBinaryDocument) return append_document(out, form, value);
  switch (value.kind) {
    case ValueKind::kBoolean:
      return out.append(value.text);
    case ValueKind::kNumber:
    case ValueKind::kString:
      return append_scalar(out, form, value);
    case ValueKind::kArray:
      if (form.kind == Kind::kArray) return append_array(out, form.elements.front(), value.text);
      [[fallthrough]];
    default:
      return form.kind == Kind::kVerbatim ? out.append(value.text)
                                          : append_json(out, value.text, JsonSpelling::kCompact);
  }
}

void append_key(std::string& out, std::string_view value) {
  constexpr std::size_t kMostDigits = 100;
  const bool negative = value.starts_with('-');
  const std::string_view digits = value.substr(negative ? 1 : 0);
  if (digits.empty() || digits.size() > kMostDigits || !is_digits(digits)) {
    out += value.starts_with('"') ? '\x30' : '\x31';
    out.append(value) += '\0';
    return;
  }
  out += '\x20';
  // As many digits as they are, then they themselves; below zero all the other way round.
  const auto length = static_cast<char>(digits.size());
  out += static_cast<char>(negative ? 0x7f - length : '\x80' + length);
  for (const char digit : digits) out += negative ? static_cast<char>('0' + '9' - digit) : digit;
}

Shown shown(std::string_view value) {
  if (value.empty()) return {false, "(not there)"};
  if (value == "null") return {true, {}};
  if (value.front() == kDocumentSign) return {false, std::string(value.substr(1))};
  base::ByteBuffer text;
  if (value.front() == '"' && value.size() >= 2 && format::append_unescaped(text, value.substr(1, value.size() - 2)))
    return {false, std::string(text.view())};
  return {false, std::string(value)};
}

}  // namespace join
