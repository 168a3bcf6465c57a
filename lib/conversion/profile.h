// What the columns of a table really hold, whatever they are declared as: every value of a file counted by its shape.
// One profile for one table, filled by one thread. Decides nothing: conversion does.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "format/value.h"

namespace conversion {

enum class Shape : std::uint8_t {
  kNull,
  kBit,  // the integers 0 and 1
  kInteger,
  kReal,
  kBoolean,
  kEmptyText,
  kTruthWord,  // t, f, true, false in any case
  kDay,
  kMoment,
  kZonedMoment,
  kNumberText,
  kUuidText,
  kText,
  kBytes,
  kOther,  // arrays and objects
};
inline constexpr std::size_t kShapes = static_cast<std::size_t>(Shape::kOther) + 1;

// "ISO date and time": as people read it.
std::string_view name_of(Shape shape);

// What a file of SQLite wraps because JSON has no form for it: {"$bytes": "…"}, {"$text": "…"}, {"$integer": "…"},
// {"$real": "…"}.
struct Wrapped {
  std::string tag;      // "$bytes"
  std::string content;  // decoded: the bytes, the text, the digits
};
std::optional<Wrapped> unwrap(const format::Value& value);

// t, f, true, false in any case; none: any other text.
std::optional<bool> truth_of(std::string_view word);

struct ShapedValue {
  Shape shape = Shape::kNull;
  std::optional<double> number;  // of bits, integers, reals and numbers as text, finite ones
};
ShapedValue shape_of(const format::Value& value);

struct ColumnProfile {
  std::array<std::uint64_t, kShapes> counts{};
  double least = 0;  // of all numbers, those written as text included
  double greatest = 0;
  bool masked = false;  // its numbers are not told

  void add(const format::Value& value);
  std::uint64_t count(Shape shape) const { return counts[static_cast<std::size_t>(shape)]; }
  std::uint64_t numbers() const {
    return count(Shape::kBit) + count(Shape::kInteger) + count(Shape::kReal) + count(Shape::kNumberText);
  }
  std::uint64_t moments() const { return count(Shape::kDay) + count(Shape::kMoment) + count(Shape::kZonedMoment); }

 private:
  bool has_number_ = false;
};

// "12 integers from 3 to 40, 2 ISO dates": everything but NULL.
std::string in_words(const ColumnProfile& profile);
// "3" or "from 3 to 40", without needless zeros; empty: there are no numbers.
std::string range_in_words(const ColumnProfile& profile);

class Profile {
 public:
  explicit Profile(std::size_t columns) : columns_(columns) {}

  void add(std::span<const format::Value> record);
  void mask(std::size_t column) { columns_[column].masked = true; }
  const std::vector<ColumnProfile>& columns() const { return columns_; }

 private:
  std::vector<ColumnProfile> columns_;
};

}  // namespace conversion
