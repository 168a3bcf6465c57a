#include "transfer/diff_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "report/wording.h"

namespace transfer {
namespace {

using outcome::RowDifference;
using outcome::ShownValue;

bool begins_character(char c) { return (c & 0xC0) != 0x80; }

RowDifference kind_of(const join::Pair& pair) {
  if (pair.b == nullptr) return RowDifference::kOnlyA;
  return pair.a == nullptr ? RowDifference::kOnlyB : RowDifference::kChanged;
}

}  // namespace

DiffRows::DiffRows(const TablePair& pair, std::size_t most_rows, base::KeyedDigest& digests, TakeRow take,
                   outcome::ComparedTable& table)
    : pair_(pair),
      most_rows_(most_rows),
      digests_(digests),
      take_(std::move(take)),
      table_(table),
      changed_(pair.columns.size(), 0) {}

void DiffRows::add(const join::Pair& pair) {
  using Kind = join::Pair::Kind;
  if (pair.a != nullptr) table_.rows_a += pair.times;
  if (pair.b != nullptr) table_.rows_b += pair.times;
  std::uint64_t* const counts[] = {&table_.equal, &table_.changed, &table_.only_a, &table_.only_b};
  *counts[static_cast<std::size_t>(pair.kind)] += pair.times;
  if (pair.kind == Kind::kEqual) return;
  if (pair.kind == Kind::kDifferent) {
    const auto before = join::values_of(*pair.a);
    const auto after = join::values_of(*pair.b);
    for (std::size_t i = 0; i < changed_.size(); ++i) changed_[i] += before[i] == after[i] ? 0 : 1;
  }
  const bool is_kept = kept_[static_cast<std::size_t>(kind_of(pair))] < most_rows_;
  if (!is_kept && !take_) return;
  const outcome::DifferingRow row = told(pair);
  if (take_) take_(row);
  if (!is_kept) return;
  ++kept_[static_cast<std::size_t>(row.difference)];
  table_.rows.push_back(row);
}

void DiffRows::finish() {
  for (std::size_t i = 0; i < changed_.size(); ++i) {
    if (changed_[i] != 0) table_.changed_columns.emplace_back(pair_.columns[i].name, changed_[i]);
  }
}

outcome::DifferingRow DiffRows::told(const join::Pair& pair) {
  outcome::DifferingRow row;
  row.difference = kind_of(pair);
  row.times = pair.times;
  const join::Row& one = pair.a != nullptr ? *pair.a : *pair.b;
  const auto values = join::values_of(one);
  for (const std::size_t column : pair_.key) {
    if (!row.key.empty()) row.key += ", ";
    const join::Shown whole = join::shown(values[column]);
    // A key is never cut.
    const ShownValue value =
        pair_.columns[column].masked
            ? shown(values[column], true)
            : ShownValue{whole.is_null ? ShownValue::Form::kNull : ShownValue::Form::kWhole, whole.text, 0};
    row.key += pair_.columns[column].name + "=" + report::shown_value(value);
  }
  if (row.difference == RowDifference::kChanged) {
    const auto after = join::values_of(*pair.b);
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (values[i] == after[i]) continue;
      const bool masked = pair_.columns[i].masked;
      row.changes.push_back({pair_.columns[i].name, shown(values[i], masked), shown(after[i], masked)});
    }
  } else {
    for (std::size_t i = 0; i < values.size(); ++i)
      row.values.push_back({pair_.columns[i].name, shown(values[i], pair_.columns[i].masked)});
  }
  return row;
}

ShownValue DiffRows::shown(std::string_view value, bool masked) {
  using Form = ShownValue::Form;
  join::Shown whole = join::shown(value);
  if (whole.is_null) return {};
  ShownValue told{Form::kWhole, std::move(whole.text), 0};
  told.characters = static_cast<std::uint64_t>(std::ranges::count_if(told.text, begins_character));
  if (masked) {
    told.form = Form::kMasked;
    told.text = fmt::format("{:08x}", digests_.of(told.text).first & 0xffffffffU);
  } else if (told.characters > outcome::kShownCharacters) {
    std::size_t bytes = 0;
    for (std::uint64_t seen = 0; bytes < told.text.size(); ++bytes) {
      if (begins_character(told.text[bytes]) && ++seen > outcome::kShownCharacters) break;
    }
    told.form = Form::kCut;
    told.text.resize(bytes);
  }
  return told;
}

}  // namespace transfer
