// The records of one table, one after the other, fields by column: splitter and parser put together.
// Views only: a record and its values are good until the next call of next().
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <utility>

#include "format/row_parser.h"
#include "format/row_splitter.h"
#include "format/value.h"

namespace format {

class TableReader {
 public:
  // Makes other values of those of a record; its result is good until the next call.
  using Rewrite = std::function<std::span<const Value>(std::span<const Value>)>;

  // `splitter` is at the beginning of the table's section; both outlive the reader.
  TableReader(RowSplitter& splitter, RowParser& parser) : splitter_(splitter), parser_(parser) {}

  // From now on values() gives what `rewrite` makes of the values that it gave before.
  void rewrite_values(Rewrite rewrite) {
    if (!rewrite_) {
      rewrite_ = std::move(rewrite);
    } else {
      rewrite_ = [before = std::move(rewrite_), rewrite = std::move(rewrite)](std::span<const Value> values) {
        return rewrite(before(values));
      };
    }
  }
  // From now on record() has numbers that go on from so many records before.
  void count_from(std::uint64_t before) { before_ = before; }

  // From now on next() goes on past those records, told by their numbers in the section.
  void pass_over(std::function<bool(std::uint64_t record)> is_passed_over) {
    is_passed_over_ = std::move(is_passed_over);
  }

  // False after the last record.
  bool next() {
    while (splitter_.next_record(record_)) {
      if (is_passed_over_ && is_passed_over_(record_.number)) continue;
      numbered_ = record_;
      numbered_.number += before_;
      return true;
    }
    return false;
  }
  const RawRecord& record() const { return numbered_; }
  std::span<const Value> values() {
    const std::span<const Value> values = parser_.parse(record_);
    return rewrite_ ? rewrite_(values) : values;
  }

  // Where the record after this one begins; restore() continues exactly there.
  Position position() const { return splitter_.position(); }
  void restore(const Position& position) { splitter_.restore(position); }

 private:
  RowSplitter& splitter_;
  RowParser& parser_;
  RawRecord record_{};
  RawRecord numbered_{};
  std::uint64_t before_ = 0;
  Rewrite rewrite_;
  std::function<bool(std::uint64_t)> is_passed_over_;
};

}  // namespace format
