// Finds whole records in a stream of bytes, in one pass and in constant memory (buffer: the largest record).
// Checks the structure of the document around the records and that every record is an object whose brackets match;
// what is inside a record is row_parser's matter. Lines mean nothing to it: pretty-printed or minified reads the
// same. Refers to the source. One thread. Everything malformed is Error(kFile), "<file>: … at byte N".
//
//   splitter.read_header();
//   while (splitter.next_table(section)) while (splitter.next_record(record)) …;
//   splitter.read_seal();
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/byte_source.h"
#include "format/container_scanner.h"
#include "format/header.h"
#include "format/seal.h"
#include "format/source_buffer.h"

namespace format {

struct RawRecord {
  std::uint64_t number = 0;  // 1 is the first of its table
  std::uint64_t offset = 0;  // of its `{` in the document
  // Good until the next call to the splitter; kRecordPaddingBytes readable bytes follow it.
  std::string_view text;
};

inline constexpr std::size_t kRecordPaddingBytes = SourceBuffer::kPaddingBytes;

// A place inside `data`, between two records or two tables.
struct Position {
  std::uint64_t offset = 0;   // of the next byte to read
  std::size_t sections = 0;   // begun so far, the current one included
  std::uint64_t records = 0;  // read so far of the current section
  bool in_section = false;
};

class RowSplitter {
 public:
  static constexpr std::size_t kChunkBytes = std::size_t{256} << 10;

  explicit RowSplitter(base::ByteSource& source, std::size_t chunk_bytes = kChunkBytes)
      : buffer_(source, chunk_bytes) {}

  // From now on `take` gets every byte before the line of the seal exactly once, in order, in large chunks (restore
  // does not repeat them). Set it before read_header; it has had all of them when read_seal returns.
  void on_sealed_bytes(std::function<void(std::string_view)> take) { buffer_.on_passed(std::move(take)); }

  // Reads up to the `{` of `data`; call it first. The header is kept.
  const Header& read_header();

  // Goes to the next section; records left over of the current one are skipped. False: `data` is at its end.
  bool next_table(std::string& section);
  bool next_record(RawRecord& record);
  // Skips the records left of the current section and says how many there were.
  std::uint64_t skip_records();

  // Meaningful from read_header until next_table has returned false.
  Position position() const;
  // Goes on exactly there, in the same document; seeks the source. Not forward past unread bytes when they are to be
  // hashed.
  void restore(const Position& position);

  // Reads the rest of the document, to its end, once next_table has returned false. Empty: there is no seal.
  std::optional<Seal> read_seal();
  // After read_seal: the bytes from the line of the seal on are exactly what the writer puts there for this seal.
  bool ends_as_written() const { return ends_as_written_; }

  // What a transfer or an editor left behind ("a byte order mark", "CRLF line ends"); empty: nothing was seen.
  std::string_view transfer_damage() const { return transfer_damage_; }
  // Bytes of the document read so far; its length after read_seal.
  std::uint64_t bytes() const { return buffer_.offset(); }

 private:
  void begin_document();
  std::string read_member_name();
  void take_new(std::set<std::string>& names, const std::string& name) const;
  std::string read_string();
  void skip_value();
  void check_section(const std::string& section) const;
  bool open_record();
  void scan_container();
  void find_seal_line();
  bool read_end();
  void expect(char wanted);
  [[noreturn]] void fail(const std::string& what) const;
  void demand_no_foreign_file();
  [[noreturn]] void fail_sorted() const;
  [[noreturn]] void fail_unexpected(const std::string& wanted);

  SourceBuffer buffer_;
  ContainerScanner scanner_;
  Header header_;
  std::set<std::string> member_names_;      // up to "data"
  std::vector<std::string> section_names_;  // by table
  Position position_;                       // its offset is that of the buffer
  bool in_data_ = false;
  bool ends_as_written_ = false;
  std::string_view transfer_damage_;
};

}  // namespace format
