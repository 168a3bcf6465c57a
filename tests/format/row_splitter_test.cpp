#include "format/row_splitter.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "documents.h"

namespace {

using format_test::error_of;
using format_test::Json;
using format_test::MemorySource;

// A document of records that no splitter likes, with the JSON it means.
struct Nasty {
  std::string text;
  Json data;
};

Nasty nasty_document(unsigned seed) {
  format_test::Generator generator(seed);
  const std::vector<std::string> columns = {"id", "na\"me", "\\", "{"};
  std::vector<catalog::Table> tables;
  format_test::Sections sections;
  Nasty nasty;
  for (const std::string& name : {std::string("a"), std::string("b\"[{"), std::string("c.d")}) {
    tables.push_back(format_test::make_table(name, columns));
    Json& data = nasty.data[format::section_name(tables.back().name, {"public"})] = Json::array();
    sections.emplace_back();
    for (std::size_t i = generator.below(8); i > 0; --i) {
      data.push_back(generator.record(columns));
      sections.back().push_back(data.back().dump());
    }
  }
  nasty.text = format_test::write_document(format_test::make_header(tables), sections);
  return nasty;
}

Json data_of(const std::vector<std::pair<std::string, std::vector<std::string>>>& sections) {
  Json data = Json::object();
  for (const auto& [section, records] : sections) {
    data[section] = Json::array();
    for (const std::string& record : records) data[section].push_back(Json::parse(record));
  }
  return data;
}

Json split(const std::string& text, std::size_t chunk_bytes) {
  MemorySource source(text, chunk_bytes);
  return data_of(format_test::split_document(source, chunk_bytes));
}

base::Error error_in(const std::string& text) {
  return error_of([&] { split(text, 4096); });
}

std::string with(std::string text, const std::string& what, const std::string& instead) {
  return text.replace(text.find(what), what.size(), instead);
}

TEST(RowSplitter, FindsTheSameRecordsAtEveryChunkSize) {
  const Nasty nasty = nasty_document(11);
  for (std::size_t chunk_bytes = 1; chunk_bytes <= 300; ++chunk_bytes) {
    ASSERT_EQ(split(nasty.text, chunk_bytes), nasty.data) << chunk_bytes;
  }
}

TEST(RowSplitter, ReadsPrettyPrintedAndMinifiedCopiesTheSame) {
  for (unsigned seed = 100; seed < 160; ++seed) {
    const Nasty nasty = nasty_document(seed);
    const Json document = Json::parse(nasty.text);
    for (const std::string& copy : {nasty.text, document.dump(), document.dump(2), document.dump(1, '\t', true)}) {
      ASSERT_EQ(split(copy, 7), nasty.data) << "seed " << seed;
      ASSERT_EQ(split(copy, 1 << 16), nasty.data) << "seed " << seed;
    }
  }
}

TEST(RowSplitter, NumbersRecordsAndGivesTheirOffsets) {
  const std::string text = format_test::small_document();
  MemorySource source(text);
  format::RowSplitter splitter(source, 16);
  splitter.read_header();
  for (std::string section; splitter.next_table(section);) {
    std::uint64_t number = 0;
    for (format::RawRecord record; splitter.next_record(record);) {
      EXPECT_EQ(record.number, ++number);
      EXPECT_EQ(text.substr(record.offset, record.text.size()), record.text);
    }
  }
}

TEST(RowSplitter, SkipsWhatIsLeftOfASectionAndCountsIt) {
  MemorySource source(format_test::small_document());
  format::RowSplitter splitter(source, 5);
  splitter.read_header();
  std::string section;
  format::RawRecord record;
  ASSERT_TRUE(splitter.next_table(section) && splitter.next_record(record));
  EXPECT_EQ(splitter.skip_records(), 1U);
  ASSERT_TRUE(splitter.next_table(section) && splitter.next_table(section));
  EXPECT_EQ(section, "logs");
  EXPECT_FALSE(splitter.next_table(section));
  EXPECT_TRUE(splitter.read_seal());
  EXPECT_TRUE(splitter.ends_as_written());
}

TEST(RowSplitter, GoesOnExactlyWhereItIsPutBack) {
  const Nasty nasty = nasty_document(12);
  MemorySource source(nasty.text);
  format::RowSplitter splitter(source, 64);
  splitter.read_header();
  std::string section;
  std::vector<format::Position> places = {splitter.position()};
  while (splitter.next_table(section)) {
    places.push_back(splitter.position());
    for (format::RawRecord record; splitter.next_record(record);) places.push_back(splitter.position());
  }
  for (const format::Position& place : places) {
    splitter.restore(place);
    EXPECT_EQ(splitter.position().offset, place.offset);
    std::uint64_t records = splitter.skip_records() + place.records;
    std::size_t sections = place.sections;
    if (place.in_section) {
      EXPECT_EQ(records, std::next(nasty.data.begin(), static_cast<std::ptrdiff_t>(sections) - 1)->size());
    }
    while (splitter.next_table(section))
      EXPECT_EQ(section, std::next(nasty.data.begin(), static_cast<std::ptrdiff_t>(sections++)).key());
    EXPECT_EQ(sections, nasty.data.size());
  }
}

TEST(RowSplitter, HandsEveryByteBeforeTheSealOverOnceEvenWhenItIsPutBack) {
  const std::string text = nasty_document(13).text;
  for (const std::size_t chunk_bytes : {1, 50, 1 << 16}) {
    MemorySource source(text);
    format::RowSplitter splitter(source, chunk_bytes);
    std::string sealed;
    splitter.on_sealed_bytes([&](std::string_view bytes) { sealed += bytes; });
    splitter.read_header();
    std::string section;
    splitter.next_table(section);
    const format::Position begin = splitter.position();
    splitter.skip_records();
    splitter.restore(begin);
    while (splitter.next_table(section)) splitter.skip_records();
    splitter.read_seal();
    EXPECT_EQ(sealed, text.substr(0, text.find("\"seal\": "))) << chunk_bytes;
    EXPECT_EQ(splitter.bytes(), text.size());
  }
}

TEST(RowSplitter, SkipsUnknownMembersBeforeAndBehindData) {
  const Nasty nasty = nasty_document(14);
  const Json original = Json::parse(nasty.text);
  Json document = Json::object();
  for (const auto& [name, value] : original.items()) {
    if (name == "tables") document["before"] = Json::parse(R"({"data": [{"seal": "]}"}], "x": -1.5e3})");
    if (name == "seal") document["behind"] = Json::parse(R"(["\"", {"a": null}])");
    if (name == "seal") document["text"] = "a\\\"";
    document[name] = value;
  }
  EXPECT_EQ(split(document.dump(2), 3), nasty.data);
  EXPECT_EQ(split(document.dump(), 3), nasty.data);
}

TEST(RowSplitter, ReadsADocumentWithoutASeal) {
  Json document = Json::parse(format_test::small_document());
  document.erase("seal");
  MemorySource source(document.dump(1));
  format::RowSplitter splitter(source);
  std::uint64_t bytes = 0;
  splitter.on_sealed_bytes([&](std::string_view passed) { bytes += passed.size(); });
  splitter.read_header();
  for (std::string section; splitter.next_table(section);) splitter.skip_records();
  EXPECT_FALSE(splitter.read_seal());
  EXPECT_EQ(bytes, document.dump(1).size());
}

TEST(RowSplitter, ToleratesAByteOrderMarkAndCrLfAndSaysSo) {
  std::string crlf;
  for (const char byte : format_test::small_document())
    crlf += byte == '\n' ? std::string("\r\n") : std::string(1, byte);
  for (const auto& [text, damage] : {std::pair("\xef\xbb\xbf" + format_test::small_document(), "a byte order mark"),
                                     std::pair(crlf, "CRLF line ends")}) {
    EXPECT_EQ(split(text, 2), split(format_test::small_document(), 2));
    MemorySource source(text);
    format::RowSplitter splitter(source);
    splitter.read_header();
    EXPECT_EQ(splitter.transfer_damage(), damage);
  }
}

TEST(RowSplitter, RefusesADocumentCutAtAnyByte) {
  const std::string text = format_test::small_document();
  for (std::size_t bytes = 0; bytes + 1 < text.size(); ++bytes) {
    const base::Error error = error_in(text.substr(0, bytes));
    ASSERT_EQ(error.kind(), base::ErrorKind::kFile) << bytes;
    ASSERT_NE(std::string(error.what()).find(fmt::format("at byte {}", bytes)), std::string::npos) << error.what();
  }
}

TEST(RowSplitter, RefusesWhatIsNotThisDocumentAndSaysWhy) {
  const std::string text = format_test::small_document();
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "the file is empty"},
      {"{}", "the name of a member is expected"},
      {"[]", "is a JSON list, not an export"},
      {R"({"users": [{"id": 1}]})", "there is no \"data\""},
      {R"({"data": {}, "tables": []})", "the members were sorted"},
      {text + "x", "after the end of the document"},
      {text + text, "after the end of the document"},
      {with(text, "\"organizations\": [", "\"permissions\": ["), "occurs twice"},
      {with(text, "\"organizations\": [", "\"logs\": ["), "\"organizations\" is expected"},
      {with(text, "\"organizations\": [", "\"nope\": ["), "\"nope\" is not one of \"tables\""},
      {with(text, "\"organizations\": [\n],\n", ""), "\"organizations\" is expected"},
      {with(text, "],\n\"logs\": [\n{\"id\":[1,{}]}\n]", "]"), "\"data\" has no section \"logs\""},
      {with(text, "{\"id\":[1,{}]}", "[1]"), "a record is expected, not \"[\""},
      {with(text, "{\"id\":[1,{}]}", "NaN"), "a record is expected, not \"N\""},
      {with(text, "{\"id\":[1,{}]}", "{\"id\":[1,{]}}"), "do not match"},
      {with(text, "{\"id\":[1,{}]}", "{\"id\":[1,{}]},"), "a record is expected, not \"]\""},
      {with(text, "{\"id\":[1,{}]}", "/* no */ {}"), "a record is expected, not \"/\""},
      {with(text, "{\"id\":[1,{}]}", "{\"id\":[1,{}]} {}"), "',' is expected, not \"{\""},
      {with(text, "\"seal\":", "\"odd\": NaN, \"seal\":"), "this is no JSON value in the member \"odd\""},
      {with(text, "\"format\":", "\"tables\": [], \"format\":"), "occurs twice"},
      {with(text, "\"data\":", "\"seal\": {}, \"data\":"), "the seal comes before"},
  };
  for (const auto& [document, why] : cases) {
    const base::Error error = error_in(document);
    EXPECT_EQ(error.kind(), base::ErrorKind::kFile) << why;
    EXPECT_NE(std::string(error.what()).find(why), std::string::npos) << error.what();
    EXPECT_EQ(std::string(error.what()).find("memory.json"), 0U) << error.what();
  }
}

TEST(RowSplitter, RefusesAnyNumberOfMembersBehindTheData) {
  std::string members;
  for (int n = 0; n < 1000; ++n) members += fmt::format("\"m{}\": {},\n", n, n);
  const std::string text = format_test::small_document();
  EXPECT_NE(std::string(error_in(with(text, "\"seal\":", members + "\"seal\":")).what()).find("more than 100 members"),
            std::string::npos);
}

TEST(RowSplitter, RefusesDeepNestingWithoutReadingOn) {
  const std::string deep = R"({"id":)" + std::string(5000000, '[');
  EXPECT_NE(std::string(error_in(with(format_test::small_document(), "{\"id\":[1,{}]}", deep)).what())
                .find("deeper than 1000"),
            std::string::npos);
}

TEST(RowSplitter, RefusesAnotherVersionBeforeItLooksAtTheRest) {
  const std::string text = with(format_test::small_document(), "\"version\": 1", "\"version\": 9");
  EXPECT_NE(std::string(error_in(text).what()).find("written by format version 9, this reads 1"), std::string::npos);
}

TEST(RowSplitter, GrowsToALargeRecordInSmallChunks) {
  const std::string record = R"({"id":")" + std::string(3000000, '\\') + R"("})";
  const format::Header header = format_test::make_header({format_test::make_table("t", {"id"})});
  MemorySource source(format_test::write_document(header, {{record, "{}"}}));
  const auto sections = format_test::split_document(source, 4096);
  EXPECT_EQ(sections[0].second, (std::vector<std::string>{record, "{}"}));
}

}  // namespace
