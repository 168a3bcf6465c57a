// Compressed documents: what comes back, what is refused, and that the other thread's failures are not lost.
#include "format/compression.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "base/error.h"
#include "format/documents.h"

namespace format {
namespace {

using format_test::MemorySource;

// Takes what fits and then refuses.
class Memory final : public base::ByteSink {
 public:
  explicit Memory(std::string& text, std::size_t capacity = static_cast<std::size_t>(-1))
      : text_(text), capacity_(capacity) {}
  void write(std::string_view bytes) override {
    if (text_.size() + bytes.size() > capacity_) throw base::Error(base::ErrorKind::kInputOutput, "full");
    text_.append(bytes);
  }
  void finish() override {}

 private:
  std::string& text_;
  std::size_t capacity_;
};

// Several blocks, partly random, so that it does not compress to nothing.
std::string document() {
  std::mt19937 dice(7);
  std::string text;
  while (text.size() < 3'000'000) text += "{\"id\":" + std::to_string(dice()) + ",\"name\":\"same same same\"},\n";
  return text;
}

std::string compressed(const std::string& text, Compression compression) {
  std::string out;
  const auto sink = compress(std::make_unique<Memory>(out), compression);
  for (std::size_t at = 0; at < text.size(); at += 777'777) sink->write(std::string_view(text).substr(at, 777'777));
  sink->finish();
  return out;
}

std::string all_of(base::ByteSource& source, std::size_t chunk_bytes) {
  std::string text;
  std::string chunk(chunk_bytes, '\0');
  while (const std::size_t got = source.read(chunk.data(), chunk.size())) text.append(chunk, 0, got);
  return text;
}

class EachForm : public testing::TestWithParam<Compression> {};

TEST_P(EachForm, GivesTheSameBytesBackHoweverTheyAreCut) {
  const std::string text = document();
  const std::string packed = compressed(text, GetParam());
  for (const std::size_t most : {std::size_t{1009}, std::size_t{1} << 30}) {
    MemorySource raw(packed, most);
    EXPECT_TRUE(all_of(*decompress(raw), most == 1009 ? 4096 : 300'000) == text);
  }
  if (GetParam() != Compression::kNone) {
    EXPECT_LT(packed.size(), text.size() / 2);
  }
}

TEST_P(EachForm, SeeksForwardAndBack) {
  const std::string text = document();
  MemorySource raw(compressed(text, GetParam()), 100'000);
  const auto source = decompress(raw);
  std::string chunk(10, '\0');
  for (const std::size_t offset : {2'000'000U, 5U, 2'999'000U, 0U}) {
    source->seek(offset);
    ASSERT_EQ(source->read(chunk.data(), chunk.size()), 10U);
    EXPECT_EQ(chunk, text.substr(offset, 10));
  }
}

TEST_P(EachForm, RefusesDataThatEndsEarlyOrWasDamaged) {
  if (GetParam() == Compression::kNone) GTEST_SKIP() << "nothing can be told of plain bytes";
  const std::string packed = compressed(document(), GetParam());
  for (const std::size_t bytes : {std::size_t{10}, packed.size() / 2, packed.size() - 1}) {
    MemorySource cut(packed.substr(0, bytes), 65536);
    EXPECT_THROW(all_of(*decompress(cut), 65536), base::Error) << bytes;
  }
  std::string flipped = packed;
  flipped[packed.size() / 2] = static_cast<char>(flipped[packed.size() / 2] ^ 0x20);
  MemorySource damaged(flipped, 65536);
  EXPECT_THROW(all_of(*decompress(damaged), 65536), base::Error);
}

TEST_P(EachForm, ReadsStreamsPutOneBehindTheOther) {
  MemorySource raw(compressed("one", GetParam()) + compressed("two", GetParam()), 5);
  EXPECT_EQ(all_of(*decompress(raw), 100), "onetwo");
}

TEST_P(EachForm, HandsOnWhatTheSinkCannotTake) {
  std::string out;
  const auto sink = compress(std::make_unique<Memory>(out, 300'000), GetParam());
  const std::string text = document();
  EXPECT_THROW(
      {
        for (int i = 0; i < 20; ++i) sink->write(text);
        sink->finish();
      },
      base::Error);
}

TEST_P(EachForm, LeavesNothingRunningWhenItIsAbandoned) {
  std::string out;
  const auto sink = compress(std::make_unique<Memory>(out), GetParam());
  sink->write(document());
}

INSTANTIATE_TEST_SUITE_P(Compression, EachForm,
                         testing::Values(Compression::kNone, Compression::kGzip, Compression::kZstd));

TEST(Compression, IsKnownByTheNamesEnding) {
  EXPECT_EQ(compression_of("a.json"), Compression::kNone);
  EXPECT_EQ(compression_of("a.json.gz"), Compression::kGzip);
  EXPECT_EQ(compression_of("a.json.zst"), Compression::kZstd);
}

TEST(Compression, LeavesShortDocumentsAlone) {
  for (const std::string text : {"", "{", "\x1f"}) {
    MemorySource raw(text, 100);
    EXPECT_EQ(all_of(*decompress(raw), 10), text);
  }
}

}  // namespace
}  // namespace format
