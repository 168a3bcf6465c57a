// The header of an export: what is read is written again as the same header, and names of tables lead back to them.
#include "format/header.h"

#include "base/error.h"
#include "fuzz/target.h"

namespace {

using fuzz::require;

// The members of a written header as one object.
std::string object_of(const std::string& text) {
  constexpr std::string_view kEnd = ",\n\"data\": {\n";
  require(text.ends_with(kEnd), "a header ends where the data begins");
  return text.substr(0, text.size() - kEnd.size()) + "}";
}

}  // namespace

FUZZ_TARGET(header) {
  format::Header header;
  try {
    header = format::parse_header(input, "memory.json");
  } catch (const base::Error& error) {
    require(error.kind() == base::ErrorKind::kFile, "what is wrong with a header is Error(kFile)");
    return;
  }
  const std::string text = format::header_text(header);
  const format::Header again = format::parse_header(object_of(text), "memory.json");
  require(format::header_text(again) == text, "a header that is written reads as the same");
  require(again.tables.size() == header.tables.size(), "no table is lost");
  for (std::size_t i = 0; i < header.tables.size(); ++i) {
    const catalog::TableName& name = header.tables[i].name;
    require(again.tables[i].name == name, "a table keeps its name");
    require(format::table_of_section(format::section_name(name, header.schemas), header.schemas) == name,
            "the name of a section leads back to its table");
  }
}
