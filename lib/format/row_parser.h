// Takes one record apart into its fields, by column. simdjson finds the fields; nothing is converted, strings are only
// unescaped. One parser for one table, one thread. The values view the record and the parser, and are good until the
// next parse.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "format/row_splitter.h"
#include "format/value.h"

namespace format {

// kTrusted: the document's seal matched, so a nested array or object is taken as it is. kFull: it is checked to be
// strict JSON.
enum class Strictness { kTrusted, kFull };

class RowParser {
 public:
  // `section` is what messages call the table.
  RowParser(std::vector<std::string> columns, Strictness strictness, std::string section);
  ~RowParser();
  RowParser(RowParser&&) noexcept;
  RowParser& operator=(RowParser&&) noexcept;

  // One value a column, in the columns' order; a column that the record lacks is kMissing. Throws Error(kFile) for
  // anything that is not strict JSON and for a key that occurs twice, Error(kSchema) for a key that is not a column.
  std::span<const Value> parse(const RawRecord& record);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace format
