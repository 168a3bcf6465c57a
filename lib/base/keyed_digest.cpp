#include "base/keyed_digest.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <array>
#include <cstring>
#include <string>

#include "base/error.h"
#include "base/random.h"

namespace base {
namespace {

constexpr std::size_t kBytes = 16;  // of the key and of a digest

[[noreturn]] void fail() { throw Error(ErrorKind::kInternal, "the cryptographic library has no SipHash of 128 bits"); }

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

}  // namespace

struct KeyedDigest::State {
  struct Free {
    void operator()(EVP_MAC* mac) const { EVP_MAC_free(mac); }
    void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
  };
  std::unique_ptr<EVP_MAC, Free> mac;
  std::unique_ptr<EVP_MAC_CTX, Free> context;
};

KeyedDigest::KeyedDigest() : state_(std::make_unique<State>()) {
  state_->mac.reset(EVP_MAC_fetch(nullptr, "SIPHASH", nullptr));
  if (!state_->mac) fail();
  state_->context.reset(EVP_MAC_CTX_new(state_->mac.get()));
  if (!state_->context) fail();
  const std::string key = random_bytes(kBytes);
  std::size_t bytes = kBytes;
  const std::array parameters = {OSSL_PARAM_construct_size_t(OSSL_MAC_PARAM_SIZE, &bytes), OSSL_PARAM_construct_end()};
  if (EVP_MAC_init(state_->context.get(), bytes_of(key), key.size(), parameters.data()) != 1) fail();
}

KeyedDigest::~KeyedDigest() = default;
KeyedDigest::KeyedDigest(KeyedDigest&&) noexcept = default;
KeyedDigest& KeyedDigest::operator=(KeyedDigest&&) noexcept = default;

Digest128 KeyedDigest::of(std::string_view text) {
  std::array<unsigned char, kBytes> bytes{};
  std::size_t got = 0;
  EVP_MAC_CTX* const context = state_->context.get();
  // Without a key: once more under the one that it has.
  if (EVP_MAC_init(context, nullptr, 0, nullptr) != 1 || EVP_MAC_update(context, bytes_of(text), text.size()) != 1 ||
      EVP_MAC_final(context, bytes.data(), &got, bytes.size()) != 1 || got != bytes.size())
    fail();
  Digest128 digest;
  std::memcpy(&digest.first, bytes.data(), sizeof digest.first);
  std::memcpy(&digest.second, bytes.data() + sizeof digest.first, sizeof digest.second);
  return digest;
}

}  // namespace base
