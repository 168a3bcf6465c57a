#include "sqlite/session/cell.h"

#include <bit>
#include <charconv>
#include <cmath>

#include "base/terminal.h"
#include "base/utf8.h"

namespace sqlite {
namespace {

void append_big_endian(std::string& out, std::uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xFFU);
}

std::string hex_text(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text = "x'";
  for (const char byte : bytes) {
    text += kDigits[static_cast<unsigned char>(byte) >> 4];
    text += kDigits[static_cast<unsigned char>(byte) & 0xFU];
  }
  return text += '\'';
}

}  // namespace

bool same(const Cell& a, const Cell& b) {
  if (a.storage != b.storage) return false;
  switch (a.storage) {
    case StorageClass::kNull:
      return true;
    case StorageClass::kInteger:
      return a.integer == b.integer;
    case StorageClass::kReal:
      return std::bit_cast<std::uint64_t>(a.real) == std::bit_cast<std::uint64_t>(b.real);
    case StorageClass::kText:
    case StorageClass::kBlob:
      return a.bytes == b.bytes;
  }
  return false;
}

std::string real_text(double value) {
  if (std::isinf(value)) return value < 0 ? "-Infinity" : "Infinity";
  char text[40];
  std::string shortest(text, std::to_chars(text, text + sizeof text, value).ptr);
  if (shortest.find_first_of(".e") == std::string::npos) shortest += ".0";
  return shortest;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t bytes = base::first_code_point(text).bytes;
    if (bytes == 0) return false;
    text.remove_prefix(bytes);
  }
  return true;
}

std::string shown(const Cell& cell) {
  switch (cell.storage) {
    case StorageClass::kNull:
      return "null";
    case StorageClass::kInteger:
      return std::to_string(cell.integer);
    case StorageClass::kReal:
      return real_text(cell.real);
    case StorageClass::kBlob:
      return hex_text(cell.bytes);
    case StorageClass::kText:
      break;
  }
  const bool plain = cell.bytes.find('\0') == std::string_view::npos && is_utf8(cell.bytes);
  return plain ? std::string(cell.bytes) : base::printable(cell.bytes);
}

void append_image(std::string& image, const Cell& cell) {
  image += static_cast<char>(cell.storage);
  switch (cell.storage) {
    case StorageClass::kNull:
      return;
    case StorageClass::kInteger:
      // The sign bit turned over sorts negative numbers first.
      return append_big_endian(image, static_cast<std::uint64_t>(cell.integer) ^ (std::uint64_t{1} << 63));
    case StorageClass::kReal:
      return append_big_endian(image, std::bit_cast<std::uint64_t>(cell.real));
    case StorageClass::kText:
    case StorageClass::kBlob:
      append_big_endian(image, cell.bytes.size());
      image += cell.bytes;
      return;
  }
}

}  // namespace sqlite
