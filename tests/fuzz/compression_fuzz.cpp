// Compressed documents: any bytes are read the same in small pieces and in large ones, or refused with Error(kFile);
// what is compressed comes back. The first byte chooses: read the rest, or compress it.
#include "format/compression.h"

#include <memory>

#include "base/error.h"
#include "format/documents.h"
#include "fuzz/target.h"

namespace {

using format::Compression;
using fuzz::require;

constexpr std::size_t kEnoughBytes = std::size_t{8} << 20;  // a few bytes can stand for gigabytes

// Ends with "!" where the data turned out to be damaged.
std::string read_all(std::string_view raw, std::size_t source_bytes, std::size_t read_bytes) {
  format_test::MemorySource source(std::string(raw), source_bytes);
  std::string text;
  try {
    const auto document = format::decompress(source);
    std::string piece(read_bytes, '\0');
    while (text.size() < kEnoughBytes) {
      const std::size_t bytes = document->read(piece.data(), piece.size());
      if (bytes == 0) return text;
      require(bytes <= piece.size(), "no more is read than there is room for");
      text.append(piece, 0, bytes);
    }
    text.resize(kEnoughBytes);
  } catch (const base::Error& error) {
    require(error.kind() == base::ErrorKind::kFile, "damaged data is Error(kFile)");
    text += "!";
  }
  return text;
}

class SharedSink final : public base::ByteSink {
 public:
  explicit SharedSink(std::string& text) : text_(text) {}
  void write(std::string_view bytes) override { text_.append(bytes); }
  void finish() override {}

 private:
  std::string& text_;
};

void come_back(std::string_view text, Compression compression) {
  std::string compressed;
  const auto sink = format::compress(std::make_unique<SharedSink>(compressed), compression);
  sink->write(text.substr(0, text.size() / 3));
  sink->write(text.substr(text.size() / 3));
  sink->finish();
  require(read_all(compressed, 7, 1000) == text, "what is compressed comes back");
  require(read_all(compressed.substr(0, compressed.size() - 1), 1000, 1000).ends_with("!"), "a cut is noticed");
}

}  // namespace

FUZZ_TARGET(compression) {
  fuzz::Input material(input);
  const unsigned choice = material.byte();
  if (choice % 8 == 1) return come_back(material.rest(), Compression::kGzip);
  if (choice % 8 == 2) return come_back(material.rest(), Compression::kZstd);
  const std::string whole = read_all(material.rest(), kEnoughBytes, 100'000);
  const std::string pieces = read_all(material.rest(), 1 + choice, 4096);
  // Where the data is damaged, how much came before depends on the pieces.
  require(whole.ends_with("!") == pieces.ends_with("!"), "damage is noticed in pieces of any size");
  if (!whole.ends_with("!")) require(whole == pieces, "the size of the pieces does not matter");
}
