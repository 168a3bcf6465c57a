#include "transfer/approval_key.h"

#include <array>

#include "base/error.h"
#include "base/input_file.h"
#include "base/random.h"
#include "base/sha256.h"
#include "base/terminal.h"

namespace transfer {
namespace {

using base::Error;
using base::ErrorKind;

constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kKeyDigits = 2 * kKeyBytes;

std::string derived(const std::string& purpose, const std::string& key) {
  base::Sha256 digest;
  digest.update(purpose + " " + key);
  return digest.hex().substr(0, 32);
}

}  // namespace

std::string key_path(const std::string& plan) { return plan + ".key"; }

std::string new_key() { return base::random_hex(kKeyBytes); }

std::string key_text(const std::string& key) { return key + "\n"; }

bool is_key_text(std::string_view text) {
  return text.size() == kKeyDigits + 1 && text.back() == '\n' &&
         text.find_first_not_of("0123456789abcdef") == kKeyDigits;
}

std::string key_digest(const std::string& key) { return derived("which key", key); }

std::string shown_digest_key(const std::string& key) { return derived("shown digests", key); }

std::string read_key(const std::string& plan, const std::string& expected_digest) {
  const std::string path = key_path(plan);
  constexpr const char* kHint =
      "it is made beside the plan, for whoever applies it: copy it too, or make a new plan with --dry-run --report";
  std::array<char, kKeyDigits + 2> bytes{};
  std::size_t read = 0;
  try {
    base::InputFile file = base::InputFile::open(path);
    while (read < bytes.size()) {
      const std::size_t more = file.read(bytes.data() + read, bytes.size() - read);
      if (more == 0) break;
      read += more;
    }
  } catch (const Error& error) {
    // Nobody named it: a word of the command line is not what is wrong.
    throw Error(error.kind() == ErrorKind::kUsage ? ErrorKind::kInputOutput : error.kind(),
                std::string("the key of the plan cannot be read: ") + error.what(), kHint);
  }
  const std::string_view text(bytes.data(), read);
  if (!is_key_text(text)) throw Error(ErrorKind::kFile, base::printable(path) + " is no key of a plan", kHint);
  const std::string key(text.substr(0, kKeyDigits));
  if (key_digest(key) != expected_digest)
    throw Error(ErrorKind::kFile, base::printable(path) + " is the key of another plan", kHint);
  return key;
}

}  // namespace transfer
