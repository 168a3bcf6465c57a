// What the tests of this room share: ends in memory, a small document, and a seeded generator of nasty records.
// nlohmann::json is the oracle everywhere: it shares no code with what is tested.
#pragma once

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/byte_sink.h"
#include "base/byte_source.h"
#include "base/error.h"
#include "format/header.h"
#include "format/row_splitter.h"
#include "format/writer.h"

namespace format_test {

using Json = nlohmann::ordered_json;

class MemorySink final : public base::ByteSink {
 public:
  void write(std::string_view bytes) override { text.append(bytes); }
  void finish() override {}
  std::string text;
};

// Hands out at most `chunk_bytes` a read, as a pipe may.
class MemorySource final : public base::ByteSource {
 public:
  explicit MemorySource(std::string text, std::size_t chunk_bytes = static_cast<std::size_t>(-1))
      : text_(std::move(text)), chunk_bytes_(chunk_bytes) {}

  std::size_t read(char* to, std::size_t bytes) override {
    const std::size_t taken = std::min({bytes, chunk_bytes_, text_.size() - at_});
    std::memcpy(to, text_.data() + at_, taken);
    at_ += taken;
    return taken;
  }
  void seek(std::uint64_t offset) override { at_ = static_cast<std::size_t>(offset); }
  const std::string& name() const override { return name_; }

 private:
  std::string text_;
  std::size_t chunk_bytes_;
  std::size_t at_ = 0;
  std::string name_ = "memory.json";
};

inline catalog::Table make_table(const std::string& name, const std::vector<std::string>& columns) {
  catalog::Table table;
  table.name = {"public", name};
  for (const std::string& column : columns) {
    catalog::Column made;
    made.name = column;
    made.type = "text";
    table.columns.push_back(made);
  }
  return table;
}

inline format::Header make_header(std::vector<catalog::Table> tables) {
  format::Header header;
  header.exported_at = "2025-01-15T10:30:00.123456Z";
  header.generator = "db-export 0.1.0";
  header.engine = "postgresql";
  header.server_version = "15.18";
  header.database = "app_dev";
  header.schemas = {"public"};
  header.tables = std::move(tables);
  return header;
}

// One list of records a table of the header, each the text of an object.
using Sections = std::vector<std::vector<std::string>>;

inline std::string write_document(const format::Header& header, const Sections& sections) {
  MemorySink sink;
  format::Writer writer(sink, header);
  for (std::size_t i = 0; i < sections.size(); ++i) {
    writer.begin_table(i);
    for (const std::string& record : sections[i]) {
      writer.buffer().append(record);
      writer.buffer().append(",\n");
    }
    writer.end_batch(sections[i].size());
    writer.end_table();
  }
  writer.finish();
  return sink.text;
}

inline format::Header small_header() {
  return make_header(
      {make_table("permissions", {"id", "code"}), make_table("organizations", {"id"}), make_table("logs", {"id"})});
}

inline std::string small_document() {
  return write_document(
      small_header(),
      {{R"({"id":"c1a","code":"user.read"})", R"({"id":"c1b","code":"a \"b\" \\"})"}, {}, {R"({"id":[1,{}]})"}});
}

// Everything the splitter finds: section names, each with its records.
inline std::vector<std::pair<std::string, std::vector<std::string>>> split_document(base::ByteSource& source,
                                                                                    std::size_t chunk_bytes) {
  format::RowSplitter splitter(source, chunk_bytes);
  splitter.read_header();
  std::vector<std::pair<std::string, std::vector<std::string>>> sections;
  for (std::string section; splitter.next_table(section);) {
    sections.emplace_back(section, std::vector<std::string>());
    for (format::RawRecord record; splitter.next_record(record);) sections.back().second.emplace_back(record.text);
  }
  splitter.read_seal();
  return sections;
}

// The error that `act` ends with; fails the calling assertion by an empty one when there is none.
template <typename Act>
base::Error error_of(Act act) {
  try {
    act();
  } catch (const base::Error& error) {
    return error;
  }
  return {base::ErrorKind::kInternal, "(no error)"};
}

class Generator {
 public:
  explicit Generator(unsigned seed) : random_(seed) {}

  std::size_t below(std::size_t limit) { return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random_); }

  // Quotes, backslashes, brackets, controls, NUL, characters of one to four bytes; now and then long.
  std::string text() {
    static const std::vector<std::string> kPieces = {
        "\"", "\\",   "\\\\\"", "{",    "}", "[", "]", ",", ":",        "\n",           "\r\n",
        "\t", "\x01", "\x1f",   "\x7f", "/", "a", "Z", "0", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80",
        " "};
    const std::size_t pieces = below(20) == 0 ? below(300) : below(12);
    std::string text;
    for (std::size_t i = 0; i < pieces; ++i)
      text += below(40) == 0 ? std::string(1, '\0') : kPieces[below(kPieces.size())];
    return text;
  }

  Json value(std::size_t depth = 0) {
    switch (below(depth < 4 ? 8 : 6)) {
      case 0:
        return nullptr;
      case 1:
        return below(2) == 0;
      case 2:
        return static_cast<std::int64_t>(below(1000000)) - 500000;
      case 3:
        return static_cast<double>(below(1000000)) / 1024;
      case 4:
      case 5:
        return text();
      case 6: {
        Json array = Json::array();
        for (std::size_t i = below(4); i > 0; --i) array.push_back(value(depth + 1));
        return array;
      }
      default: {
        Json object = Json::object();
        for (std::size_t i = below(4); i > 0; --i) object[text()] = value(depth + 1);
        return object;
      }
    }
  }

  Json record(const std::vector<std::string>& columns) {
    Json object = Json::object();
    for (const std::string& column : columns) object[column] = value();
    return object;
  }

  // The same JSON, spelt differently: white space, or escapes where none are needed.
  std::string spelling(const Json& json) {
    switch (below(3)) {
      case 0:
        return json.dump();
      case 1:
        return json.dump(static_cast<int>(below(4)));
      default:
        return json.dump(-1, ' ', true);
    }
  }

 private:
  std::mt19937 random_;
};

}  // namespace format_test
