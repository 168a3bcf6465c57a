#include "postgres/codec/wire.h"

#include <fmt/format.h>

#include "base/error.h"

namespace postgres {

namespace {

constexpr std::size_t kMaximumFieldBytes = 0x3fffffff;  // MaxAllocSize of PostgreSQL

bool refuse_size(const Codec& codec, std::size_t bytes, std::string& reason) {
  return refuse(reason, fmt::format("too large for {}: {} bytes, PostgreSQL takes {} in one value", codec.name(), bytes,
                                    kMaximumFieldBytes));
}

std::string_view kind_words(const format::Value& value) {
  switch (value.kind) {
    case format::ValueKind::kMissing:
      return "nothing";
    case format::ValueKind::kNull:
      return "null";
    case format::ValueKind::kBoolean:
      return value.text;
    case format::ValueKind::kNumber:
      return "a number";
    case format::ValueKind::kString:
      return "a string";
    case format::ValueKind::kArray:
      return "an array";
    case format::ValueKind::kObject:  // what SQLite's values are wrapped in, where JSON has no form for them
      if (value.text.starts_with("{\"$bytes\"")) return "a blob (which \"blob_as\" of the transfer file takes as text)";
      return value.text.starts_with("{\"$text\"") ? "text that is no valid Unicode, or holds NUL," : "an object";
  }
  return "something unknown";
}

}  // namespace

void throw_malformed(const Codec& codec) {
  throw base::Error(base::ErrorKind::kInternal,
                    fmt::format("the server sent a binary value that is not one of type {}", codec.name()),
                    "report this with the server's version");
}

bool append_bytes_field(const Codec& codec, base::ByteBuffer& out, std::string_view bytes, std::string& reason) {
  if (bytes.size() >= base::ByteBuffer::kLargeBytes) {
    if (!open_field_of(codec, out, bytes.size(), reason)) return false;
    out.lend(bytes);
    return true;
  }
  char* at = store(out.room(4 + bytes.size()), static_cast<std::int32_t>(bytes.size()));
  if (!bytes.empty()) std::memcpy(at, bytes.data(), bytes.size());
  out.advance(4 + bytes.size());
  return true;
}

bool open_field_of(const Codec& codec, base::ByteBuffer& out, std::size_t bytes, std::string& reason) {
  if (bytes > kMaximumFieldBytes) return refuse_size(codec, bytes, reason);
  store(out.room(4), static_cast<std::int32_t>(bytes));
  out.advance(4);
  return true;
}

bool close_field(const Codec& codec, base::ByteBuffer& out, std::size_t opened, std::string& reason) {
  const std::size_t bytes = out.bytes_from(opened);
  if (bytes > kMaximumFieldBytes) return refuse_size(codec, bytes, reason);
  store(out.data() + opened - 4, static_cast<std::int32_t>(bytes));
  return true;
}

std::string shown(std::string_view text) {
  constexpr std::size_t kLimit = 60;
  if (text.size() <= kLimit) return fmt::format("'{}'", text);
  std::size_t end = kLimit;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return fmt::format("'{}…'", text.substr(0, end));
}

bool refuse(std::string& reason, std::string text) {
  reason = std::move(text);
  return false;
}

bool refuse_kind(const Codec& codec, const format::Value& value, std::string& reason) {
  return refuse(reason, fmt::format("{} where {} is expected", kind_words(value), codec.name()));
}

bool refuse_syntax(const Codec& codec, std::string_view text, std::string& reason) {
  return refuse(reason, fmt::format("{} is not a valid {}", shown(text), codec.name()));
}

}  // namespace postgres
