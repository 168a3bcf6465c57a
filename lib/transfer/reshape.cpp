#include "transfer/reshape.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/byte_buffer.h"
#include "format/array_reader.h"
#include "format/json_text.h"

namespace transfer {
namespace {

using catalog::Reshape;
using format::Value;
using format::ValueKind;

bool is_space(char byte) { return byte == ' ' || (byte >= '\t' && byte <= '\r'); }

void skip_space(std::string_view& text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
}

bool take(std::string_view& text, char wanted) {
  if (text.empty() || text.front() != wanted) return false;
  text.remove_prefix(1);
  return true;
}

// A field of a record as record_in reads it: quotes and backslashes anywhere, NULL where nothing is.
bool take_field(std::string_view& text, std::optional<std::string>& field) {
  field.reset();
  if (text.empty()) return false;
  if (text.front() == ',' || text.front() == ')') return true;
  field.emplace();
  bool quoted = false;
  while (!text.empty() && (quoted || (text.front() != ',' && text.front() != ')'))) {
    char byte = text.front();
    text.remove_prefix(1);
    if (byte == '\\') {
      if (text.empty()) return false;
      byte = text.front();
      text.remove_prefix(1);
    } else if (byte == '"') {
      if (!quoted || !text.starts_with('"')) {
        quoted = !quoted;
        continue;
      }
      text.remove_prefix(1);  // two are one
    }
    field->push_back(byte);
  }
  return !quoted && !text.empty();
}

bool take_record(std::string_view text, std::vector<std::optional<std::string>>& fields) {
  skip_space(text);
  if (!take(text, '(')) return false;
  do {
    fields.emplace_back();
    if (!take_field(text, fields.back())) return false;
  } while (take(text, ','));
  if (!take(text, ')')) return false;
  skip_space(text);
  return text.empty();
}

void append_quoted(std::string& out, std::string_view text, bool double_quotes) {
  out += '"';
  for (const char byte : text) {
    if (byte == '"') out += double_quotes ? '"' : '\\';
    if (byte == '\\') out += '\\';
    out += byte;
  }
  out += '"';
}

bool reshape_record(const Reshape& shape, std::string_view text, std::string& out) {
  std::vector<std::optional<std::string>> fields;
  if (!take_record(text, fields) || fields.size() != shape.attribute.size()) return false;
  out += '(';
  for (std::size_t i = 0; i < shape.attribute.size(); ++i) {
    if (i != 0) out += ',';
    const std::optional<std::string>& field = fields[shape.attribute[i]];
    if (!field) continue;
    std::string value;
    if (!reshape_text(shape.parts[i], *field, value)) return false;
    append_quoted(out, value, true);
  }
  out += ')';
  return true;
}

// Elements of an array's literal, as array_in reads them; brackets, bounds and NULLs stay.
class ArrayText {
 public:
  ArrayText(const Reshape& element, std::string_view text, std::string& out)
      : element_(element), rest_(text), out_(out) {}

  bool reshape() {
    skip_space(rest_);
    if (rest_.starts_with('[')) {
      const std::size_t equals = rest_.find('=');
      if (equals == std::string_view::npos) return false;
      out_ += rest_.substr(0, equals + 1);
      rest_.remove_prefix(equals + 1);
      skip_space(rest_);
    }
    if (!level(0)) return false;
    skip_space(rest_);
    return rest_.empty();
  }

 private:
  bool level(int depth) {
    constexpr int kMaxDimensions = 6;
    if (depth == kMaxDimensions || !take(rest_, '{')) return false;
    out_ += '{';
    skip_space(rest_);
    if (take(rest_, '}')) return out_ += '}', true;
    for (bool first = true; first || take(rest_, ','); first = false) {
      if (!first) out_ += ',';
      skip_space(rest_);
      if (!(rest_.starts_with('{') ? level(depth + 1) : element())) return false;
      skip_space(rest_);
    }
    if (!take(rest_, '}')) return false;
    out_ += '}';
    return true;
  }

  bool element() {
    std::string text;
    const bool quoted = take(rest_, '"');
    std::size_t kept = 0;  // after it white space only, which is no part of an unquoted element
    while (!rest_.empty() && (quoted ? rest_.front() != '"' : rest_.front() != ',' && rest_.front() != '}')) {
      const bool escaped = rest_.front() == '\\';
      if (escaped) rest_.remove_prefix(1);
      if (rest_.empty()) return false;
      text += rest_.front();
      if (quoted || escaped || !is_space(rest_.front())) kept = text.size();
      rest_.remove_prefix(1);
    }
    if (quoted && !take(rest_, '"')) return false;
    text.resize(kept);
    if (!quoted && is_null(text)) return out_ += "NULL", true;
    std::string value;
    if (!reshape_text(element_, text, value)) return false;
    append_quoted(out_, value, false);
    return true;
  }

  static bool is_null(std::string_view text) {
    return std::ranges::equal(text, std::string_view("NULL"), [](char a, char b) { return (a & ~0x20) == b; });
  }

  const Reshape& element_;
  std::string_view rest_;
  std::string& out_;
};

// A JSON array, nested for more dimensions, of the texts of the elements.
bool reshape_json(const Reshape& shape, std::string_view text, base::ByteBuffer& out) {
  format::ArrayReader reader(text);
  out.append('[');
  bool first = true;
  for (Value element; reader.next(element); first = false) {
    if (!first) out.append(',');
    std::string value;
    if (element.kind == ValueKind::kArray) {
      if (!reshape_json(shape, element.text, out)) return false;
    } else if (element.kind == ValueKind::kNull) {
      out.append("null");
    } else if (element.kind == ValueKind::kString && reshape_text(shape.parts.front(), element.text, value)) {
      format::append_json_string(out, value);
    } else {
      return false;
    }
  }
  out.append(']');
  return true;
}

}  // namespace

bool reshape_text(const Reshape& shape, std::string_view text, std::string& out) {
  switch (shape.kind) {
    case Reshape::Kind::kRecord:
      return reshape_record(shape, text, out);
    case Reshape::Kind::kArray:
      return ArrayText(shape.parts.front(), text, out).reshape();
    case Reshape::Kind::kNone:
      break;
  }
  out = text;
  return true;
}

Reshaper::Reshaper(std::vector<Reshape> columns) : columns_(std::move(columns)), texts_(columns_.size()) {}

bool Reshaper::changes_nothing() const {
  return std::ranges::all_of(columns_, [](const Reshape& shape) { return shape.kind == Reshape::Kind::kNone; });
}

std::span<const Value> Reshaper::reshape(std::span<const Value> record) {
  values_.assign(record.begin(), record.end());
  for (std::size_t i = 0; i < columns_.size() && i < values_.size(); ++i) {
    if (columns_[i].kind == Reshape::Kind::kNone) continue;
    Value& value = values_[i];
    if (value.kind != ValueKind::kString && value.kind != ValueKind::kArray) continue;
    std::string text;
    base::ByteBuffer json;
    if (value.kind == ValueKind::kArray && columns_[i].kind == Reshape::Kind::kArray &&
        reshape_json(columns_[i], value.text, json)) {
      text = json.view();
    } else if (value.kind == ValueKind::kArray || !reshape_text(columns_[i], value.text, text)) {
      // In the file's order it might be read as another value.
      text = "!" + std::string(value.text);
      value.kind = ValueKind::kString;
    }
    texts_[i] = std::move(text);
    value.text = texts_[i];
  }
  return values_;
}

}  // namespace transfer
