// The functions below are called deprecated since version 3 for the sake of EVP, which allocates, and dies where there
// is no memory for that. These need none.
#define OPENSSL_API_COMPAT 0x10100000L
#include "base/sha256.h"

#include <openssl/sha.h>

#include <array>

#include "base/error.h"

namespace base {
namespace {

void check(int result) {
  if (result != 1)
    throw Error(ErrorKind::kInternal, "OpenSSL cannot compute SHA-256 here", "check OpenSSL's configuration");
}

}  // namespace

Sha256::Sha256() : state_(new SHA256state_st) { check(SHA256_Init(state_.get())); }

void Sha256::Free::operator()(SHA256state_st* state) const { delete state; }

void Sha256::update(std::string_view bytes) { check(SHA256_Update(state_.get(), bytes.data(), bytes.size())); }

std::string Sha256::hex() {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  check(SHA256_Final(digest.data(), state_.get()));
  std::string text;
  text.reserve(2 * digest.size());
  for (const unsigned char byte : digest) {
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789abcdef"[byte & 15];
  }
  return text;
}

}  // namespace base
