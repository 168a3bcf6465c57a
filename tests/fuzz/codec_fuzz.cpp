// PostgreSQL's codecs. The first byte chooses the column, the second where to begin: with a binary field, with JSON, or
// with the text of a JSON string. From there the value goes both ways.
#include "postgres/codec/codec.h"

#include "base/error.h"
#include "format/json_check.h"
#include "fuzz/column_types.h"
#include "fuzz/json_oracle.h"
#include "fuzz/target.h"

namespace {

using base::Error;
using base::ErrorKind;
using fuzz::Content;
using fuzz::Fidelity;
using fuzz::require;

bool is_utf8(std::string_view text) {
  const auto fault = format::find_json_fault(text);
  return !fault || std::string_view(fault->what) != "invalid UTF-8";
}

struct Encoded {
  bool taken = false;
  std::string field;  // with its length
};

Encoded encode(const postgres::Codec& codec, const format::Value& value) {
  base::ByteBuffer out;
  out.append("before");
  std::string reason;
  const bool taken = codec.encode(out, value, reason);
  if (!taken) {
    require(out.view() == "before", "a refusal appends nothing");
    require(!reason.empty() && is_utf8(reason), "a refusal says why, in words");
    return {};
  }
  const std::string field(out.view().substr(6));
  require(field.size() >= 4, "a field has a length");
  std::uint32_t bytes = 0;
  for (std::size_t i = 0; i < 4; ++i) bytes = bytes << 8 | static_cast<unsigned char>(field[i]);
  require(bytes == 0xffffffff ? field.size() == 4 : field.size() == 4 + std::size_t{bytes}, "the length is true");
  return {true, field};
}

std::string decode(const postgres::Codec& codec, std::string_view field) {
  base::ByteBuffer out;
  codec.decode(out, field);
  return std::string(out.view());
}

bool is_null(const Encoded& encoded) { return encoded.field == "\xff\xff\xff\xff"; }

// What an encoder made is a field of the type, and the same field again after a round trip; jsonb in an array's literal
// may lose the space around it first, which the server throws away.
void go_round(const postgres::Codec& codec, const fuzz::FuzzedColumn& column, const Encoded& encoded) {
  if (is_null(encoded)) return;
  std::string json;
  try {
    json = decode(codec, std::string_view(encoded.field).substr(4));
  } catch (const Error&) {
    require(column.content == Content::kJson, "what was encoded is a field of the type");
    return;  // no text at all: the server refuses it, as it does what is no JSON
  }
  if (column.content == Content::kJson && format::find_json_fault(json)) return;
  require(!format::find_json_fault(json), "a field that was encoded decodes to JSON");
  const Encoded again = encode(codec, fuzz::OneValue(json).value());
  require(again.taken, "what was encoded is taken again");
  if (again.field == encoded.field) return;
  require(column.content == Content::kJson && column.fidelity == Fidelity::kManySpellings,
          "what was encoded comes back byte for byte");
  const std::string bare = decode(codec, std::string_view(again.field).substr(4));
  require(encode(codec, fuzz::OneValue(bare).value()).field == again.field, "without outer space it stays as it is");
}

void begin_with_field(const fuzz::FuzzedColumn& column, const postgres::Codec& codec, std::string_view field) {
  std::string json;
  try {
    json = decode(codec, field);
  } catch (const Error& error) {
    require(error.kind() == ErrorKind::kInternal, "a field that is not of the type is Error(kInternal)");
    return;
  }
  if (format::find_json_fault(json)) {
    require(column.content != Content::kPlain, "a field becomes JSON");
    require(column.content == Content::kJson || !is_utf8(json), "text that is UTF-8 becomes JSON");
    return;
  }
  const Encoded encoded = encode(codec, fuzz::OneValue(json).value());
  require(encoded.taken || column.fidelity != Fidelity::kExact, "a field comes back");
  if (!encoded.taken) return;
  if (column.fidelity == Fidelity::kExact || column.fidelity == Fidelity::kExactIfTaken)
    require(std::string_view(encoded.field).substr(4) == field, "a field comes back byte for byte");
  require(
      column.fidelity == Fidelity::kManySpellings || decode(codec, std::string_view(encoded.field).substr(4)) == json,
      "a value comes back");
  go_round(codec, column, encoded);
}

void begin_with_value(const fuzz::FuzzedColumn& column, const postgres::Codec& codec, const format::Value& value) {
  const Encoded encoded = encode(codec, value);
  if (encoded.taken) go_round(codec, column, encoded);
}

}  // namespace

FUZZ_TARGET(codec) {
  static const std::vector<postgres::Codec> codecs = [] {
    std::vector<postgres::Codec> all;
    for (const fuzz::FuzzedColumn& column : fuzz::fuzzed_columns()) all.emplace_back(column.type);
    return all;
  }();
  fuzz::Input material(input);
  const std::size_t chosen = material.byte() % codecs.size();
  const fuzz::FuzzedColumn& column = fuzz::fuzzed_columns()[chosen];
  const postgres::Codec& codec = codecs[chosen];
  const unsigned beginning = material.byte() % 3;
  const std::string text(material.rest());
  if (beginning == 0) return begin_with_field(column, codec, text);
  if (beginning == 1) {
    if (!format::find_json_fault(text)) begin_with_value(column, codec, fuzz::OneValue(text).value());
    return;
  }
  if (is_utf8(text)) begin_with_value(column, codec, {format::ValueKind::kString, text});
}
