// A row that is compared: what it is paired by and its values, as bytes that are equal where the values are. Owned by
// whoever reads it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "join/value_form.h"

namespace join {

struct Row {
  std::string key;     // orders the rows; of a table without a key, all of the row
  std::string values;  // by column: their length, then they themselves (value_form.h)

  bool operator==(const Row&) const = default;
  auto operator<=>(const Row&) const = default;
};

// Views the row.
std::vector<std::string_view> values_of(const Row& row);

// Rows one after the other, in their order.
class Rows {
 public:
  Rows() = default;
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;
  virtual ~Rows() = default;
  // False: there are no more, and `row` is of no use.
  virtual bool next(Row& row) = 0;
};

// Makes rows of a table's records. One thread.
class RowForm {
 public:
  struct Column {
    std::size_t value = 0;  // its place among the values of a record
    ValueForm form;
  };

  // `key`: places in `columns`; empty: rows are paired as a whole.
  RowForm(std::vector<Column> columns, std::vector<std::size_t> key)
      : columns_(std::move(columns)), key_(std::move(key)) {}

  void make(std::span<const format::Value> record, Row& row);

 private:
  std::vector<Column> columns_;
  std::vector<std::size_t> key_;
  base::ByteBuffer buffer_;
  std::vector<std::size_t> ends_;
};

}  // namespace join
