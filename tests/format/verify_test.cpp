#include "format/verify.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "documents.h"

namespace {

using base::ErrorKind;
using format::SealPolicy;
using format_test::error_of;
using format_test::MemorySource;

format::Verified verify(const std::string& text, SealPolicy policy) {
  MemorySource source(text);
  return format::verify(source, policy);
}

bool is_refused(const std::string& text) {
  return error_of([&] { verify(text, SealPolicy::kDemand); }).kind() == ErrorKind::kFile;
}

std::string with(std::string text, const std::string& what, const std::string& instead) {
  return text.replace(text.find(what), what.size(), instead);
}

// A sound document whose text was changed: what is said of its seal.
base::Error refusal_of(const std::string& text) {
  return error_of([&] { verify(text, SealPolicy::kDemand); });
}

TEST(Verify, TakesWhatTheWriterWroteAndCountsIt) {
  const std::string text = format_test::small_document();
  const format::Verified found = verify(text, SealPolicy::kDemand);
  EXPECT_TRUE(found.sealed);
  EXPECT_EQ(found.rows, (std::vector<std::uint64_t>{2, 0, 1}));
  EXPECT_EQ(found.bytes, text.find("\"seal\""));
  EXPECT_EQ(found.sha256, found.seal->sha256);
  EXPECT_EQ(found.header.tables.size(), 3U);
}

TEST(Verify, RefusesADocumentCutAtAnyByte) {
  const std::string text = format_test::small_document();
  for (std::size_t bytes = 0; bytes < text.size(); ++bytes) ASSERT_TRUE(is_refused(text.substr(0, bytes))) << bytes;
}

TEST(Verify, RefusesADocumentWithAnyBitFlipped) {
  std::string text = format_test::small_document();
  for (std::size_t at = 0; at < text.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      text[at] = static_cast<char>(text[at] ^ (1 << bit));
      ASSERT_TRUE(is_refused(text)) << "byte " << at << ", bit " << bit;
      text[at] = static_cast<char>(text[at] ^ (1 << bit));
    }
  }
  EXPECT_FALSE(is_refused(text));
}

TEST(Verify, RefusesAnyByteRemovedOrDoubled) {
  const std::string text = format_test::small_document();
  for (std::size_t at = 0; at < text.size(); ++at) {
    ASSERT_TRUE(is_refused(text.substr(0, at) + text.substr(at + 1))) << at;
    ASSERT_TRUE(is_refused(text.substr(0, at + 1) + text.substr(at))) << at;
  }
}

TEST(Verify, NamesTheTableWhoseCountDiffersFirst) {
  const base::Error error = refusal_of(with(format_test::small_document(), "{\"id\":[1,{}]}", "{\"id\":1},{\"id\":2}"));
  EXPECT_NE(std::string(error.what()).find("1 rows in table logs, the file holds 2"), std::string::npos)
      << error.what();
  EXPECT_NE(error.hint().find("--unsealed"), std::string::npos);
}

TEST(Verify, NamesLengthAndHashWhereTheCountsFit) {
  const std::string text = format_test::small_document();
  EXPECT_NE(std::string(refusal_of(with(text, "c1a", "c1aa")).what()).find("it covers"), std::string::npos);
  EXPECT_NE(std::string(refusal_of(with(text, "c1a", "c1x")).what()).find("its sha256 is"), std::string::npos);
  EXPECT_NE(std::string(refusal_of(text + "\n").what()).find("not as it was written"), std::string::npos);
}

TEST(Verify, HintsAtTheTransferWhereItSeesItsTraces) {
  const base::Error error = refusal_of("\xef\xbb\xbf" + format_test::small_document());
  EXPECT_NE(error.hint().find("a byte order mark"), std::string::npos) << error.hint();
}

TEST(Verify, HintsAtCopyingAgainWhereTheEndIsMissing) {
  const std::string text = format_test::small_document();
  const base::Error error = refusal_of(text.substr(0, text.size() / 2));
  EXPECT_NE(std::string(error.what()).find("incomplete"), std::string::npos);
  EXPECT_EQ(error.hint(), "copy it again");
}

TEST(Verify, TakesAnEditedDocumentWhenTheSealIsIgnoredAndSaysIt) {
  const std::string edited = nlohmann::ordered_json::parse(format_test::small_document()).dump(2);
  EXPECT_TRUE(is_refused(edited));
  const format::Verified found = verify(edited, SealPolicy::kIgnore);
  EXPECT_FALSE(found.sealed);
  EXPECT_EQ(found.rows, (std::vector<std::uint64_t>{2, 0, 1}));
  EXPECT_TRUE(verify(format_test::small_document(), SealPolicy::kIgnore).sealed);
}

TEST(Verify, ChecksEveryRecordWhenTheSealIsIgnored) {
  const std::string text = with(format_test::small_document(), "[1,{}]", "[1,NaN]");
  const base::Error error = error_of([&] { verify(text, SealPolicy::kIgnore); });
  EXPECT_EQ(error.kind(), ErrorKind::kFile);
  EXPECT_NE(std::string(error.what())
                .find(fmt::format("table logs, record 1: this is no JSON value at byte {}", text.find("NaN"))),
            std::string::npos)
      << error.what();
}

TEST(Verify, RefusesAMemberBehindTheDataThatStoodThereBefore) {
  const std::string text = format_test::small_document();
  for (const char* const again : {"\"data\": {}", "\"tables\": []", "\"later\": 1,\n\"later\": 1"}) {
    const std::string twice = with(text, "\"seal\"", std::string(again) + ",\n\"seal\"");
    const base::Error error = error_of([&] { verify(twice, SealPolicy::kIgnore); });
    EXPECT_EQ(error.kind(), ErrorKind::kFile) << again;
    EXPECT_NE(std::string(error.what()).find("occurs twice"), std::string::npos) << error.what();
  }
}

TEST(Verify, HandsEveryChunkOnForSpooling) {
  const std::string text = format_test::small_document();
  MemorySource source(text, 100);
  std::string spooled;
  std::uint64_t progress = 0;
  format::verify(
      source, SealPolicy::kDemand, [&](std::uint64_t bytes) { progress = bytes; },
      [&](std::string_view chunk) { spooled += chunk; });
  EXPECT_EQ(spooled, text);
  EXPECT_EQ(progress, text.size());
}

}  // namespace
