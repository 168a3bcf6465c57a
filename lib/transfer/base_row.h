// Makes of the values of a rejects file's record the row of the base that it stands for, and its mark
// (engine/base_mark.h). Views only: a row is good until the next call. One thread.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "format/header.h"
#include "format/value.h"
#include "transfer/conflict_parser.h"

namespace transfer {

// The keys of a table's records that are columns of it.
std::vector<std::string> own_record_columns(const format::Header& header, std::size_t table);

class BaseRow {
 public:
  // How the base's row is made of a record.
  struct Layout {
    std::size_t own = 0;                             // values of a record that are its table's
    std::vector<std::optional<std::size_t>> source;  // by column of the base: the value of a record; none: NULL
    std::vector<bool> identity;                      // parallel
    bool has_base = false;                           // there is a base's own file
  };

  // `layout` outlives it.
  explicit BaseRow(const Layout& layout) : layout_(layout) {}

  // `side`: after kRow what that side held, by column.
  std::span<const format::Value> of(std::span<const format::Value> record, ConflictParser::Carried carried,
                                    std::span<const format::Value> side);
  // The record's own row, as one that the base does not have.
  std::span<const format::Value> left_out(std::span<const format::Value> record);
  // Whether something tells the record's row from others.
  bool has_key(std::span<const format::Value> record) const;

 private:
  format::Value value_of(std::size_t place, std::span<const format::Value> record, ConflictParser::Carried carried,
                         std::span<const format::Value> side) const;
  char mark_of(ConflictParser::Carried carried) const;
  std::span<const format::Value> marked(char mark);

  const Layout& layout_;
  std::vector<format::Value> values_;
  std::array<char, 1> mark_{};
};

}  // namespace transfer
