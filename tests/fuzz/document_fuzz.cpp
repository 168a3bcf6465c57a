// A whole export: whatever the bytes are, it is read the same in one chunk and in many, is refused with Error(kFile) or
// taken, and what is taken the oracle takes as well, with the same values, and in any other spelling.
#include "base/error.h"
#include "format/documents.h"
#include "format/json_check.h"
#include "format/row_parser.h"
#include "format/verify.h"
#include "fuzz/json_oracle.h"
#include "fuzz/target.h"

namespace {

using base::Error;
using base::ErrorKind;
using fuzz::Json;
using fuzz::require;

struct Record {
  std::uint64_t offset = 0;
  std::string text;
  bool operator==(const Record&) const = default;
};
struct Section {
  std::string name;
  std::vector<Record> records;
  bool operator==(const Section&) const = default;
};

// Each place where a record ended is gone back to once, and the next record read again.
std::vector<Section> read_sections(base::ByteSource& source, std::size_t chunk_bytes) {
  format::RowSplitter splitter(source, chunk_bytes);
  splitter.read_header();
  std::vector<Section> sections;
  for (std::string name; splitter.next_table(name);) {
    sections.push_back({name, {}});
    format::RawRecord record;
    format::Position before = splitter.position();
    while (splitter.next_record(record)) {
      sections.back().records.push_back({record.offset, std::string(record.text)});
      splitter.restore(before);
      require(splitter.next_record(record), "a record is there again after going back");
      require(record.text == sections.back().records.back().text, "a record reads the same after going back");
      before = splitter.position();
    }
  }
  splitter.read_seal();
  return sections;
}

std::optional<std::vector<Section>> read(std::string_view text, std::size_t chunk_bytes) {
  format_test::MemorySource source(std::string(text), chunk_bytes);
  try {
    return read_sections(source, chunk_bytes);
  } catch (const Error& error) {
    require(error.kind() == ErrorKind::kFile, "what is wrong with a document is Error(kFile)");
    return std::nullopt;
  }
}

std::optional<format::Verified> verified(std::string_view text, format::SealPolicy policy) {
  format_test::MemorySource source{std::string(text)};
  try {
    return format::verify(source, policy);
  } catch (const Error& error) {
    require(error.kind() == ErrorKind::kFile, "what is wrong with a document is Error(kFile)");
    return std::nullopt;
  }
}

void compare_record(const catalog::Table& table, const Record& record, const Json& json) {
  std::vector<std::string> columns;
  for (const catalog::Column& column : table.columns) columns.push_back(column.name);
  format::RowParser parser(columns, format::Strictness::kFull, "t");
  const std::string padded = record.text + std::string(format::kRecordPaddingBytes, ' ');
  try {
    const auto values = parser.parse({1, record.offset, std::string_view(padded).substr(0, record.text.size())});
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const auto member = json.find(columns[i]);
      const bool missing = values[i].kind == format::ValueKind::kMissing;
      require(missing ? member == json.end() : member != json.end() && fuzz::agrees(values[i], *member),
              "a field is what the oracle sees");
    }
  } catch (const Error& error) {
    require(error.kind() == ErrorKind::kFile || error.kind() == ErrorKind::kSchema,
            "a record is refused for its JSON or for a key that is no column");
  }
}

void compare(const format::Verified& found, const std::vector<Section>& sections, const Json& json) {
  const Json& data = json.at("data");
  require(data.size() == sections.size(), "as many sections as the oracle sees");
  auto section = data.begin();
  for (std::size_t i = 0; i < sections.size(); ++i, ++section) {
    require(section.key() == sections[i].name, "sections in the order that the oracle sees");
    require(section->size() == sections[i].records.size() && found.rows[i] == section->size(), "as many records");
    for (std::size_t at = 0; at < section->size(); ++at)
      compare_record(found.header.tables[i], sections[i].records[at], (*section)[at]);
  }
}

}  // namespace

FUZZ_TARGET(document) {
  const auto sections = read(input, 8192);
  require(read(input, 1 + input.size() % 67) == sections, "the size of the chunks does not matter");

  const auto found = verified(input, format::SealPolicy::kIgnore);
  require(!found || sections, "what is verified can be read");
  const auto sealed = verified(input, format::SealPolicy::kDemand);
  require(!sealed || (found && found->sealed), "a seal that matches is no reason to refuse");
  if (!found) return;

  const fuzz::Judged judged = fuzz::judge(input);
  require(judged.opinion != fuzz::Opinion::kFaulty, "what is verified is JSON");
  if (judged.opinion != fuzz::Opinion::kSound) return;
  compare(*found, *sections, judged.value);
  for (const int indent : {-1, 1}) {
    const auto respelled = verified(judged.value.dump(indent), format::SealPolicy::kIgnore);
    require(respelled && respelled->rows == found->rows, "another spelling of the document reads the same");
  }
}
