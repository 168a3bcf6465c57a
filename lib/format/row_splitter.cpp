#include "format/row_splitter.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/byte_buffer.h"
#include "base/error.h"
#include "format/foreign_file.h"
#include "format/json_check.h"
#include "format/json_string.h"
#include "format/json_text.h"

namespace format {
namespace {

constexpr std::size_t kMaxNameBytes = std::size_t{1} << 20;
constexpr std::size_t kMaxMembers = 100;  // of the document itself: their names are kept
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

bool ends_scalar(char byte) {
  return byte == ',' || byte == '}' || byte == ']' || byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t';
}

// A name as messages show it: never with raw control characters.
std::string shown(const std::string& name) {
  base::ByteBuffer text;
  append_json_string(text, name);
  return std::string(text.view());
}

// It begins with what it is.
[[noreturn]] void fail_report(const std::string& name) {
  throw base::Error(base::ErrorKind::kFile, name + ": is a report of db-import, not an export",
                    "name the export that it speaks of; the report is its plan: db-import app.json --apply REPORT");
}

}  // namespace

void RowSplitter::fail(const std::string& what) const {
  throw base::Error(base::ErrorKind::kFile, fmt::format("{}: {} at byte {}", buffer_.name(), what, buffer_.offset()));
}

// At a byte that is not what the document needs here, or at its end.
void RowSplitter::fail_unexpected(const std::string& wanted) {
  const std::optional<char> byte = buffer_.peek();
  if (byte) fail(fmt::format("{} is expected, not {},", wanted, shown(std::string(1, *byte))));
  throw base::Error(
      base::ErrorKind::kFile,
      fmt::format("{}: incomplete: the seal is missing, the file ends at byte {}", buffer_.name(), buffer_.offset()),
      "copy it again");
}

void RowSplitter::expect(char wanted) {
  const std::optional<char> byte = buffer_.skip_space();
  if (byte != wanted) fail_unexpected(fmt::format("'{}'", wanted));
  buffer_.advance(1);
}

// ---- before data

const Header& RowSplitter::read_header() {
  begin_document();
  std::size_t header_bytes = 1;  // of the held text, up to the last complete member
  for (;;) {
    const std::string name = read_member_name();
    take_new(member_names_, name);
    if (name == "data" && member_names_.size() == 1) fail_sorted();
    if (name == "data") break;
    if (name == "report" && member_names_.size() == 1) fail_report(buffer_.name());
    if (name == "seal") fail("the seal comes before \"data\"");
    skip_value();
    header_bytes = buffer_.held().size();
    if (buffer_.skip_space() == '}') fail("not an export of db-export: there is no \"data\", the document ends");
    expect(',');
  }
  header_ = parse_header(std::string(buffer_.held().substr(0, header_bytes)) + "}", buffer_.name());
  buffer_.release();
  for (const catalog::Table& table : header_.tables)
    section_names_.push_back(section_name(table.name, header_.schemas));
  expect('{');
  in_data_ = true;
  return header_;
}

// What tells how to read the rows comes before them.
void RowSplitter::fail_sorted() const {
  throw base::Error(base::ErrorKind::kFile,
                    fmt::format("{}: the members were sorted: \"data\" is the first, and \"format\" and \"tables\" "
                                "must come before it",
                                buffer_.name()),
                    "a tool sorted the keys (jq -S, json.tool --sort-keys); jq . keeps their order");
}

// Leaves the buffer held from the `{` of the document.
void RowSplitter::begin_document() {
  if (!buffer_.peek()) fail("the file is empty: there is no export");
  demand_no_foreign_file();
  std::size_t matched = 0;
  while (matched < kByteOrderMark.size() && buffer_.peek() == kByteOrderMark[matched]) {
    buffer_.advance(1);
    ++matched;
  }
  if (matched != 0) {
    if (matched != kByteOrderMark.size()) fail("this is no JSON document");
    transfer_damage_ = "a byte order mark";
  }
  if (buffer_.skip_space() != '{') fail_unexpected("the '{' of an export");
  buffer_.hold(kMaxHeaderBytes);
  buffer_.advance(1);
  if (buffer_.peek() == '\r') transfer_damage_ = "CRLF line ends";
}

// Something else than an export is called what it is.
void RowSplitter::demand_no_foreign_file() {
  while (buffer_.left() < kForeignBytes && buffer_.more()) {
  }
  const auto found = foreign_file({buffer_.here(), std::min(buffer_.left(), kForeignBytes)});
  if (found) throw base::Error(base::ErrorKind::kFile, fmt::format("{} {}", buffer_.name(), found->what), found->hint);
}

// The name and its colon.
std::string RowSplitter::read_member_name() {
  if (buffer_.skip_space() != '"') fail_unexpected("the name of a member");
  const std::string name = read_string();
  expect(':');
  return name;
}

void RowSplitter::take_new(std::set<std::string>& names, const std::string& name) const {
  if (!names.insert(name).second) fail(fmt::format("the member {} occurs twice: the second one", shown(name)));
  if (names.size() > kMaxMembers) fail(fmt::format("the document has more than {} members", kMaxMembers));
}

// Byte by byte: for names only.
std::string RowSplitter::read_string() {
  std::string escaped;
  buffer_.advance(1);
  for (bool behind_backslash = false;; buffer_.advance(1)) {
    const std::optional<char> byte = buffer_.peek();
    if (!byte) fail_unexpected("the end of a name");
    if (*byte == '"' && !behind_backslash) break;
    if (escaped.size() == kMaxNameBytes) fail("a name of more than 1 MiB");
    escaped.push_back(*byte);
    behind_backslash = *byte == '\\' && !behind_backslash;
  }
  if (find_json_fault('"' + escaped + '"')) fail("the name is not a valid string that ends");
  buffer_.advance(1);
  base::ByteBuffer name;
  append_unescaped(name, escaped);
  return std::string(name.view());
}

// A value that its reader checks later; the buffer is held from before it.
void RowSplitter::skip_value() {
  const std::optional<char> first = buffer_.skip_space();
  if (!first) fail_unexpected("a value");
  if (first == '{' || first == '[') return scan_container();
  if (first != '"') {
    while (buffer_.peek() && !ends_scalar(*buffer_.peek())) buffer_.advance(1);
    return;
  }
  bool behind_backslash = true;  // the opening quote is not the closing one
  for (;; buffer_.advance(1)) {
    const std::optional<char> byte = buffer_.peek();
    if (!byte) fail_unexpected("the end of a string");
    if (*byte == '"' && !behind_backslash) break;
    behind_backslash = *byte == '\\' && !behind_backslash;
  }
  buffer_.advance(1);
}

// ---- data

bool RowSplitter::next_table(std::string& section) {
  if (position_.in_section) skip_records();
  if (!in_data_) return false;
  const std::optional<char> first = buffer_.skip_space();
  if (first == '}') {
    if (position_.sections != section_names_.size()) {
      fail(fmt::format("\"data\" has no section {}, it ends", shown(section_names_[position_.sections])));
    }
    buffer_.advance(1);
    in_data_ = false;
    return false;
  }
  if (position_.sections != 0) expect(',');
  section = read_member_name();
  check_section(section);
  expect('[');
  ++position_.sections;
  position_.records = 0;
  position_.in_section = true;
  return true;
}

void RowSplitter::check_section(const std::string& section) const {
  const std::size_t index = position_.sections;
  if (index < section_names_.size() && section_names_[index] == section) return;
  const auto found = std::find(section_names_.begin(), section_names_.end(), section);
  if (found == section_names_.end()) fail(fmt::format("the section {} is not one of \"tables\",", shown(section)));
  if (static_cast<std::size_t>(found - section_names_.begin()) < index) {
    fail(fmt::format("the section {} occurs twice, the second one", shown(section)));
  }
  fail(fmt::format("the section {} is expected (sections come in the order of \"tables\"), not {},",
                   shown(section_names_[index]), shown(section)));
}

bool RowSplitter::next_record(RawRecord& record) {
  if (!open_record()) return false;
  record.number = position_.records;
  record.offset = buffer_.offset();
  buffer_.hold();
  scan_container();
  buffer_.check_held();
  record.text = buffer_.held();
  buffer_.release();
  return true;
}

std::uint64_t RowSplitter::skip_records() {
  const std::uint64_t before = position_.records;
  while (open_record()) scan_container();
  return position_.records - before;
}

// Goes to the `{` of the next record, or after the `]` of the section.
bool RowSplitter::open_record() {
  if (!position_.in_section) return false;
  const bool first = position_.records == 0;
  // The way the writer separates records.
  if (!first && buffer_.left() >= 3 && std::string_view(buffer_.here(), 3) == ",\n{") [[likely]] {
    buffer_.advance(2);
    ++position_.records;
    return true;
  }
  if (buffer_.skip_space() == ']') {
    buffer_.advance(1);
    position_.in_section = false;
    return false;
  }
  if (!first) expect(',');
  if (buffer_.skip_space() != '{') fail_unexpected("a record");
  ++position_.records;
  return true;
}

void RowSplitter::scan_container() {
  const std::uint64_t offset = buffer_.offset();
  scanner_.start();
  for (;;) {
    buffer_.advance(scanner_.scan(buffer_.here(), buffer_.left()));
    if (scanner_.state() != ContainerScanner::State::kOpen) break;
    if (!buffer_.more()) {
      buffer_.advance(scanner_.scan_rest(buffer_.here(), buffer_.left()));
      break;
    }
  }
  switch (scanner_.state()) {
    case ContainerScanner::State::kClosed:
      return;
    case ContainerScanner::State::kOpen:
      fail_unexpected("the rest of an object or array");
    case ContainerScanner::State::kTooDeep:
      fail(fmt::format("what begins at byte {} is nested deeper than {} levels", offset, ContainerScanner::kMaxDepth));
    case ContainerScanner::State::kMismatch:
      fail(fmt::format("the brackets of what begins at byte {} do not match", offset));
  }
}

Position RowSplitter::position() const {
  Position here = position_;
  here.offset = buffer_.offset();
  return here;
}

void RowSplitter::restore(const Position& position) {
  buffer_.seek(position.offset);
  position_ = position;
  in_data_ = true;
}

// ---- after data

std::optional<Seal> RowSplitter::read_seal() {
  std::optional<Seal> seal;
  std::set<std::string> names = member_names_;
  bool line_as_written = false;
  while (!seal && buffer_.skip_space() != '}') {
    expect(',');
    find_seal_line();
    const std::uint64_t line = buffer_.held_offset();
    const std::string name = read_member_name();
    take_new(names, name);
    const std::uint64_t value = buffer_.offset();
    skip_value();
    const std::string_view json = buffer_.held().substr(value - line);
    if (name == "seal") {
      seal = parse_seal(json, buffer_.name());
      line_as_written = buffer_.held() == seal_line(*seal);
      buffer_.end_passing(line);
    } else if (const std::optional<JsonFault> fault = find_json_fault(json)) {
      fail(fmt::format("{} in the member {} which ends", fault->what, shown(name)));
    }
    buffer_.release();
  }
  ends_as_written_ = read_end() && line_as_written;
  if (!seal) buffer_.end_passing(buffer_.offset());
  return seal;
}

// Holds the buffer from the beginning of the line of the next member.
void RowSplitter::find_seal_line() {
  buffer_.hold(kMaxHeaderBytes);
  for (;;) {
    const std::optional<char> byte = buffer_.peek();
    if (!byte || (*byte != ' ' && *byte != '\n' && *byte != '\r' && *byte != '\t')) return;
    buffer_.advance(1);
    if (*byte == '\n') buffer_.hold(kMaxHeaderBytes);
  }
}

// Reads the `}` of the document and makes sure that nothing follows. True: exactly as the writer puts it.
bool RowSplitter::read_end() {
  const std::uint64_t begin = buffer_.offset();
  const bool on_a_new_line = buffer_.peek() == '\n';
  expect('}');
  const bool brace_as_written = on_a_new_line && buffer_.offset() == begin + 2;
  const bool line_break = buffer_.peek() == '\n';
  const std::uint64_t end = buffer_.offset();
  if (buffer_.skip_space()) fail("something comes after the end of the document");
  return brace_as_written && line_break && buffer_.offset() == end + 1;
}

}  // namespace format
