#include "report/html/graph_layout.h"

#include <gtest/gtest.h>

#include <random>

namespace report {
namespace {

// Whether a level line from `from` to `to` at height `y` runs behind a box.
bool runs_behind(const GraphLayout& layout, int from, int to, int y) {
  for (const Point& node : layout.nodes)
    if (node.x < to && from < node.x + kNodeWidth && node.y <= y && y <= node.y + kNodeHeight) return true;
  return false;
}

void expect_free(const GraphLayout& layout) {
  for (const GraphEdge& edge : layout.edges) {
    int at = std::min(layout.nodes[edge.parent].x, layout.nodes[edge.child].x) + kNodeWidth;
    for (const Point& pass : edge.passes) {
      EXPECT_EQ(pass.x - at, kColumnGap) << "between columns a line may bend";
      EXPECT_FALSE(runs_behind(layout, pass.x, pass.x + kNodeWidth, pass.y)) << edge.parent << " " << edge.child;
      at = pass.x + kNodeWidth;
    }
    const int right = std::max(layout.nodes[edge.parent].x, layout.nodes[edge.child].x);
    EXPECT_TRUE(right - at == kColumnGap || right + kNodeWidth == at) << edge.parent << " " << edge.child;
  }
}

TEST(GraphLayout, LeadsALongLineAroundTheBoxesBetween) {
  const GraphLayout layout = lay_out(3, {{0, 1}, {1, 2}, {0, 2}});

  ASSERT_EQ(layout.edges[2].passes.size(), 1U);
  expect_free(layout);
}

TEST(GraphLayout, NeverLetsALineRunBehindABox) {
  std::mt19937 random(7);
  for (int round = 0; round < 50; ++round) {
    const std::size_t count = 2 + random() % 60;
    std::vector<std::pair<std::size_t, std::size_t>> references;
    for (std::size_t i = 0; i < 2 * count; ++i) references.emplace_back(random() % count, random() % count);
    const GraphLayout layout = lay_out(count, references);
    expect_free(layout);
    for (const Point& node : layout.nodes) {
      EXPECT_LE(node.x + kNodeWidth, layout.width);
      EXPECT_LE(node.y + kNodeHeight, layout.height);
    }
  }
}

TEST(GraphLayout, OfNothingIsEmpty) { EXPECT_TRUE(lay_out(0, {}).nodes.empty()); }

}  // namespace
}  // namespace report
