#include "catalog/graph.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <map>
#include <queue>
#include <set>
#include <utility>

namespace catalog {
namespace {

using Edges = std::vector<std::set<std::size_t>>;  // child → parents

Edges parents_of(const std::vector<Table>& tables) {
  std::map<TableName, std::size_t> index;
  for (std::size_t i = 0; i < tables.size(); ++i) index.emplace(tables[i].name, i);
  Edges parents(tables.size());
  for (std::size_t child = 0; child < tables.size(); ++child) {
    for (const ForeignKey& key : tables[child].foreign_keys) {
      const auto parent = index.find(key.parent);
      if (parent != index.end() && parent->second != child) parents[child].insert(parent->second);
    }
  }
  return parents;
}

// Tarjan's algorithm with its own stack: a chain of a hundred thousand tables must not exhaust the call stack.
class Components {
 public:
  explicit Components(const Edges& edges)
      : edges_(edges),
        index_(edges.size(), kUnseen),
        low_(edges.size()),
        on_path_(edges.size()),
        component(edges.size()) {
    for (std::size_t node = 0; node < edges.size(); ++node) {
      if (index_[node] == kUnseen) walk(node);
    }
  }

 private:
  static constexpr std::size_t kUnseen = std::numeric_limits<std::size_t>::max();
  struct Frame {
    std::size_t node;
    std::set<std::size_t>::const_iterator next;
  };

  void enter(std::size_t node) {
    index_[node] = low_[node] = seen_++;
    path_.push_back(node);
    on_path_[node] = true;
    frames_.push_back({node, edges_[node].begin()});
  }

  void leave() {
    const std::size_t node = frames_.back().node;
    frames_.pop_back();
    if (!frames_.empty()) low_[frames_.back().node] = std::min(low_[frames_.back().node], low_[node]);
    if (low_[node] != index_[node]) return;
    std::size_t member = kUnseen;
    do {
      member = path_.back();
      path_.pop_back();
      on_path_[member] = false;
      component[member] = count;
    } while (member != node);
    ++count;
  }

  void walk(std::size_t root) {
    enter(root);
    while (!frames_.empty()) {
      Frame& frame = frames_.back();
      if (frame.next == edges_[frame.node].end()) {
        leave();
        continue;
      }
      const std::size_t parent = *frame.next++;
      if (index_[parent] == kUnseen) {
        enter(parent);
      } else if (on_path_[parent]) {
        low_[frame.node] = std::min(low_[frame.node], index_[parent]);
      }
    }
  }

  const Edges& edges_;
  std::vector<std::size_t> index_;
  std::vector<std::size_t> low_;
  std::vector<char> on_path_;
  std::vector<std::size_t> path_;
  std::vector<Frame> frames_;
  std::size_t seen_ = 0;

 public:
  std::vector<std::size_t> component;  // by node
  std::size_t count = 0;
};

using Rank = std::pair<std::size_t, TableName>;

std::vector<Rank> rank_tables(const std::vector<Table>& tables, const std::vector<std::string>& preferred) {
  std::map<std::string, std::size_t> place;
  for (std::size_t i = 0; i < preferred.size(); ++i) place.emplace(preferred[i], i);
  std::vector<Rank> ranks;
  ranks.reserve(tables.size());
  for (const Table& table : tables) {
    auto found = place.find(table.name.schema + "." + table.name.name);
    if (found == place.end()) found = place.find(table.name.name);
    ranks.emplace_back(found == place.end() ? preferred.size() : found->second, table.name);
  }
  return ranks;
}

}  // namespace

std::vector<std::vector<std::size_t>> dependency_components(const std::vector<Table>& tables,
                                                            const std::vector<std::string>& preferred) {
  const Edges parents = parents_of(tables);
  const Components components(parents);
  const std::vector<Rank> ranks = rank_tables(tables, preferred);

  std::vector<std::vector<std::size_t>> members(components.count);
  for (std::size_t node = 0; node < tables.size(); ++node) members[components.component[node]].push_back(node);
  for (auto& group : members) {
    std::sort(group.begin(), group.end(), [&](std::size_t a, std::size_t b) { return ranks[a] < ranks[b]; });
  }

  std::vector<std::set<std::size_t>> children(components.count);
  std::vector<std::size_t> waiting_for(components.count);
  for (std::size_t child = 0; child < tables.size(); ++child) {
    for (const std::size_t parent : parents[child]) {
      const std::size_t from = components.component[parent];
      const std::size_t to = components.component[child];
      if (from != to && children[from].insert(to).second) ++waiting_for[to];
    }
  }

  using Ready = std::pair<Rank, std::size_t>;
  std::priority_queue<Ready, std::vector<Ready>, std::greater<>> ready;
  for (std::size_t group = 0; group < components.count; ++group) {
    if (waiting_for[group] == 0) ready.emplace(ranks[members[group].front()], group);
  }
  std::vector<std::vector<std::size_t>> order;
  order.reserve(components.count);
  while (!ready.empty()) {
    const std::size_t group = ready.top().second;
    ready.pop();
    for (const std::size_t child : children[group]) {
      if (--waiting_for[child] == 0) ready.emplace(ranks[members[child].front()], child);
    }
    order.push_back(std::move(members[group]));
  }
  return order;
}

std::vector<std::size_t> dependency_order(const std::vector<Table>& tables, const std::vector<std::string>& preferred) {
  std::vector<std::size_t> order;
  order.reserve(tables.size());
  for (const auto& group : dependency_components(tables, preferred))
    order.insert(order.end(), group.begin(), group.end());
  return order;
}

}  // namespace catalog
