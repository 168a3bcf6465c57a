// Where the boxes and the lines of a drawing of tables go: parents on the left, in columns; a line that passes a
// column has a place of its own in it, so that none runs under a box. Pure functions, no SVG. After Sugiyama: layers,
// barycenters.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace report {

// Lengths in user units, which are CSS pixels.
inline constexpr int kNodeWidth = 184;
inline constexpr int kNodeHeight = 32;
inline constexpr int kColumnGap = 56;
inline constexpr int kAroundWidth = 30;  // how far a line within a column reaches out

struct Point {
  int x = 0;
  int y = 0;
};

struct GraphEdge {
  std::size_t parent;
  std::size_t child;
  bool backwards = false;     // of a cycle: the child is left of its parent, or above it
  std::vector<Point> passes;  // middles of the places in the columns between, from left to right
};

struct GraphLayout {
  std::vector<Point> nodes;  // the upper left corner of each
  std::vector<GraphEdge> edges;
  int width = 0;
  int height = 0;
};

// `count` nodes, parents before their children but for cycles; each pair is a parent and a child.
GraphLayout lay_out(std::size_t count, const std::vector<std::pair<std::size_t, std::size_t>>& references);

}  // namespace report
