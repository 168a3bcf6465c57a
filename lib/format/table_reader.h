// The records of one table, one after the other, fields by column: splitter and parser put together.
// Views only: a record and its values are good until the next call of next().
#pragma once

#include <span>

#include "format/row_parser.h"
#include "format/row_splitter.h"
#include "format/value.h"

namespace format {

class TableReader {
 public:
  // `splitter` stands at the beginning of the table's section; both outlive the reader.
  TableReader(RowSplitter& splitter, RowParser& parser) : splitter_(splitter), parser_(parser) {}

  // False behind the last record.
  bool next() { return splitter_.next_record(record_); }
  const RawRecord& record() const { return record_; }
  std::span<const Value> values() { return parser_.parse(record_); }

  // Where the record after this one begins; restore() continues exactly there.
  Position position() const { return splitter_.position(); }
  void restore(const Position& position) { splitter_.restore(position); }

 private:
  RowSplitter& splitter_;
  RowParser& parser_;
  RawRecord record_{};
};

}  // namespace format
