#include "base/base64.h"

#include <openssl/evp.h>

#include <algorithm>

namespace base {
namespace {

// OpenSSL counts in int; a multiple of 3, so that only the last piece is padded.
constexpr std::size_t kPieceBytes = std::size_t{3} << 20;

unsigned char* bytes_of(char* text) { return reinterpret_cast<unsigned char*>(text); }
const unsigned char* bytes_of(const char* text) { return reinterpret_cast<const unsigned char*>(text); }

}  // namespace

void append_base64(ByteBuffer& out, std::string_view bytes) {
  while (!bytes.empty()) {
    const std::string_view piece = bytes.substr(0, kPieceBytes);
    char* const to = out.room(piece.size() / 3 * 4 + 8);
    out.advance(static_cast<std::size_t>(
        EVP_EncodeBlock(bytes_of(to), bytes_of(piece.data()), static_cast<int>(piece.size()))));
    bytes.remove_prefix(piece.size());
  }
}

bool decode_base64(std::string_view text, std::string& bytes) {
  bytes.clear();
  if (text.size() % 4 != 0) return false;
  if (text.empty()) return true;
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  // OpenSSL skips white space and takes a padding anywhere.
  const std::string_view digits = text.substr(0, text.size() - padding);
  const bool clean = std::all_of(digits.begin(), digits.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
  });
  if (!clean) return false;
  bytes.resize(text.size() / 4 * 3);
  constexpr std::size_t kTextPiece = kPieceBytes / 3 * 4;
  std::size_t written = 0;
  for (std::size_t at = 0; at < text.size(); at += kTextPiece) {
    const std::string_view piece = text.substr(at, kTextPiece);
    const int count =
        EVP_DecodeBlock(bytes_of(bytes.data() + written), bytes_of(piece.data()), static_cast<int>(piece.size()));
    if (count < 0) return false;
    written += static_cast<std::size_t>(count);
  }
  bytes.resize(written - padding);
  ByteBuffer again;  // bits after the last byte must be zero
  append_base64(again, std::string_view(bytes).substr(bytes.size() - bytes.size() % 3));
  return text.ends_with(again.view());
}

}  // namespace base
