#include "catalog/table.h"

#include <algorithm>

namespace catalog {

const Column* Table::find_column(const std::string& column) const {
  const auto found = std::find_if(columns.begin(), columns.end(), [&](const Column& c) { return c.name == column; });
  return found == columns.end() ? nullptr : &*found;
}

std::vector<std::string> Table::identity() const {
  if (!primary_key.empty()) return primary_key;
  const std::vector<std::string>* best = nullptr;
  for (const auto& key : unique_keys) {
    const bool nullable = std::any_of(key.begin(), key.end(), [&](const std::string& key_column) {
      const Column* column = find_column(key_column);
      return column == nullptr || !column->not_null;
    });
    if (nullable) continue;
    if (best == nullptr || key.size() < best->size() || (key.size() == best->size() && key < *best)) best = &key;
  }
  return best == nullptr ? std::vector<std::string>{} : *best;
}

}  // namespace catalog
