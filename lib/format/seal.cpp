#include "format/seal.h"

#include <fmt/format.h>

#include <simdjson.h>

#include "base/byte_buffer.h"
#include "base/error.h"
#include "format/json_text.h"

namespace format {
namespace {

[[noreturn]] void fail(const std::string& file, const std::string& what) {
  throw base::Error(base::ErrorKind::kFile, fmt::format("{}: the seal is damaged: {}", file, what),
                    "copy the file again");
}

std::uint64_t count_of(const simdjson::dom::object& counts, std::string_view member, const std::string& file) {
  std::uint64_t count = 0;
  if (counts.at_key(member).get_uint64().get(count) != simdjson::SUCCESS) {
    fail(file, fmt::format("it has no count \"{}\"", member));
  }
  return count;
}

}  // namespace

std::string seal_line(const Seal& seal) {
  base::ByteBuffer text;
  text.append(fmt::format("\"seal\": {{\"rows\": {}, \"tables\": {{", seal.rows));
  const char* separator = "";
  for (const auto& [section, rows] : seal.tables) {
    text.append(separator);
    append_json_string(text, section);
    text.append(fmt::format(": {}", rows));
    separator = ", ";
  }
  text.append(fmt::format("}}, \"bytes\": {}, \"sha256\": ", seal.bytes));
  append_json_string(text, seal.sha256);
  text.append('}');
  return std::string(text.view());
}

Seal parse_seal(std::string_view json, const std::string& file) {
  simdjson::dom::parser parser;
  simdjson::dom::object members;
  if (const auto error = parser.parse(json.data(), json.size()).get_object().get(members)) {
    fail(file, simdjson::error_message(error));
  }
  Seal seal;
  seal.rows = count_of(members, "rows", file);
  seal.bytes = count_of(members, "bytes", file);
  std::string_view sha256;
  if (members["sha256"].get_string().get(sha256) != simdjson::SUCCESS) fail(file, "it has no string \"sha256\"");
  seal.sha256 = sha256;
  simdjson::dom::object tables;
  if (members["tables"].get_object().get(tables) != simdjson::SUCCESS) fail(file, "it has no object \"tables\"");
  for (const auto& [section, value] : tables) {
    std::uint64_t rows = 0;
    if (value.get_uint64().get(rows) != simdjson::SUCCESS)
      fail(file, fmt::format("the rows of table {} are no count", section));
    seal.tables.emplace_back(section, rows);
  }
  return seal;
}

}  // namespace format
