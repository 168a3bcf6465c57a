#include "base/sha256.h"

#include <cstdio>
#include <random>

#include "temporary_folder.h"

namespace base {
namespace {

std::string sha256sum(const std::string& path) {
  FILE* pipe = ::popen(("sha256sum '" + path + "'").c_str(), "r");
  std::string digest(64, '\0');
  const std::size_t got = pipe == nullptr ? 0 : std::fread(digest.data(), 1, digest.size(), pipe);
  if (pipe != nullptr) ::pclose(pipe);
  EXPECT_EQ(got, digest.size());
  return digest;
}

TEST(Sha256, OfNothingIsTheKnownValue) {
  EXPECT_EQ(Sha256().hex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Sha256, AgreesWithSha256sumHoweverTheBytesAreCut) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  const TemporaryFolder folder;
  for (const std::size_t bytes : {1U, 55U, 56U, 63U, 64U, 65U, 1000U, 100'000U}) {
    std::string text;
    for (std::size_t i = 0; i < bytes; ++i) text += static_cast<char>(random() & 0xFF);
    make_file(folder / "bytes", text);

    Sha256 hash;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t chunk_bytes = random() % 300;
      hash.update(std::string_view(text).substr(at, chunk_bytes));
      at += chunk_bytes;
    }

    EXPECT_EQ(hash.hex(), sha256sum(folder / "bytes"));
  }
}

}  // namespace
}  // namespace base
