// What every codec family shares: big-endian integers of the wire format, a bounds-checked view of one field,
// decimal digits from a table, and the words of a refusal. Private to the codecs and to COPY (reader, stage).
#pragma once

#include <array>
#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "base/byte_buffer.h"
#include "format/value.h"
#include "postgres/codec/codec.h"

namespace postgres {

template <std::integral Integer>
constexpr Integer big_endian(Integer value) {
  if constexpr (std::endian::native == std::endian::big || sizeof(Integer) == 1) return value;
  if constexpr (sizeof(Integer) == 2) return static_cast<Integer>(__builtin_bswap16(static_cast<std::uint16_t>(value)));
  if constexpr (sizeof(Integer) == 4) return static_cast<Integer>(__builtin_bswap32(static_cast<std::uint32_t>(value)));
  if constexpr (sizeof(Integer) == 8) return static_cast<Integer>(__builtin_bswap64(static_cast<std::uint64_t>(value)));
}

template <std::integral Integer>
Integer load(const char* at) {
  Integer value;
  std::memcpy(&value, at, sizeof(value));
  return big_endian(value);
}

// Returns the place after the integer.
template <std::integral Integer>
char* store(char* at, Integer value) {
  value = big_endian(value);
  std::memcpy(at, &value, sizeof(value));
  return at + sizeof(value);
}

// Appends the integer.
template <std::integral Integer>
void put(base::ByteBuffer& out, Integer value) {
  store(out.room(sizeof value), value);
  out.advance(sizeof value);
}

// The server sent a field that is not of the type's wire format: Error(kInternal).
[[noreturn]] void throw_malformed(const Codec& codec);

// Takes integers off the front of a field and never reads beyond it.
class FieldReader {
 public:
  FieldReader(const Codec& codec, std::string_view field) : codec_(codec), rest_(field) {}

  template <std::integral Integer>
  Integer take() {
    return load<Integer>(take(sizeof(Integer)).data());
  }
  std::string_view take(std::size_t bytes) {
    if (rest_.size() < bytes) throw_malformed(codec_);
    const std::string_view front = rest_.substr(0, bytes);
    rest_.remove_prefix(bytes);
    return front;
  }
  std::string_view rest() const { return rest_; }

 private:
  const Codec& codec_;
  std::string_view rest_;
};

// The whole field as one integer.
template <std::integral Integer>
Integer load_field(const Codec& codec, std::string_view field) {
  if (field.size() != sizeof(Integer)) throw_malformed(codec);
  return load<Integer>(field.data());
}

// Appends length and integer.
template <std::integral Integer>
void append_integer_field(base::ByteBuffer& out, Integer value) {
  store(store(out.room(4 + sizeof(Integer)), static_cast<std::int32_t>(sizeof(Integer))), value);
  out.advance(4 + sizeof(Integer));
}

// Appends length and bytes; false beyond the 1 GiB that PostgreSQL takes.
bool append_bytes_field(const Codec& codec, base::ByteBuffer& out, std::string_view bytes, std::string& reason);

// A field of so many bytes, to be appended next; false beyond 1 GiB.
bool open_field_of(const Codec& codec, base::ByteBuffer& out, std::size_t bytes, std::string& reason);

// A field whose length is known only after it: reserve, append, then close (false beyond 1 GiB).
inline std::size_t open_field(base::ByteBuffer& out) {
  out.room(4);
  out.advance(4);
  return out.size();
}
bool close_field(const Codec& codec, base::ByteBuffer& out, std::size_t opened, std::string& reason);

// A decode from a print: the same text between quotes. For text that JSON need not escape.
template <void (*print)(const Codec&, base::ByteBuffer&, std::string_view)>
void decode_quoted(const Codec& codec, base::ByteBuffer& out, std::string_view field) {
  out.append('"');
  print(codec, out, field);
  out.append('"');
}

inline constexpr auto kTwoDigits = [] {
  std::array<char, 200> digits{};
  for (std::size_t i = 0; i < 100; ++i) {
    digits[2 * i] = static_cast<char>('0' + i / 10);
    digits[2 * i + 1] = static_cast<char>('0' + i % 10);
  }
  return digits;
}();

// Each puts decimal digits at `at` and returns the place after them.
inline char* put_2_digits(char* at, std::uint32_t value) {
  std::memcpy(at, &kTwoDigits[std::size_t{value} * 2], 2);
  return at + 2;
}
inline char* put_4_digits(char* at, std::uint32_t value) {
  return put_2_digits(put_2_digits(at, value / 100), value % 100);
}
inline char* put_unsigned(char* at, std::uint64_t value) {
  char digits[20];
  char* front = digits + sizeof(digits);
  while (value >= 100) {
    front -= 2;
    put_2_digits(front, static_cast<std::uint32_t>(value % 100));
    value /= 100;
  }
  if (value >= 10) {
    front -= 2;
    put_2_digits(front, static_cast<std::uint32_t>(value));
  } else {
    *--front = static_cast<char>('0' + value);
  }
  const auto length = static_cast<std::size_t>(digits + sizeof(digits) - front);
  std::memcpy(at, front, length);
  return at + length;
}

// The value in quotes for a message, cut when long.
std::string shown(std::string_view text);

// Each sets the reason and returns false.
bool refuse(std::string& reason, std::string text);
bool refuse_kind(const Codec& codec, const format::Value& value, std::string& reason);
// "'abc' is not a valid integer"
bool refuse_syntax(const Codec& codec, std::string_view text, std::string& reason);

}  // namespace postgres
