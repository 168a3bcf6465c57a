#include "format/row_parser.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <cstring>
#include <unordered_map>

#include "base/byte_buffer.h"
#include "base/error.h"
#include "format/json_check.h"
#include "format/json_string.h"
#include "format/json_text.h"
#include "format/object_members.h"

namespace format {
namespace {

static_assert(kRecordPaddingBytes >= simdjson::SIMDJSON_PADDING);

std::string in_quotes(std::string_view name) {
  base::ByteBuffer text;
  append_json_string(text, name);
  return std::string(text.view());
}

// simdjson's tokens reach up to the next one, white space included.
std::string_view without_trailing_space(std::string_view token) {
  return token.substr(0, token.find_last_not_of(" \n\r\t") + 1);
}

constexpr std::size_t kLargeRecordBytes = std::size_t{1} << 20;

}  // namespace

struct RowParser::State {
  State(std::vector<std::string> names, Strictness how, std::string table)
      : columns(std::move(names)),
        strictness(how),
        section(std::move(table)),
        values(columns.size()),
        key_places(columns.size()) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
      keys.push_back(in_quotes(columns[i]).substr(1));
      by_name.emplace(columns[i], i);
    }
  }

  void parse(const RawRecord& raw);
  void parse_large();
  void take_key(const char* key);
  std::size_t column_of(const char* key);
  Value value_of(simdjson::ondemand::value& value);
  Value value_of(std::string_view token);
  Value string_of(std::string_view token);
  Value scalar_of(std::string_view token) const;
  Value container_of(simdjson::ondemand::value& value, ValueKind kind);
  [[noreturn]] void fail(base::ErrorKind kind, const std::string& what, const char* at) const;

  const std::vector<std::string> columns;
  const Strictness strictness;
  const std::string section;
  std::vector<std::string> keys;  // as the writer spells them, closing quote included
  std::unordered_map<std::string_view, std::size_t> by_name;

  const RawRecord* record = nullptr;
  std::size_t next_column = 0;  // that the next key is expected to name
  std::vector<Value> values;
  std::vector<const char*> key_places;  // of the columns seen so far in this record, null where not
  base::ByteBuffer unescaped;           // has room for all strings of the record, so views into it stay good
  base::ByteBuffer unescaped_key;
  simdjson::ondemand::parser parser;
};

void RowParser::State::fail(base::ErrorKind kind, const std::string& what, const char* at) const {
  const std::uint64_t offset = record->offset + static_cast<std::uint64_t>(at - record->text.data());
  throw base::Error(kind, fmt::format("table {}, record {}: {} at byte {}", section, record->number, what, offset));
}

void RowParser::State::parse(const RawRecord& raw) {
  record = &raw;
  next_column = 0;
  std::fill(values.begin(), values.end(), Value{});
  std::fill(key_places.begin(), key_places.end(), nullptr);
  unescaped.clear();
  unescaped.room(raw.text.size() + 1);
  if (raw.text.size() > kLargeRecordBytes) return parse_large();

  const char* const begin = raw.text.data();
  const auto check = [&](simdjson::error_code error) {
    if (error == simdjson::SUCCESS) return;
    const std::optional<JsonFault> fault = find_json_fault(raw.text);
    if (fault) fail(base::ErrorKind::kFile, fault->what, begin + fault->offset);
    fail(base::ErrorKind::kFile, simdjson::error_message(error), begin);
  };
  const std::size_t bytes = raw.text.size();
  simdjson::ondemand::document document;
  check(parser.iterate(simdjson::padded_string_view(begin, bytes, bytes + simdjson::SIMDJSON_PADDING)).get(document));
  simdjson::ondemand::object fields;
  check(document.get_object().get(fields));
  for (auto result : fields) {
    simdjson::ondemand::field field;
    check(std::move(result).get(field));
    take_key(field.key().raw());
    values[next_column - 1] = value_of(field.value());
  }
  if (document.current_location().error() != simdjson::OUT_OF_BOUNDS) {
    fail(base::ErrorKind::kFile, "something comes after the end of the record", begin + bytes - 1);
  }
}

// simdjson's index of a record takes up to four times its bytes. Here the record is checked as a whole, without any
// index; then its members are cut out.
void RowParser::State::parse_large() {
  const std::string_view text = record->text;
  if (const std::optional<JsonFault> fault = find_json_fault(text))
    fail(base::ErrorKind::kFile, fault->what, text.data() + fault->offset);
  ObjectMembers members(text);
  for (ObjectMember member; members.next(member);) {
    take_key(member.key.data());
    values[next_column - 1] = value_of(member.value);
  }
}

// `key` stands after its opening quote.
void RowParser::State::take_key(const char* key) {
  const std::size_t column = column_of(key);
  if (const char* const before = key_places[column]) {
    const auto first = record->offset + static_cast<std::uint64_t>(before - 1 - record->text.data());
    fail(base::ErrorKind::kFile,
         fmt::format("the key {} occurs twice, at byte {} and again", in_quotes(columns[column]), first), key - 1);
  }
  key_places[column] = key;
  next_column = column + 1;
}

// `key` stands after its opening quote.
std::size_t RowParser::State::column_of(const char* key) {
  const std::string_view rest = record->text.substr(static_cast<std::size_t>(key - record->text.data()));
  if (next_column < keys.size() && rest.starts_with(keys[next_column])) [[likely]]
    return next_column;
  const std::string_view escaped = rest.substr(0, find_closing_quote(rest));
  unescaped_key.clear();
  if (!append_unescaped(unescaped_key, escaped)) fail(base::ErrorKind::kFile, "a key holds an invalid escape", key - 1);
  const auto found = by_name.find(unescaped_key.view());
  if (found == by_name.end()) {
    fail(base::ErrorKind::kSchema, fmt::format("the key {} is no column of the table", in_quotes(unescaped_key.view())),
         key - 1);
  }
  return found->second;
}

Value RowParser::State::value_of(simdjson::ondemand::value& value) {
  const std::string_view token = without_trailing_space(value.raw_json_token());
  switch (token.front()) {
    case '"': {
      // Taken, not left to simdjson's skipping: that would take a string before a colon for a key.
      simdjson::ondemand::raw_json_string raw;
      if (const auto error = value.get_raw_json_string().get(raw)) {
        fail(base::ErrorKind::kFile, simdjson::error_message(error), token.data());
      }
      return string_of(token);
    }
    case '{':
      return container_of(value, ValueKind::kObject);
    case '[':
      return container_of(value, ValueKind::kArray);
    default:
      return scalar_of(token);
  }
}

// Of sound JSON.
Value RowParser::State::value_of(std::string_view token) {
  switch (token.front()) {
    case '"':
      return string_of(token);
    case '{':
      return {ValueKind::kObject, token};
    case '[':
      return {ValueKind::kArray, token};
    default:
      return scalar_of(token);
  }
}

Value RowParser::State::scalar_of(std::string_view token) const {
  if (token == "null") return {ValueKind::kNull, token};
  if (is_json_literal(token)) return {ValueKind::kBoolean, token};
  if (!is_json_number(token)) fail(base::ErrorKind::kFile, "this is no JSON value", token.data());
  return {ValueKind::kNumber, token};
}

Value RowParser::State::string_of(std::string_view token) {
  const std::string_view escaped = token.substr(1, token.size() - 2);
  if (std::memchr(escaped.data(), '\\', escaped.size()) == nullptr) [[likely]]
    return {ValueKind::kString, escaped};
  // The form of every bytea, "\\\\x…": what it means is there as it is.
  if (escaped.starts_with("\\\\") && std::memchr(escaped.data() + 2, '\\', escaped.size() - 2) == nullptr)
    return {ValueKind::kString, escaped.substr(1)};
  const std::size_t before = unescaped.size();
  if (!append_unescaped(unescaped, escaped)) {
    fail(base::ErrorKind::kFile, "a string holds an invalid escape or a lone surrogate", token.data());
  }
  return {ValueKind::kString, unescaped.view().substr(before)};
}

Value RowParser::State::container_of(simdjson::ondemand::value& value, ValueKind kind) {
  const char* const begin = value.raw_json_token().data();
  std::string_view text;
  simdjson::error_code error = simdjson::SUCCESS;
  if (kind == ValueKind::kObject) {
    simdjson::ondemand::object object;
    error = value.get_object().get(object);
    if (error == simdjson::SUCCESS) error = object.raw_json().get(text);
  } else {
    simdjson::ondemand::array array;
    error = value.get_array().get(array);
    if (error == simdjson::SUCCESS) error = array.raw_json().get(text);
  }
  if (error != simdjson::SUCCESS) fail(base::ErrorKind::kFile, simdjson::error_message(error), begin);
  text = without_trailing_space(text);
  if (strictness == Strictness::kFull) {
    if (const std::optional<JsonFault> fault = find_json_fault(text)) {
      fail(base::ErrorKind::kFile, fault->what, text.data() + fault->offset);
    }
  }
  return {kind, text};
}

RowParser::RowParser(std::vector<std::string> columns, Strictness strictness, std::string section)
    : state_(std::make_unique<State>(std::move(columns), strictness, std::move(section))) {}
RowParser::~RowParser() = default;
RowParser::RowParser(RowParser&&) noexcept = default;
RowParser& RowParser::operator=(RowParser&&) noexcept = default;

std::span<const Value> RowParser::parse(const RawRecord& record) {
  state_->parse(record);
  return state_->values;
}

}  // namespace format
