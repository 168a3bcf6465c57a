// The values that the records of one table lack and the user settled ("set"), after the columns that they have. Read
// as if they were in the record. Views only: good until the next record. One thread.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "format/row_parser.h"
#include "format/value.h"

namespace transfer {

class Constants {
 public:
  // `values` are JSON; they come after the first `columns` values of a record.
  Constants(std::size_t columns, const std::vector<std::string>& values);
  Constants(const Constants&) = delete;
  Constants& operator=(const Constants&) = delete;

  bool empty() const { return constants_.empty(); }
  std::span<const format::Value> add_to(std::span<const format::Value> record);

 private:
  std::size_t columns_;
  std::string text_;
  format::RowParser parser_;  // some of the constants view it
  std::vector<format::Value> constants_;
  std::vector<format::Value> values_;
};

}  // namespace transfer
