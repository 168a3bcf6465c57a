#include "postgres/codec/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "format/json_text.h"
#include "postgres/codec/wire.h"

namespace postgres {

namespace {

using format::Value;
using format::ValueKind;

constexpr std::size_t kNameBytes = 63;  // NAMEDATALEN - 1 of every packaged server

void decode_text(const Codec&, base::ByteBuffer& out, std::string_view field) {
  format::append_json_string(out, field);
}

void print_text(const Codec&, base::ByteBuffer& out, std::string_view field) { out.append(field); }

bool append_text_field(const Codec& codec, base::ByteBuffer& out, std::string_view text, std::string& reason) {
  if (!text.empty() && std::memchr(text.data(), 0, text.size()) != nullptr) {
    return refuse(reason, "holds NUL, which PostgreSQL cannot store");
  }
  return append_bytes_field(codec, out, text, reason);
}

bool encode_text(const Codec& codec, base::ByteBuffer& out, const Value& value, std::string& reason) {
  if (value.kind != ValueKind::kString) return refuse_kind(codec, value, reason);
  return append_text_field(codec, out, value.text, reason);
}

std::size_t count_characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char byte) { return (static_cast<unsigned char>(byte) & 0xc0) != 0x80; }));
}

bool encode_limited(const Codec& codec, base::ByteBuffer& out, const Value& value, std::string& reason) {
  if (value.kind != ValueKind::kString) return refuse_kind(codec, value, reason);
  const auto limit = static_cast<std::size_t>(codec.typmod() - 4);
  if (value.text.size() > limit) {
    if (const std::size_t characters = count_characters(value.text); characters > limit) {
      return refuse(reason, fmt::format("too long for {}: {} characters", codec.name(), characters));
    }
  }
  return append_text_field(codec, out, value.text, reason);
}

bool encode_name(const Codec& codec, base::ByteBuffer& out, const Value& value, std::string& reason) {
  if (value.kind != ValueKind::kString) return refuse_kind(codec, value, reason);
  if (value.text.size() > kNameBytes) {
    return refuse(reason,
                  fmt::format("too long for {}: {} bytes, it holds {}", codec.name(), value.text.size(), kNameBytes));
  }
  return append_text_field(codec, out, value.text, reason);
}

void print_char(const Codec& codec, base::ByteBuffer& out, std::string_view field) {
  const auto byte = load_field<std::uint8_t>(codec, field);
  if (byte == 0) return;
  if (byte < 0x80) return out.append(static_cast<char>(byte));
  out.append('\\');
  for (const int shift : {6, 3, 0}) out.append(static_cast<char>('0' + ((byte >> shift) & 7)));
}

void decode_char(const Codec& codec, base::ByteBuffer& out, std::string_view field) {
  const auto byte = load_field<std::uint8_t>(codec, field);
  if (byte == 0) return out.append("\"\"");
  if (byte < 0x80) return format::append_json_string(out, field);
  out.append("\"\\");  // the backslash of JSON; print_char adds its own
  print_char(codec, out, field);
  out.append('"');
}

bool is_octal(char digit) { return digit >= '0' && digit <= '7'; }

bool encode_char(const Codec& codec, base::ByteBuffer& out, const Value& value, std::string& reason) {
  if (value.kind != ValueKind::kString) return refuse_kind(codec, value, reason);
  const std::string_view text = value.text;
  unsigned byte = 0;
  if (text.size() == 1) {
    byte = static_cast<unsigned char>(text[0]);
  } else if (text.size() == 4 && text[0] == '\\' && std::ranges::all_of(text.substr(1), is_octal) && text[1] <= '3') {
    byte = static_cast<unsigned>((text[1] - '0') * 64 + (text[2] - '0') * 8 + (text[3] - '0'));
  } else if (!text.empty()) {
    return refuse_syntax(codec, text, reason);
  }
  append_integer_field(out, static_cast<std::uint8_t>(byte));
  return true;
}

bool encode_enum(const Codec& codec, base::ByteBuffer& out, const Value& value, std::string& reason) {
  if (value.kind != ValueKind::kString) return refuse_kind(codec, value, reason);
  if (!codec.has_label(value.text)) {
    return refuse(reason, fmt::format("{} is not a label of {}", shown(value.text), codec.name()));
  }
  return append_bytes_field(codec, out, value.text, reason);
}

}  // namespace

constinit const CodecFunctions kTextFunctions = {decode_text, encode_text, print_text};
constinit const CodecFunctions kLimitedFunctions = {decode_text, encode_limited, print_text};
constinit const CodecFunctions kNameFunctions = {decode_text, encode_name, print_text};
constinit const CodecFunctions kCharFunctions = {decode_char, encode_char, print_char};
constinit const CodecFunctions kEnumFunctions = {decode_text, encode_enum, print_text};

}  // namespace postgres
