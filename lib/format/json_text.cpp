#include "format/json_text.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace format {
namespace {

constexpr std::size_t kLongestEscapeBytes = 6;  // \u001f
constexpr std::size_t kBlockBytes = 16;
// Bounds the room that is asked for: a text of which every byte is escaped needs six times its length.
constexpr std::size_t kPieceBytes = 4096;

bool needs_escape(char byte) { return static_cast<unsigned char>(byte) < 0x20 || byte == '"' || byte == '\\'; }

char short_escape(char byte) {
  switch (byte) {
    case '"':
      return '"';
    case '\\':
      return '\\';
    case '\b':
      return 'b';
    case '\t':
      return 't';
    case '\n':
      return 'n';
    case '\f':
      return 'f';
    case '\r':
      return 'r';
    default:
      return 0;
  }
}

char* write_escape(char* to, char byte) {
  *to++ = '\\';
  if (const char letter = short_escape(byte)) {
    *to++ = letter;
    return to;
  }
  constexpr std::string_view kDigits = "0123456789abcdef";
  const auto value = static_cast<unsigned char>(byte);
  std::memcpy(to, "u00", 3);
  to[3] = kDigits[value >> 4];
  to[4] = kDigits[value & 15];
  return to + 5;
}

char* write_bytes(char* to, const char* from, std::size_t bytes) {
  for (std::size_t i = 0; i < bytes; ++i) {
    if (needs_escape(from[i])) {
      to = write_escape(to, from[i]);
    } else {
      *to++ = from[i];
    }
  }
  return to;
}

// Whether one of the bytes of the word must be escaped: below 0x20, or equal to `"` or `\\` (zero after the exclusive
// or). A byte b below n sets its high bit in b - n; bytes from 0x80 on, which have it anyway, are masked out.
template <typename Word>
bool any_needs_escape(Word word) {
  constexpr Word kOnes = static_cast<Word>(~Word{0}) / 255;
  constexpr Word kHighBits = kOnes * 128;
  const Word quotes = word ^ (kOnes * '"');
  const Word backslashes = word ^ (kOnes * '\\');
  const Word low = (word - kOnes * 0x20) | (quotes - kOnes) | (backslashes - kOnes);
  return (low & ~word & kHighBits) != 0;
}

// Between sizeof(Word) and twice as many bytes, as two words that may overlap.
template <typename Word>
char* write_two_words(char* to, const char* from, std::size_t bytes) {
  Word first;
  Word last;
  std::memcpy(&first, from, sizeof first);
  std::memcpy(&last, from + bytes - sizeof last, sizeof last);
  if (any_needs_escape(first) || any_needs_escape(last)) return write_bytes(to, from, bytes);
  std::memcpy(to, &first, sizeof first);
  std::memcpy(to + bytes - sizeof last, &last, sizeof last);
  return to + bytes;
}

char* write_less_than_a_block(char* to, const char* from, std::size_t bytes) {
  if (bytes >= 8) return write_two_words<std::uint64_t>(to, from, bytes);
  if (bytes >= 4) return write_two_words<std::uint32_t>(to, from, bytes);
  return write_bytes(to, from, bytes);
}

#ifdef __SSE2__

// Copies the block; one bit for each byte that must be escaped.
unsigned copy_block(char* to, const char* from) {
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(to), bytes);
  const __m128i control = _mm_cmpeq_epi8(_mm_max_epu8(bytes, _mm_set1_epi8(0x1f)), _mm_set1_epi8(0x1f));
  const __m128i quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
  const __m128i backslash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
  return static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(control, _mm_or_si128(quote, backslash))));
}

#else

unsigned copy_block(char* to, const char* from) {
  std::uint64_t halves[2];
  std::memcpy(halves, from, kBlockBytes);
  std::memcpy(to, halves, kBlockBytes);
  if (!any_needs_escape(halves[0]) && !any_needs_escape(halves[1])) return 0;
  unsigned mask = 0;
  for (std::size_t i = 0; i < kBlockBytes; ++i) mask |= static_cast<unsigned>(needs_escape(from[i])) << i;
  return mask;
}

#endif

char* write_piece(char* to, const char* from, std::size_t bytes) {
  const char* const end = from + bytes;
  while (end - from >= static_cast<std::ptrdiff_t>(kBlockBytes)) {
    const unsigned dirty = copy_block(to, from);
    if (dirty == 0) [[likely]] {
      to += kBlockBytes;
      from += kBlockBytes;
      continue;
    }
    const auto clean = static_cast<std::size_t>(std::countr_zero(dirty));
    to = write_escape(to + clean, from[clean]);
    from += clean + 1;
  }
  return write_less_than_a_block(to, from, static_cast<std::size_t>(end - from));
}

}  // namespace

void append_json_string(base::ByteBuffer& out, std::string_view text) {
  out.append('"');
  while (!text.empty()) {
    const std::size_t bytes = std::min(text.size(), kPieceBytes);
    char* const begin = out.room(bytes * kLongestEscapeBytes + kBlockBytes);
    out.advance(static_cast<std::size_t>(write_piece(begin, text.data(), bytes) - begin));
    text.remove_prefix(bytes);
    out.spill();
  }
  out.append('"');
}

}  // namespace format
