#include "transfer/base_row.h"

#include <algorithm>

#include "engine/base_mark.h"
#include "transfer/cross_engine.h"
#include "transfer/mapping.h"

namespace transfer {
namespace {

using Carried = ConflictParser::Carried;
using format::Value;
using format::ValueKind;

constexpr Value kNull{ValueKind::kNull, "null"};

Value or_null(const Value& value) { return value.kind == ValueKind::kMissing ? kNull : value; }

}  // namespace

std::vector<std::string> own_record_columns(const format::Header& header, std::size_t table) {
  std::vector<std::string> columns = record_columns(header, table);
  columns.resize(own_columns(header.tables[table]));
  return columns;
}

std::span<const Value> BaseRow::of(std::span<const Value> record, Carried carried, std::span<const Value> side) {
  values_.clear();
  bool found = true;  // by its key
  for (std::size_t i = 0; i < layout_.source.size(); ++i) {
    Value value = kNull;
    if (layout_.source[i] && (carried == Carried::kRow || layout_.identity[i]))
      value = value_of(*layout_.source[i], record, carried, side);
    found = found && !(layout_.identity[i] && value.kind == ValueKind::kNull);
    values_.push_back(value);
  }
  return marked(found ? mark_of(carried) : engine::kSaysNothing);
}

std::span<const Value> BaseRow::left_out(std::span<const Value> record) {
  values_.clear();
  for (const std::optional<std::size_t>& place : layout_.source)
    values_.push_back(place ? or_null(record[*place]) : kNull);
  return marked(engine::kCarriesNone);
}

bool BaseRow::has_key(std::span<const Value> record) const {
  bool any = false;
  for (std::size_t i = 0; i < layout_.source.size(); ++i) {
    if (!layout_.identity[i]) continue;
    any = true;
    if (!layout_.source[i] || or_null(record[*layout_.source[i]]).kind == ValueKind::kNull) return false;
  }
  return any;
}

// The target's own values are as it writes them; what is not told of the key is the record's.
Value BaseRow::value_of(std::size_t place, std::span<const Value> record, Carried carried,
                        std::span<const Value> side) const {
  const bool told = carried == Carried::kRow && place < layout_.own && side[place].kind != ValueKind::kMissing;
  return or_null(told ? side[place] : record[place]);
}

char BaseRow::mark_of(Carried carried) const {
  if (carried == Carried::kRow) return engine::kCarried;
  if (carried == Carried::kNoRow) return engine::kCarriesNone;
  return layout_.has_base ? engine::kSaysNothing : engine::kNotJudged;
}

std::span<const Value> BaseRow::marked(char mark) {
  mark_[0] = mark;
  values_.push_back({ValueKind::kString, {mark_.data(), mark_.size()}});
  return values_;
}

}  // namespace transfer
