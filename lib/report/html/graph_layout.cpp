#include "report/html/graph_layout.h"

#include <algorithm>
#include <numeric>

namespace report {
namespace {

constexpr int kRowGap = 12;
constexpr int kPassHeight = 10;  // of a line between boxes
constexpr int kMargin = 8;
constexpr std::size_t kTallestColumn = 14;  // a layer with more tables takes several columns
constexpr int kSweeps = 6;
constexpr int kColumnStep = kNodeWidth + kColumnGap;

// What takes room in a column: a box, or a line that passes.
struct Place {
  std::size_t column = 0;
  bool is_box = true;
  double rank = 0;  // where in its column it wants to be, 0 to 1
  int y = 0;
  std::vector<std::size_t> left;  // neighbours
  std::vector<std::size_t> right;
};

class Layout {
 public:
  Layout(std::size_t count, const std::vector<std::pair<std::size_t, std::size_t>>& references)
      : boxes_(count), connected_(count), places_(count) {
    for (const auto& [parent, child] : references) {
      if (parent == child) continue;
      layout_.edges.push_back({parent, child, child < parent, {}});
      connected_[parent] = connected_[child] = true;
    }
  }

  GraphLayout run() {
    find_columns();
    add_passes();
    order();
    stack();
    place_alone();
    return std::move(layout_);
  }

 private:
  // The left and the right end; those of a cycle point to the left.
  static std::pair<std::size_t, std::size_t> ends(const GraphEdge& edge) {
    return edge.backwards ? std::pair{edge.child, edge.parent} : std::pair{edge.parent, edge.child};
  }

  // Layers by the longest way from the left; high ones are split, and what follows moves to the right.
  void find_columns() {
    std::vector<std::size_t> layer(boxes_);
    std::vector<std::vector<std::size_t>> lefts(boxes_);
    for (const GraphEdge& edge : layout_.edges) lefts[ends(edge).second].push_back(ends(edge).first);
    std::size_t deepest = 0;
    for (std::size_t i = 0; i < boxes_; ++i) {
      for (const std::size_t left : lefts[i]) layer[i] = std::max(layer[i], layer[left] + 1);
      deepest = std::max(deepest, layer[i]);
    }
    std::size_t column = 0;
    for (std::size_t number = 0; number <= deepest; ++number) {
      std::vector<std::size_t> members;
      for (std::size_t i = 0; i < boxes_; ++i)
        if (connected_[i] && layer[i] == number) members.push_back(i);
      const std::size_t parts = std::max<std::size_t>(1, (members.size() + kTallestColumn - 1) / kTallestColumn);
      const std::size_t each = (members.size() + parts - 1) / parts;
      for (std::size_t at = 0; at < members.size(); ++at) places_[members[at]].column = column + at / each;
      column += parts;
    }
    columns_ = column;
  }

  void add_passes() {
    passes_.resize(layout_.edges.size());
    for (std::size_t e = 0; e < layout_.edges.size(); ++e) {
      const auto [left, right] = ends(layout_.edges[e]);
      std::size_t last = left;
      for (std::size_t column = places_[left].column + 1; column < places_[right].column; ++column) {
        places_.push_back({column, false, 0, 0, {}, {}});
        passes_[e].push_back(places_.size() - 1);
        connect(last, places_.size() - 1);
        last = places_.size() - 1;
      }
      connect(last, right);
    }
  }

  void connect(std::size_t left, std::size_t right) {
    places_[left].right.push_back(right);
    places_[right].left.push_back(left);
  }

  void sort_column(std::vector<std::size_t>& members) {
    std::ranges::stable_sort(members, {}, [&](std::size_t place) { return places_[place].rank; });
    for (std::size_t i = 0; i < members.size(); ++i)
      places_[members[i]].rank = (static_cast<double>(i) + 0.5) / static_cast<double>(members.size());
  }

  // Each place goes to the middle of its neighbours, by turns of those on the left and on the right.
  void order() {
    members_.resize(columns_);
    for (std::size_t i = 0; i < places_.size(); ++i)
      if (i >= boxes_ || connected_[i]) members_[places_[i].column].push_back(i);
    for (auto& members : members_) sort_column(members);
    for (int sweep = 0; sweep < kSweeps; ++sweep) {
      const bool by_left = sweep % 2 == 0;
      for (std::size_t step = 0; step < columns_; ++step) {
        std::vector<std::size_t>& members = members_[by_left ? step : columns_ - 1 - step];
        for (const std::size_t member : members) {
          const auto& neighbours = by_left ? places_[member].left : places_[member].right;
          if (neighbours.empty()) continue;
          double sum = 0;
          for (const std::size_t other : neighbours) sum += places_[other].rank;
          places_[member].rank = sum / static_cast<double>(neighbours.size());
        }
        sort_column(members);
      }
    }
  }

  int height_of(std::size_t place) const { return places_[place].is_box ? kNodeHeight + kRowGap : kPassHeight; }

  void stack() {
    std::vector<int> heights;
    for (const auto& members : members_)
      heights.push_back(std::transform_reduce(members.begin(), members.end(), 0, std::plus(),
                                              [&](std::size_t place) { return height_of(place); }));
    tallest_ = heights.empty() ? 0 : *std::ranges::max_element(heights);
    layout_.nodes.resize(boxes_);
    for (std::size_t column = 0; column < columns_; ++column) {
      int y = kMargin + (tallest_ - heights[column]) / 2;
      for (const std::size_t place : members_[column]) {
        places_[place].y = y;
        y += height_of(place);
        if (place < boxes_) layout_.nodes[place] = {x_of(column), places_[place].y};
      }
    }
    for (std::size_t e = 0; e < layout_.edges.size(); ++e)
      for (const std::size_t pass : passes_[e])
        layout_.edges[e].passes.push_back({x_of(places_[pass].column), places_[pass].y + kPassHeight / 2});
  }

  static int x_of(std::size_t column) { return kMargin + static_cast<int>(column) * kColumnStep; }

  // Tables that refer to nothing and that nothing refers to: in rows below the others.
  void place_alone() {
    constexpr std::size_t kFewestColumns = 4;
    const bool any = std::ranges::find(connected_, true) != connected_.end();
    const std::size_t across = std::max(any ? columns_ : 0, kFewestColumns);
    const int below = kMargin + tallest_ + (any ? kRowGap : 0);
    std::size_t alone = 0;
    for (std::size_t i = 0; i < boxes_; ++i) {
      if (connected_[i]) continue;
      layout_.nodes[i] = {x_of(alone % across), below + static_cast<int>(alone / across) * (kNodeHeight + kRowGap)};
      ++alone;
    }
    for (const Point& node : layout_.nodes) {
      layout_.width = std::max(layout_.width, node.x + kNodeWidth + kMargin + kAroundWidth);
      layout_.height = std::max(layout_.height, node.y + kNodeHeight + kMargin);
    }
    layout_.height = std::max(layout_.height, tallest_ + 2 * kMargin);
  }

  const std::size_t boxes_;
  std::vector<bool> connected_;
  std::vector<Place> places_;                      // the boxes, then what passes
  std::vector<std::vector<std::size_t>> passes_;   // by edge
  std::vector<std::vector<std::size_t>> members_;  // by column, from above
  std::size_t columns_ = 0;
  int tallest_ = 0;
  GraphLayout layout_;
};

}  // namespace

GraphLayout lay_out(std::size_t count, const std::vector<std::pair<std::size_t, std::size_t>>& references) {
  return Layout(count, references).run();
}

}  // namespace report
