#include "format/container_scanner.h"

#include <bit>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace format {
namespace {

// One bit a byte of the block.
struct BlockMasks {
  std::uint64_t quotes = 0;
  std::uint64_t backslashes = 0;
  std::uint64_t brackets = 0;
};

// '[' and ']' differ from '{' and '}' by this bit alone.
constexpr char kBraceBit = 0x20;
// Set in '[' and '{', clear in ']' and '}'.
constexpr char kOpeningBit = 0x02;

#ifdef __SSE2__

std::uint64_t mask_of(__m128i equal) { return static_cast<std::uint32_t>(_mm_movemask_epi8(equal)); }

BlockMasks masks_of(const char* block) {
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i backslash = _mm_set1_epi8('\\');
  const __m128i opening = _mm_set1_epi8('{');
  const __m128i closing = _mm_set1_epi8('}');
  const __m128i brace_bit = _mm_set1_epi8(kBraceBit);
  BlockMasks masks;
  for (unsigned i = 0; i < 4; ++i) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(block) + i);
    const __m128i braces = _mm_or_si128(bytes, brace_bit);
    const __m128i brackets = _mm_or_si128(_mm_cmpeq_epi8(braces, opening), _mm_cmpeq_epi8(braces, closing));
    masks.quotes |= mask_of(_mm_cmpeq_epi8(bytes, quote)) << (16 * i);
    masks.backslashes |= mask_of(_mm_cmpeq_epi8(bytes, backslash)) << (16 * i);
    masks.brackets |= mask_of(brackets) << (16 * i);
  }
  return masks;
}

#else

BlockMasks masks_of(const char* block) {
  BlockMasks masks;
  for (std::size_t i = 0; i < ContainerScanner::kBlockBytes; ++i) {
    const std::uint64_t bit = std::uint64_t{1} << i;
    const char byte = block[i];
    const char brace = static_cast<char>(byte | kBraceBit);
    if (byte == '"') masks.quotes |= bit;
    if (byte == '\\') masks.backslashes |= bit;
    if (brace == '{' || brace == '}') masks.brackets |= bit;
  }
  return masks;
}

#endif

// Bit i of the result: the exclusive or of bits 0 to i, so a run of ones from each quote up to the next.
std::uint64_t prefix_xor(std::uint64_t bits) {
  for (unsigned shift = 1; shift < 64; shift *= 2) bits ^= bits << shift;
  return bits;
}

}  // namespace

void ContainerScanner::start() {
  state_ = State::kOpen;
  depth_ = 0;
  in_string_ = 0;
  escaped_ = false;
}

std::size_t ContainerScanner::scan(const char* text, std::size_t bytes) {
  std::size_t taken = 0;
  while (state_ == State::kOpen && bytes - taken >= kBlockBytes) taken += scan_block(text + taken);
  return taken;
}

std::size_t ContainerScanner::scan_rest(const char* text, std::size_t bytes) {
  char block[kBlockBytes] = {};
  std::memcpy(block, text, bytes);
  const std::size_t taken = scan_block(block);
  return state_ == State::kOpen ? bytes : taken;
}

std::size_t ContainerScanner::scan_block(const char* block) {
  const BlockMasks masks = masks_of(block);
  const std::uint64_t quotes = masks.quotes & ~escaped_bytes(masks.backslashes);
  const std::uint64_t in_string = prefix_xor(quotes) ^ in_string_;
  in_string_ = (in_string >> 63) != 0 ? ~std::uint64_t{0} : 0;
  for (std::uint64_t brackets = masks.brackets & ~in_string; brackets != 0; brackets &= brackets - 1) {
    const auto at = static_cast<std::size_t>(std::countr_zero(brackets));
    if ((block[at] & kOpeningBit) != 0) {
      open(block[at]);
    } else {
      close(block[at]);
    }
    if (state_ != State::kOpen) return at + 1;
  }
  return kBlockBytes;
}

// Which bytes come after a backslash that is not itself escaped. Few blocks hold a backslash at all.
std::uint64_t ContainerScanner::escaped_bytes(std::uint64_t backslashes) {
  if (backslashes == 0 && !escaped_) [[likely]]
    return 0;
  std::uint64_t escaped = escaped_ ? 1 : 0;
  std::uint64_t left = backslashes & ~escaped;
  escaped_ = false;
  while (left != 0) {
    const int at = std::countr_zero(left);
    escaped_ = at == 63;
    escaped |= (std::uint64_t{1} << at) << 1;
    left &= ~(std::uint64_t{3} << at);
  }
  return escaped;
}

void ContainerScanner::open(char bracket) {
  if (depth_ == kMaxDepth) {
    state_ = State::kTooDeep;
    return;
  }
  kinds_[depth_++] = static_cast<char>(bracket & kBraceBit);
}

void ContainerScanner::close(char bracket) {
  if (depth_ == 0 || kinds_[depth_ - 1] != static_cast<char>(bracket & kBraceBit)) {
    state_ = State::kMismatch;
    return;
  }
  if (--depth_ == 0) state_ = State::kClosed;
}

}  // namespace format
