#include "format/writer.h"

#include <gtest/gtest.h>

#include "base/sha256.h"
#include "documents.h"

namespace {

using format_test::error_of;
using format_test::MemorySink;

std::string sha256_of(std::string_view bytes) {
  base::Sha256 sha256;
  sha256.update(bytes);
  return sha256.hex();
}

TEST(Writer, LaysTheDocumentOutLineByLine) {
  const std::string text = format_test::small_document();
  const std::string data = text.substr(text.find("\"data\""), text.find("\"seal\"") - text.find("\"data\""));
  EXPECT_EQ(data,
            "\"data\": {\n"
            "\"permissions\": [\n"
            "{\"id\":\"c1a\",\"code\":\"user.read\"},\n"
            "{\"id\":\"c1b\",\"code\":\"a \\\"b\\\" \\\\\"}\n"
            "],\n"
            "\"organizations\": [\n"
            "],\n"
            "\"logs\": [\n"
            "{\"id\":[1,{}]}\n"
            "]\n"
            "},\n");
}

TEST(Writer, SealsEveryByteBeforeTheLineOfTheSeal) {
  const std::string text = format_test::small_document();
  const std::size_t line = text.find("\"seal\"");
  const nlohmann::json seal = nlohmann::json::parse(text)["seal"];
  EXPECT_EQ(seal["bytes"], line);
  EXPECT_EQ(seal["sha256"], sha256_of(text.substr(0, line)));
  EXPECT_EQ(seal["rows"], 3);
  EXPECT_EQ(seal["tables"], nlohmann::json::parse(R"({"permissions": 2, "organizations": 0, "logs": 1})"));
  EXPECT_TRUE(text.ends_with("\"}\n}\n"));
}

TEST(Writer, WritesTheSameBytesHoweverTheBatchesAreCut) {
  const std::vector<std::string> records(40000, R"({"id":"0123456789"})");
  const format::Header header = format_test::make_header({format_test::make_table("t", {"id"})});
  const std::string expected = format_test::write_document(header, {records});
  MemorySink sink;
  format::Writer writer(sink, header);
  writer.begin_table(0);
  for (const std::string& record : records) {
    writer.buffer().append(record + ",\n");
    writer.end_batch(1);
  }
  writer.end_table();
  EXPECT_GT(sink.text.size(), std::size_t{256} << 10);  // has flushed on the way
  const format::Seal seal = writer.finish();
  EXPECT_EQ(sink.text, expected);
  EXPECT_EQ(writer.bytes(), sink.text.size());
  EXPECT_EQ(seal.rows, records.size());
}

TEST(Writer, WritesADatabaseWithoutTables) {
  const std::string text = format_test::write_document(format_test::make_header({}), {});
  EXPECT_TRUE(nlohmann::json::parse(text)["data"].empty());
}

TEST(Writer, RefusesTablesOutOfOrder) {
  MemorySink sink;
  format::Writer writer(sink, format_test::small_header());
  EXPECT_EQ(error_of([&] { writer.begin_table(1); }).kind(), base::ErrorKind::kInternal);
  EXPECT_EQ(error_of([&] { writer.finish(); }).kind(), base::ErrorKind::kInternal);
  EXPECT_EQ(error_of([&] { writer.end_table(); }).kind(), base::ErrorKind::kInternal);
  EXPECT_EQ(error_of([&] { writer.end_batch(1); }).kind(), base::ErrorKind::kInternal);
  writer.begin_table(0);
  writer.buffer().append("{}");
  EXPECT_EQ(error_of([&] { writer.end_batch(1); }).kind(), base::ErrorKind::kInternal);
}

TEST(Seal, ComesBackAsItWasWritten) {
  const format::Seal seal{3, {{"b", 1}, {"a.\"x\"", 2}}, 77, std::string(64, 'f')};
  const std::string line = format::seal_line(seal);
  EXPECT_EQ(format::parse_seal(std::string_view(line).substr(line.find('{')), "f"), seal);
}

TEST(Seal, RefusesMissingAndWrongMembers) {
  for (const char* bad : {"[]", "{}", R"({"rows": -1, "tables": {}, "bytes": 0, "sha256": ""})",
                          R"({"rows": 1, "tables": [], "bytes": 0, "sha256": ""})",
                          R"({"rows": 1, "tables": {"a": 1.5}, "bytes": 0, "sha256": ""})",
                          R"({"rows": 1, "tables": {}, "bytes": 0, "sha256": 5})", "{"}) {
    EXPECT_EQ(error_of([&] { format::parse_seal(bad, "f"); }).kind(), base::ErrorKind::kFile) << bad;
  }
}

}  // namespace
