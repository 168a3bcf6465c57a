#include "engine/write_order.h"

#include <algorithm>
#include <map>
#include <numeric>

namespace engine {

WriteOrder::WriteOrder(const std::vector<const catalog::Table*>& tables,
                       const std::vector<std::vector<std::size_t>>& components)
    : component_(tables.size()),
      parents_(components.size()),
      preferred_(components.size()),
      sequence_(components.size()) {
  std::iota(sequence_.begin(), sequence_.end(), std::size_t{0});
  std::map<catalog::TableName, std::size_t> component_of;
  for (std::size_t c = 0; c < components.size(); ++c) {
    for (const std::size_t table : components[c]) {
      component_[table] = c;
      component_of.emplace(tables[table]->name, c);
    }
  }
  for (std::size_t table = 0; table < tables.size(); ++table) {
    const std::size_t own = component_[table];
    for (const catalog::ForeignKey& key : tables[table]->foreign_keys) {
      const auto parent = component_of.find(key.parent);
      if (parent != component_of.end() && parent->second != own) parents_[own].insert(parent->second);
    }
  }
}

bool WriteOrder::waits_for_parent(std::size_t component, const std::vector<bool>& open) const {
  return std::ranges::any_of(parents_[component], [&](std::size_t parent) { return open[parent]; });
}

bool WriteOrder::put_before(std::size_t first, std::size_t second) {
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
  const auto from = std::ranges::find(sequence_, second);
  std::stable_partition(from, sequence_.end(), [&](std::size_t component) { return needed[component]; });
  return true;
}

void WriteOrder::prefer(std::size_t first, std::size_t second) {
  if (component_[first] != component_[second]) preferred_[component_[second]].insert(component_[first]);
}

void WriteOrder::arrange() {
  std::vector<bool> done(parents_.size());
  const auto open = [&](const std::set<std::size_t>& before) {
    return std::ranges::count_if(before, [&](std::size_t other) { return !done[other]; });
  };
  sequence_.clear();
  while (sequence_.size() < parents_.size()) {
    std::size_t next = parents_.size();
    for (std::size_t i = 0; i < parents_.size(); ++i) {
      if (done[i] || open(parents_[i]) > 0) continue;
      const bool better = next == parents_.size() || open(preferred_[i]) < open(preferred_[next]);
      if (better) next = i;
      if (open(preferred_[next]) == 0) break;
    }
    done[next] = true;
    sequence_.push_back(next);
  }
}

}  // namespace engine
