// Takes "$conflict" of one table's records apart: {"base": …, "target": …}, each a record, or null where the row was
// not there. Nothing of it is taken on trust. Views only: good until the next call. One thread.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "format/row_parser.h"
#include "format/value.h"

namespace transfer {

class ConflictParser {
 public:
  enum class Carried { kNothing, kNoRow, kRow };
  // Of which side the row is that a record is judged by.
  enum class JudgedBy { kBase, kTarget };

  // `key` is that of the member, `columns` are those of a record; messages call the table `section`.
  ConflictParser(const std::string& key, const std::vector<std::string>& columns, const std::string& section,
                 JudgedBy judged_by);

  // `member` is the value in that record. Throws kFile, or kSchema for a key that is no column.
  Carried parse(const format::RawRecord& record, const format::Value& member);
  // After kRow: what that side held, by column; a cell that is not told is kMissing.
  std::span<const format::Value> row() const { return row_; }

 private:
  bool read_side(const format::RawRecord& record, std::string_view value, format::RowParser& parser,
                 std::span<const format::Value>& values) const;
  [[noreturn]] void fail(const format::RawRecord& record, std::string_view at, const std::string& what) const;

  std::string key_;
  std::string section_;
  format::RowParser base_;
  format::RowParser target_;
  JudgedBy judged_by_;
  std::span<const format::Value> row_;
};

}  // namespace transfer
