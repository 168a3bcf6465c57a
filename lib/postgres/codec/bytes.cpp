#include "postgres/codec/bytes.h"

#include <fmt/format.h>

#include <array>

#include "postgres/codec/wire.h"

namespace postgres {

namespace {

using format::Value;
using format::ValueKind;

constexpr auto kHexPairs = [] {
  std::array<char, 512> pairs{};
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (std::size_t i = 0; i < 256; ++i) {
    pairs[2 * i] = kDigits[i / 16];
    pairs[2 * i + 1] = kDigits[i % 16];
  }
  return pairs;
}();

constexpr auto kHexValues = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(0xff);
  for (std::uint8_t i = 0; i < 10; ++i) values[static_cast<std::size_t>('0' + i)] = i;
  for (std::uint8_t i = 0; i < 6; ++i) {
    values[static_cast<std::size_t>('a' + i)] = static_cast<std::uint8_t>(10 + i);
    values[static_cast<std::size_t>('A' + i)] = static_cast<std::uint8_t>(10 + i);
  }
  return values;
}();

void put_hex_text(base::ByteBuffer& out, std::string_view prefix, std::string_view bytes) {
  out.append(prefix);
  for (; bytes.size() > base::ByteBuffer::kLargeBytes; bytes.remove_prefix(base::ByteBuffer::kLargeBytes)) {
    put_hex(out.room(2 * base::ByteBuffer::kLargeBytes), bytes.substr(0, base::ByteBuffer::kLargeBytes));
    out.advance(2 * base::ByteBuffer::kLargeBytes);
    out.spill();
  }
  put_hex(out.room(2 * bytes.size()), bytes);
  out.advance(2 * bytes.size());
}

void print_bytea(const Codec&, base::ByteBuffer& out, std::string_view field) { put_hex_text(out, "\\x", field); }

void decode_bytea(const Codec&, base::ByteBuffer& out, std::string_view field) {
  put_hex_text(out, "\"\\\\x", field);
  out.append('"');
}

bool encode_bytea(const Codec& codec, base::ByteBuffer& out, const Value& value, std::string& reason) {
  if (value.kind != ValueKind::kString) return refuse_kind(codec, value, reason);
  std::string_view digits = value.text;
  if (!digits.starts_with("\\x") || digits.size() % 2 != 0) return refuse_syntax(codec, value.text, reason);
  digits.remove_prefix(2);
  const std::size_t opened = open_field(out);
  const std::size_t bytes = digits.size() / 2;
  char* const at = out.room(bytes);
  unsigned bad = 0;
  for (std::size_t i = 0; i < bytes; ++i) {
    const unsigned high = hex_value(digits[2 * i]);
    const unsigned low = hex_value(digits[2 * i + 1]);
    bad |= high | low;
    at[i] = static_cast<char>(high << 4 | low);
  }
  if (bad > 15) return refuse_syntax(codec, value.text, reason);
  out.advance(bytes);
  return close_field(codec, out, opened, reason);
}

void print_uuid(const Codec& codec, base::ByteBuffer& out, std::string_view field) {
  if (field.size() != 16) throw_malformed(codec);
  char* at = out.room(36);
  at = put_hex(at, field.substr(0, 4));
  for (const std::size_t start : {4, 6, 8}) {
    *at++ = '-';
    at = put_hex(at, field.substr(start, 2));
  }
  *at++ = '-';
  put_hex(at, field.substr(10));
  out.advance(36);
}

// The spelling of nearly every uuid: hyphens after the 4th, 6th, 8th and 10th byte. False sends it to parse_uuid.
bool parse_canonical_uuid(std::string_view text, char* bytes) {
  if (text.size() != 36 || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-') return false;
  constexpr std::uint8_t kPlaces[] = {0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34};
  unsigned bad = 0;
  for (std::size_t i = 0; i < 16; ++i) {
    const unsigned high = hex_value(text[kPlaces[i]]);
    const unsigned low = hex_value(text[kPlaces[i] + 1U]);
    bad |= high | low;
    bytes[i] = static_cast<char>(high << 4 | low);
  }
  return bad <= 15;
}

bool parse_uuid(std::string_view text, char* bytes) {
  if (text.size() >= 2 && text.front() == '{') {
    if (text.back() != '}') return false;
    text = text.substr(1, text.size() - 2);
  }
  for (std::size_t i = 0; i < 16; ++i) {
    if (text.size() < 2) return false;
    const unsigned high = hex_value(text[0]);
    const unsigned low = hex_value(text[1]);
    if ((high | low) > 15) return false;
    bytes[i] = static_cast<char>(high << 4 | low);
    text.remove_prefix(2);
    if (i % 2 == 1 && i < 15 && text.starts_with('-')) text.remove_prefix(1);
  }
  return text.empty();
}

bool encode_uuid(const Codec& codec, base::ByteBuffer& out, const Value& value, std::string& reason) {
  if (value.kind != ValueKind::kString) return refuse_kind(codec, value, reason);
  char* const at = store(out.room(20), std::int32_t{16});
  if (!parse_canonical_uuid(value.text, at) && !parse_uuid(value.text, at))
    return refuse_syntax(codec, value.text, reason);
  out.advance(20);
  return true;
}

void print_bits(const Codec& codec, base::ByteBuffer& out, std::string_view field) {
  FieldReader reader(codec, field);
  const auto count = reader.take<std::int32_t>();
  const std::string_view bytes = reader.rest();
  if (count < 0 || bytes.size() != (static_cast<std::size_t>(count) + 7) / 8) throw_malformed(codec);
  const auto bits = static_cast<std::size_t>(count);
  char* const at = out.room(bits);
  for (std::size_t i = 0; i < bits; ++i) {
    at[i] = static_cast<char>('0' + ((static_cast<unsigned char>(bytes[i / 8]) >> (7 - i % 8)) & 1));
  }
  out.advance(bits);
}

bool append_bits_field(const Codec& codec, base::ByteBuffer& out, std::string_view text, std::string& reason) {
  const std::size_t bytes = (text.size() + 7) / 8;
  const std::size_t opened = open_field(out);
  char* const at = store(out.room(4 + bytes), static_cast<std::int32_t>(text.size()));
  std::memset(at, 0, bytes);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '0' && text[i] != '1') return refuse_syntax(codec, text, reason);
    if (text[i] == '1') at[i / 8] = static_cast<char>(at[i / 8] | (0x80 >> (i % 8)));
  }
  out.advance(4 + bytes);
  return close_field(codec, out, opened, reason);
}

bool encode_bit(const Codec& codec, base::ByteBuffer& out, const Value& value, std::string& reason) {
  if (value.kind != ValueKind::kString) return refuse_kind(codec, value, reason);
  if (codec.typmod() > 0 && value.text.size() != static_cast<std::size_t>(codec.typmod())) {
    return refuse(reason, fmt::format("{} bits do not fit {}", value.text.size(), codec.name()));
  }
  return append_bits_field(codec, out, value.text, reason);
}

bool encode_varbit(const Codec& codec, base::ByteBuffer& out, const Value& value, std::string& reason) {
  if (value.kind != ValueKind::kString) return refuse_kind(codec, value, reason);
  if (codec.typmod() > 0 && value.text.size() > static_cast<std::size_t>(codec.typmod())) {
    return refuse(reason, fmt::format("too long for {}: {} bits", codec.name(), value.text.size()));
  }
  return append_bits_field(codec, out, value.text, reason);
}

}  // namespace

unsigned hex_value(char digit) { return kHexValues[static_cast<unsigned char>(digit)]; }

char* put_hex(char* at, std::string_view bytes) {
  for (const char byte : bytes) {
    std::memcpy(at, &kHexPairs[2 * std::size_t{static_cast<unsigned char>(byte)}], 2);
    at += 2;
  }
  return at;
}

constinit const CodecFunctions kByteaFunctions = {decode_bytea, encode_bytea, print_bytea};
constinit const CodecFunctions kUuidFunctions = {decode_quoted<print_uuid>, encode_uuid, print_uuid};
constinit const CodecFunctions kBitFunctions = {decode_quoted<print_bits>, encode_bit, print_bits};
constinit const CodecFunctions kVarbitFunctions = {decode_quoted<print_bits>, encode_varbit, print_bits};

}  // namespace postgres
