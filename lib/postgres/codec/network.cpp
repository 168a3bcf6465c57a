#include "postgres/codec/network.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>

#include "postgres/codec/bytes.h"
#include "postgres/codec/wire.h"

namespace postgres {

namespace {

using format::Value;
using format::ValueKind;

enum class Kind : std::uint8_t { kInet = 0, kCidr = 1 };

// The wire's own numbers of the families, the same on every system.
constexpr std::uint8_t kVersion4 = 2;
constexpr std::uint8_t kVersion6 = 3;

constexpr std::size_t address_bytes(std::uint8_t family) { return family == kVersion4 ? 4 : 16; }

char* put_version_4(char* at, const char* bytes) {
  for (int i = 0; i < 4; ++i) {
    if (i != 0) *at++ = '.';
    at = put_unsigned(at, static_cast<unsigned char>(bytes[i]));
  }
  return at;
}

char* put_hex_word(char* at, unsigned word) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  int shift = 12;
  while (shift > 0 && (word >> shift) == 0) shift -= 4;
  for (; shift >= 0; shift -= 4) *at++ = kDigits[(word >> shift) & 15];
  return at;
}

struct Zeros {
  int first = -1;
  int count = 0;
};

// The longest run of zero words, the first of equals; a single one is not worth "::".
Zeros longest_zeros(const unsigned* words) {
  Zeros best;
  for (int i = 0; i < 8;) {
    int end = i;
    while (end < 8 && words[end] == 0) ++end;
    if (end - i > best.count) best = {i, end - i};
    i = end + 1;
  }
  return best.count >= 2 ? best : Zeros{};
}

char* put_version_6(char* at, const char* bytes) {
  unsigned words[8];
  for (int i = 0; i < 8; ++i) words[i] = load<std::uint16_t>(bytes + 2 * i);
  const Zeros zeros = longest_zeros(words);
  // ::a.b.c.d and ::ffff:a.b.c.d, where PostgreSQL sees them.
  const bool embeds_version_4 = zeros.first == 0 && (zeros.count == 6 || (zeros.count == 7 && words[7] != 1) ||
                                                     (zeros.count == 5 && words[5] == 0xffff));
  for (int i = 0; i < 8; ++i) {
    if (i >= zeros.first && i < zeros.first + zeros.count) {
      if (i == zeros.first) *at++ = ':';
      continue;
    }
    if (i != 0) *at++ = ':';
    if (i == 6 && embeds_version_4) return put_version_4(at, bytes + 12);
    at = put_hex_word(at, words[i]);
  }
  if (zeros.count != 0 && zeros.first + zeros.count == 8) *at++ = ':';
  return at;
}

template <Kind kind>
void print_network(const Codec& codec, base::ByteBuffer& out, std::string_view field) {
  FieldReader reader(codec, field);
  const auto family = reader.take<std::uint8_t>();
  const auto bits = reader.take<std::uint8_t>();
  reader.take<std::uint8_t>();  // whether it is a cidr: the column says so
  const auto count = reader.take<std::uint8_t>();
  const std::size_t bytes = address_bytes(family);
  if ((family != kVersion4 && family != kVersion6) || count != bytes || bits > 8 * bytes) throw_malformed(codec);
  const std::string_view address = reader.take(bytes);
  if (!reader.rest().empty()) throw_malformed(codec);
  char* const start = out.room(64);
  char* at = family == kVersion4 ? put_version_4(start, address.data()) : put_version_6(start, address.data());
  if (kind == Kind::kCidr || bits != 8 * bytes) {
    *at++ = '/';
    at = put_unsigned(at, bits);
  }
  out.advance(static_cast<std::size_t>(at - start));
}

struct Network {
  std::uint8_t family = 0;
  std::uint8_t bits = 0;
  char address[16] = {};
};

bool parse_network(std::string_view text, Network& network) {
  const std::size_t slash = std::min(text.find('/'), text.size());
  char address[64] = {};  // inet_pton wants a terminated string
  if (slash == 0 || slash >= sizeof(address) || text.find('\0') != std::string_view::npos) return false;
  std::copy_n(text.data(), slash, address);
  network.family = text.substr(0, slash).find(':') == std::string_view::npos ? kVersion4 : kVersion6;
  if (inet_pton(network.family == kVersion4 ? AF_INET : AF_INET6, address, network.address) != 1) return false;
  const auto width = static_cast<unsigned>(8 * address_bytes(network.family));
  unsigned bits = width;
  if (slash != text.size()) {
    const std::string_view digits = text.substr(slash + 1);
    if (digits.empty() || digits.size() > 3) return false;
    bits = 0;
    for (const char digit : digits) {
      if (digit < '0' || digit > '9') return false;
      bits = bits * 10 + static_cast<unsigned>(digit - '0');
    }
  }
  network.bits = static_cast<std::uint8_t>(bits);
  return bits <= width;
}

bool has_bits_behind_mask(const Network& network) {
  for (unsigned i = network.bits; i < 8 * address_bytes(network.family); ++i) {
    if ((static_cast<unsigned char>(network.address[i / 8]) & (0x80u >> (i % 8))) != 0) return true;
  }
  return false;
}

template <Kind kind>
bool encode_network(const Codec& codec, base::ByteBuffer& out, const Value& value, std::string& reason) {
  if (value.kind != ValueKind::kString) return refuse_kind(codec, value, reason);
  Network network;
  if (!parse_network(value.text, network)) return refuse_syntax(codec, value.text, reason);
  if (kind == Kind::kCidr && has_bits_behind_mask(network)) {
    return refuse(reason, fmt::format("{} has bits set to the right of its mask, {} takes none", shown(value.text),
                                      codec.name()));
  }
  const std::size_t bytes = address_bytes(network.family);
  char* at = store(out.room(24), static_cast<std::int32_t>(4 + bytes));
  at = store(store(at, network.family), network.bits);
  at = store(store(at, static_cast<std::uint8_t>(kind)), static_cast<std::uint8_t>(bytes));
  std::memcpy(at, network.address, bytes);
  out.advance(8 + bytes);
  return true;
}

void print_macaddr(const Codec& codec, base::ByteBuffer& out, std::string_view field) {
  if (field.size() != 6) throw_malformed(codec);
  char* at = out.room(18);
  for (std::size_t i = 0; i < 6; ++i) {
    if (i != 0) *at++ = ':';
    at = put_hex(at, field.substr(i, 1));
  }
  out.advance(17);
}

bool encode_macaddr(const Codec& codec, base::ByteBuffer& out, const Value& value, std::string& reason) {
  if (value.kind != ValueKind::kString) return refuse_kind(codec, value, reason);
  const std::string_view text = value.text;
  char* const at = store(out.room(10), std::int32_t{6});
  if (text.size() != 17) return refuse_syntax(codec, text, reason);
  for (std::size_t i = 0; i < 6; ++i) {
    const unsigned high = hex_value(text[3 * i]);
    const unsigned low = hex_value(text[3 * i + 1]);
    if ((high | low) > 15 || (i < 5 && text[3 * i + 2] != ':')) return refuse_syntax(codec, text, reason);
    at[i] = static_cast<char>(high << 4 | low);
  }
  out.advance(10);
  return true;
}

}  // namespace

constinit const CodecFunctions kInetFunctions = {decode_quoted<print_network<Kind::kInet>>, encode_network<Kind::kInet>,
                                                 print_network<Kind::kInet>};
constinit const CodecFunctions kCidrFunctions = {decode_quoted<print_network<Kind::kCidr>>, encode_network<Kind::kCidr>,
                                                 print_network<Kind::kCidr>};
constinit const CodecFunctions kMacaddrFunctions = {decode_quoted<print_macaddr>, encode_macaddr, print_macaddr};

}  // namespace postgres
