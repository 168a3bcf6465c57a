#include "postgres/import/merge_order.h"

#include <algorithm>
#include <map>

namespace postgres {

MergeOrder::MergeOrder(const std::vector<StagedTable>& tables, const std::vector<std::vector<std::size_t>>& components)
    : parents_(components.size()) {
  std::map<catalog::TableName, std::size_t> component_of;
  for (std::size_t c = 0; c < components.size(); ++c) {
    sequence_.push_back(c);
    for (const std::size_t table : components[c]) component_of.emplace(tables[table].details.table.name, c);
  }
  for (std::size_t c = 0; c < components.size(); ++c) {
    for (const std::size_t table : components[c]) {
      for (const catalog::ForeignKey& key : tables[table].details.table.foreign_keys) {
        const auto parent = component_of.find(key.parent);
        if (parent != component_of.end() && parent->second != c) parents_[c].push_back(parent->second);
      }
    }
  }
}

bool MergeOrder::waits_for_parent(std::size_t component, const std::vector<bool>& open) const {
  return std::any_of(parents_[component].begin(), parents_[component].end(),
                     [&](std::size_t parent) { return open[parent]; });
}

bool MergeOrder::put_before(std::size_t first, std::size_t second) {
  std::vector<bool> needed(parents_.size());
  std::vector<std::size_t> found{first};
  needed[first] = true;
  while (!found.empty()) {
    const std::size_t component = found.back();
    found.pop_back();
    for (const std::size_t parent : parents_[component]) {
      if (!needed[parent]) found.push_back(parent);
      needed[parent] = true;
    }
  }
  if (needed[second]) return false;
  const auto from = std::find(sequence_.begin(), sequence_.end(), second);
  std::stable_partition(from, sequence_.end(), [&](std::size_t component) { return needed[component]; });
  return true;
}

}  // namespace postgres
