#include "catalog/table.h"

#include <algorithm>

namespace catalog {

const Column* Table::find_column(const std::string& column) const {
  const auto found = std::find_if(columns.begin(), columns.end(), [&](const Column& c) { return c.name == column; });
  return found == columns.end() ? nullptr : &*found;
}

// A computed column is in no file, so no row can be found by it.
std::vector<std::string> Table::identity() const {
  const auto any = [&](const std::vector<std::string>& key, const auto& condition) {
    return std::ranges::any_of(key, [&](const std::string& column) { return condition(find_column(column)); });
  };
  const auto is_generated = [](const Column* column) { return column != nullptr && column->generated; };
  const auto may_be_null = [](const Column* column) { return column == nullptr || !column->not_null; };
  if (!primary_key.empty() && !any(primary_key, is_generated)) return primary_key;
  const std::vector<std::string>* best = nullptr;
  for (const auto& key : unique_keys) {
    if (any(key, may_be_null) || any(key, is_generated)) continue;
    if (best == nullptr || key.size() < best->size() || (key.size() == best->size() && key < *best)) best = &key;
  }
  return best == nullptr ? std::vector<std::string>{} : *best;
}

}  // namespace catalog
