#include "conversion/convert.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/byte_buffer.h"
#include "base/utf8.h"
#include "conversion/iso_text.h"
#include "format/json_check.h"
#include "format/json_text.h"

namespace conversion {
namespace {

using format::Value;
using format::ValueKind;

constexpr std::int64_t kMicrosecondsPerSecond = 1'000'000;

// Each either fills `text` and says what kind of value it is, or leaves the value as it is.
using Converted = std::optional<ValueKind>;

// NaN, too far away, or finer than a microsecond where the number is whole: as near as a double comes.
std::optional<std::int64_t> microseconds_of(std::string_view number, TimeReading reading) {
  const std::int64_t unit = reading == TimeReading::kSeconds ? kMicrosecondsPerSecond : 1'000;
  constexpr double kFarthest = 9e15;  // microseconds: about the year 287000
  std::int64_t whole = 0;
  const char* const end = number.data() + number.size();
  if (const auto [at, error] = std::from_chars(number.data(), end, whole); error == std::errc{} && at == end) {
    if (std::abs(static_cast<double>(whole)) * static_cast<double>(unit) > kFarthest) return std::nullopt;
    return whole * unit;
  }
  double real = 0;
  const auto [at, error] = std::from_chars(number.data(), end, real);
  if (error != std::errc{} || at != end) return std::nullopt;
  const double microseconds = real * static_cast<double>(unit);
  if (!(std::abs(microseconds) <= kFarthest)) return std::nullopt;
  return std::llround(microseconds);
}

Converted time_of_number(Wanted wanted, std::string_view number, TimeReading reading, std::string& text) {
  if (reading == TimeReading::kIso) return std::nullopt;
  const auto microseconds = microseconds_of(number, reading);
  if (!microseconds) return std::nullopt;
  std::int64_t seconds = *microseconds / kMicrosecondsPerSecond;
  std::int64_t fraction = *microseconds % kMicrosecondsPerSecond;
  if (fraction < 0) {
    fraction += kMicrosecondsPerSecond;
    --seconds;
  }
  const std::tm moment = fmt::gmtime(static_cast<std::time_t>(seconds));
  if (moment.tm_year + 1900 < 1 || moment.tm_year + 1900 > 9999) return std::nullopt;
  if (wanted == Wanted::kDay) {
    if (fraction != 0 || seconds % 86'400 != 0) return std::nullopt;
    text = fmt::format("{:%Y-%m-%d}", moment);
    return ValueKind::kString;
  }
  text = fmt::format("{:%Y-%m-%dT%H:%M:%S}", moment);
  if (fraction != 0) text += fmt::format(".{:06}", fraction);
  if (wanted == Wanted::kTimestamptz) text += 'Z';
  return ValueKind::kString;
}

Converted time_of_text(Wanted wanted, std::string_view given, std::string& text) {
  const auto iso = read_iso(given);
  if (!iso) return std::nullopt;
  if (wanted == Wanted::kDay) {
    if (!is_midnight(*iso) || !iso->zone.empty()) return std::nullopt;
    text = iso->day;
    return ValueKind::kString;
  }
  text = iso->day;
  text += 'T';
  text += iso->clock.empty() ? std::string_view("00:00") : iso->clock;
  if (iso->clock.size() <= 5) text += ":00";
  if (wanted == Wanted::kTimestamp) {
    // Which other clock is meant is not to be guessed.
    if (!iso->zone.empty() && !is_utc(iso->zone)) return std::nullopt;
    return ValueKind::kString;
  }
  if (iso->zone.empty() || is_utc(iso->zone)) {
    text += 'Z';
  } else {
    text += iso->zone;
    if (iso->zone.size() == 5) text.insert(text.size() - 2, 1, ':');
  }
  return ValueKind::kString;
}

Converted boolean_of(std::string_view word, std::string& text) {
  const std::optional<bool> truth = word == "0" || word == "1" ? word == "1" : truth_of(word);
  if (!truth) return std::nullopt;
  text = *truth ? "true" : "false";
  return ValueKind::kBoolean;
}

void write_hex(std::string_view bytes, std::string_view prefix, std::string& text) {
  text = prefix;
  for (const char byte : bytes) text += fmt::format("{:02x}", static_cast<unsigned char>(byte));
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const base::CodePoint first = base::first_code_point(text);
    if (first.bytes == 0) return false;
    text.remove_prefix(first.bytes);
  }
  return true;
}

// The text itself goes to the target, which says whether it is JSON: nothing is reformatted here.
Converted json_of(std::string_view given, std::string& text) {
  base::ByteBuffer wrapper;
  wrapper.append("{\"$json_text\": ");
  format::append_json_string(wrapper, given);
  wrapper.append('}');
  text = wrapper.view();
  return ValueKind::kObject;
}

// {"$json": …} and {"$json_text": "…"} are left to the target, which takes them off.
bool is_wrapped_document(std::string_view object) {
  const std::size_t key = object.find_first_not_of(" \n\r\t", 1);
  const std::string_view rest = key == std::string_view::npos ? std::string_view{} : object.substr(key);
  return rest.starts_with("\"$json\"") || rest.starts_with("\"$json_text\"");
}

Converted document_of(const Value& value, std::string& text) {
  if (value.kind == ValueKind::kMissing || value.kind == ValueKind::kNull) return std::nullopt;
  if (value.kind == ValueKind::kObject && is_wrapped_document(value.text)) return std::nullopt;
  if (value.kind != ValueKind::kString) return text = value.text, ValueKind::kString;
  base::ByteBuffer quoted;
  format::append_json_string(quoted, value.text);
  return text = quoted.view(), ValueKind::kString;
}

Converted convert_string(const ColumnConversion& column, std::string_view given, std::string& text) {
  switch (column.wanted) {
    case Wanted::kBoolean:
      return boolean_of(given, text);
    case Wanted::kDay:
    case Wanted::kTimestamp:
    case Wanted::kTimestamptz:
      if (const auto time = time_of_text(column.wanted, given, text)) return time;
      return time_of_number(column.wanted, given, column.numbers.value_or(TimeReading::kIso), text);
    case Wanted::kBytes:
      if (given.starts_with("\\x")) return std::nullopt;
      return write_hex(given, "\\x", text), ValueKind::kString;
    case Wanted::kJson:
      return json_of(given, text);
    case Wanted::kArray:
      if (!given.starts_with('[') || format::find_json_fault(given)) return std::nullopt;
      return text = given, ValueKind::kArray;
    case Wanted::kUntouched:
    case Wanted::kAnything:
    case Wanted::kNumber:
    case Wanted::kText:
    case Wanted::kUuid:
    case Wanted::kDocument:
      break;
  }
  return std::nullopt;
}

// `number` is what SQLite would print.
Converted convert_number(const ColumnConversion& column, std::string_view number, std::string& text) {
  switch (column.wanted) {
    case Wanted::kBoolean:
      return number == "0" || number == "1" ? boolean_of(number, text) : std::nullopt;
    case Wanted::kText:
      return text = number, ValueKind::kString;
    case Wanted::kDay:
    case Wanted::kTimestamp:
    case Wanted::kTimestamptz:
      return time_of_number(column.wanted, number, column.numbers.value_or(TimeReading::kIso), text);
    default:
      return std::nullopt;
  }
}

Converted convert_wrapped(const ColumnConversion& column, const Value& value, std::string& text) {
  const auto wrapped = unwrap(value);
  if (!wrapped) return std::nullopt;
  const std::string_view content = wrapped->content;
  if (wrapped->tag == "$integer" || wrapped->tag == "$real") {
    if (const auto converted = convert_number(column, content, text)) return converted;
    if (column.wanted == Wanted::kJson) {
      if (!format::is_json_number(content)) return std::nullopt;
      return text = content, ValueKind::kNumber;
    }
    if (column.wanted != Wanted::kNumber) return std::nullopt;
    return text = content, ValueKind::kString;  // also Infinity
  }
  if (wrapped->tag == "$text" && column.wanted != Wanted::kBytes) {
    if (!is_utf8(content)) return std::nullopt;
    if (const auto converted = convert_string(column, content, text)) return converted;
    return text = content, ValueKind::kString;
  }
  if (column.wanted == Wanted::kBytes) return write_hex(content, "\\x", text), ValueKind::kString;
  if (column.wanted == Wanted::kUuid && content.size() == 16) return write_hex(content, "", text), ValueKind::kString;
  return std::nullopt;
}

// {"$bytes": "…"} that is UTF-8 is the text it holds; anything else stays a blob, which the target judges.
Converted text_of_blob(const ColumnConversion& column, const Value& value, std::string& text) {
  const auto wrapped = unwrap(value);
  const std::string_view content = wrapped ? std::string_view(wrapped->content) : std::string_view{};
  if (!wrapped || wrapped->tag != "$bytes" || !is_utf8(content) || content.find('\0') != std::string_view::npos)
    return std::nullopt;
  if (const auto converted = convert_string(column, content, text)) return converted;
  return text = content, ValueKind::kString;
}

Converted convert_value(const ColumnConversion& column, const Value& value, std::string& text) {
  if (column.blobs == BlobAs::kText && value.kind == ValueKind::kObject) {
    if (const auto converted = text_of_blob(column, value, text)) return converted;
  }
  if (column.wanted == Wanted::kDocument) return document_of(value, text);
  switch (value.kind) {
    case ValueKind::kString:
      if (value.text.empty() && column.empty_text == EmptyText::kNull) return text = "null", ValueKind::kNull;
      return convert_string(column, value.text, text);
    case ValueKind::kNumber:
      return convert_number(column, value.text, text);
    case ValueKind::kObject:
      return column.wanted == Wanted::kUntouched ? std::nullopt : convert_wrapped(column, value, text);
    default:
      return std::nullopt;
  }
}

}  // namespace

Conversion::Conversion(std::vector<ColumnConversion> columns) : columns_(std::move(columns)), texts_(columns_.size()) {}

bool Conversion::changes_nothing() const {
  return std::all_of(columns_.begin(), columns_.end(), [](const ColumnConversion& column) {
    return column.wanted == Wanted::kUntouched && column.empty_text == EmptyText::kKept &&
           column.blobs == BlobAs::kBytes;
  });
}

bool Conversion::takes_its_own(std::size_t column) const {
  const ColumnConversion& how = columns_[column];
  return how.wanted != Wanted::kJson && how.wanted != Wanted::kDocument && how.empty_text == EmptyText::kKept &&
         how.blobs == BlobAs::kBytes;
}

std::span<const Value> Conversion::convert(std::span<const Value> record) {
  values_.assign(record.begin(), record.end());
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (const Converted kind = convert_value(columns_[i], values_[i], texts_[i])) values_[i] = {*kind, texts_[i]};
  }
  return values_;
}

}  // namespace conversion
