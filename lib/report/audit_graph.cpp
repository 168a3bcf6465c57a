#include "report/audit_graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/human.h"
#include "base/terminal.h"
#include "base/utf8.h"
#include "report/findings.h"
#include "report/html_text.h"

namespace report {
namespace {

// Lengths in user units, which are CSS pixels.
constexpr int kNodeWidth = 184;
constexpr int kNodeHeight = 32;
constexpr int kColumnStep = kNodeWidth + 56;
constexpr int kRowStep = kNodeHeight + 12;
constexpr int kMargin = 8;
constexpr int kAround = 44;                 // how far an edge within a column reaches out
constexpr std::size_t kTallestColumn = 14;  // a layer with more tables stands in several columns
constexpr int kSweeps = 4;

struct Edge {
  std::size_t parent;
  std::size_t child;
};

struct Node {
  std::size_t layer = 0;
  bool connected = false;
  double rank = 0;  // where in its layer it wants to stand, 0 to 1
  int x = 0;
  int y = 0;
};

struct Drawing {
  const std::vector<outcome::ImportedTable>& tables;
  std::vector<Node> nodes;
  std::vector<Edge> edges;
  int width = 0;
  int height = 0;
};

void find_edges(Drawing& drawing) {
  std::map<std::string_view, std::size_t> by_name;
  for (std::size_t i = 0; i < drawing.tables.size(); ++i) by_name.emplace(drawing.tables[i].name, i);
  for (std::size_t child = 0; child < drawing.tables.size(); ++child) {
    for (const std::string& name : drawing.tables[child].parents) {
      const auto parent = by_name.find(name);
      if (parent == by_name.end() || parent->second == child) continue;
      drawing.edges.push_back({parent->second, child});
      drawing.nodes[child].connected = drawing.nodes[parent->second].connected = true;
      // Parents stand first in the file, but for those in a cycle: these draw an edge backwards.
      if (parent->second < child)
        drawing.nodes[child].layer = std::max(drawing.nodes[child].layer, drawing.nodes[parent->second].layer + 1);
    }
  }
}

std::vector<std::vector<std::size_t>> layers_of(const Drawing& drawing) {
  std::vector<std::vector<std::size_t>> layers;
  for (std::size_t i = 0; i < drawing.nodes.size(); ++i) {
    if (!drawing.nodes[i].connected) continue;
    layers.resize(std::max(layers.size(), drawing.nodes[i].layer + 1));
    layers[drawing.nodes[i].layer].push_back(i);
  }
  return layers;
}

void sort_layer(Drawing& drawing, std::vector<std::size_t>& layer) {
  std::stable_sort(layer.begin(), layer.end(),
                   [&](std::size_t a, std::size_t b) { return drawing.nodes[a].rank < drawing.nodes[b].rank; });
  for (std::size_t i = 0; i < layer.size(); ++i)
    drawing.nodes[layer[i]].rank = (static_cast<double>(i) + 0.5) / static_cast<double>(layer.size());
}

// Barycenter heuristic (Sugiyama): each table goes to the middle of its neighbors, by turns of parents and children.
void order_layers(Drawing& drawing, std::vector<std::vector<std::size_t>>& layers) {
  for (std::vector<std::size_t>& layer : layers) sort_layer(drawing, layer);
  for (int sweep = 0; sweep < kSweeps; ++sweep) {
    const bool by_parents = sweep % 2 == 0;
    std::vector<double> sum(drawing.nodes.size());
    std::vector<double> count(drawing.nodes.size());
    for (const Edge& edge : drawing.edges) {
      const std::size_t node = by_parents ? edge.child : edge.parent;
      sum[node] += drawing.nodes[by_parents ? edge.parent : edge.child].rank;
      count[node] += 1;
    }
    for (std::size_t i = 0; i < drawing.nodes.size(); ++i)
      if (count[i] > 0) drawing.nodes[i].rank = sum[i] / count[i];
    for (std::vector<std::size_t>& layer : layers) sort_layer(drawing, layer);
  }
}

// Tables that refer to nothing and that nothing refers to: in rows below the others.
void place_alone(Drawing& drawing, std::size_t columns, std::size_t tallest) {
  constexpr std::size_t kFewestColumns = 4;
  const std::size_t across = std::max(columns, kFewestColumns);
  const int below = kMargin + static_cast<int>(tallest) * kRowStep + (tallest == 0 ? 0 : kRowStep / 2);
  std::size_t alone = 0;
  for (Node& node : drawing.nodes) {
    if (node.connected) continue;
    node.x = kMargin + static_cast<int>(alone % across) * kColumnStep;
    node.y = below + static_cast<int>(alone / across) * kRowStep;
    ++alone;
  }
}

void place(Drawing& drawing) {
  std::vector<std::vector<std::size_t>> layers = layers_of(drawing);
  order_layers(drawing, layers);
  std::vector<std::vector<std::size_t>> columns;
  for (const std::vector<std::size_t>& layer : layers) {
    const std::size_t parts = (layer.size() + kTallestColumn - 1) / kTallestColumn;
    const std::size_t each = (layer.size() + parts - 1) / parts;
    for (std::size_t at = 0; at < layer.size(); at += each)
      columns.emplace_back(layer.begin() + static_cast<std::ptrdiff_t>(at),
                           layer.begin() + static_cast<std::ptrdiff_t>(std::min(at + each, layer.size())));
  }
  std::size_t tallest = 0;
  for (const auto& column : columns) tallest = std::max(tallest, column.size());
  for (std::size_t c = 0; c < columns.size(); ++c) {
    const int top = kMargin + static_cast<int>(tallest - columns[c].size()) * kRowStep / 2;
    for (std::size_t r = 0; r < columns[c].size(); ++r) {
      drawing.nodes[columns[c][r]].x = kMargin + static_cast<int>(c) * kColumnStep;
      drawing.nodes[columns[c][r]].y = top + static_cast<int>(r) * kRowStep;
    }
  }
  place_alone(drawing, columns.size(), tallest);
}

void measure(Drawing& drawing) {
  const bool any_around = std::any_of(drawing.edges.begin(), drawing.edges.end(), [&](const Edge& edge) {
    return drawing.nodes[edge.parent].x == drawing.nodes[edge.child].x;
  });
  for (const Node& node : drawing.nodes) {
    drawing.width = std::max(drawing.width, node.x + kNodeWidth + kMargin + (any_around ? kAround : 0));
    drawing.height = std::max(drawing.height, node.y + kNodeHeight + kMargin);
  }
}

std::string edge_svg(const Drawing& drawing, const Edge& edge) {
  const Node& parent = drawing.nodes[edge.parent];
  const Node& child = drawing.nodes[edge.child];
  const int y1 = parent.y + kNodeHeight / 2;
  const int y2 = child.y + kNodeHeight / 2;
  if (parent.x == child.x) {  // tables of a cycle, one above the other: around on the right
    const int x = parent.x + kNodeWidth;
    return fmt::format("<path class=\"edge back\" d=\"M{} {}C{} {} {} {} {} {}\"/>", x, y1, x + kAround, y1,
                       x + kAround, y2, x, y2);
  }
  const bool forward = parent.x < child.x;
  const int x1 = parent.x + (forward ? kNodeWidth : 0);
  const int x2 = child.x + (forward ? 0 : kNodeWidth);
  const int bend = (x2 - x1) / 2;
  return fmt::format("<path class=\"{}\" d=\"M{} {}C{} {} {} {} {} {}\"/>", forward ? "edge" : "edge back", x1, y1,
                     x1 + bend, y1, x2 - bend, y2, x2, y2);
}

// The first characters of a name, as many as fit; the whole name stands in the node's title.
std::string fitting(const std::string& name, int columns) {
  std::string whole = base::printable(name);
  if (base::display_width(whole) <= columns) return whole;
  std::string text;
  for (std::string_view rest = whole; !rest.empty();) {
    const std::string_view next = rest.substr(0, std::max<std::size_t>(base::first_code_point(rest).bytes, 1));
    if (base::display_width(text + std::string(next)) >= columns) break;
    text += next;
    rest.remove_prefix(next.size());
  }
  return text + "…";
}

std::string node_svg(const Drawing& drawing, std::size_t index) {
  constexpr int kNameColumns = 20;
  const outcome::ImportedTable& table = drawing.tables[index];
  const Node& node = drawing.nodes[index];
  const outcome::Verdict worst = worst_verdict(table);
  const std::uint64_t count = table.taken ? count_of(table.counts, worst) : table.counts.rows;
  return fmt::format(
      "<a href=\"#t{}\"><g class=\"node v-{}\" transform=\"translate({} {})\"><title>{}: {} {}</title>"
      "<rect width=\"{}\" height=\"{}\" rx=\"6\"/><text class=\"sign\" x=\"15\" y=\"21\">{}</text>"
      "<text x=\"28\" y=\"21\">{}</text></g></a>\n",
      index, outcome::verdict_name(worst), node.x, node.y, html_plain(table.name), base::human_count(count),
      outcome::verdict_name(worst), kNodeWidth, kNodeHeight, verdict_symbol(worst),
      html_plain(fitting(table.name, kNameColumns)));
}

}  // namespace

std::string audit_graph(const std::vector<outcome::ImportedTable>& tables) {
  Drawing drawing{tables, std::vector<Node>(tables.size()), {}, 0, 0};
  find_edges(drawing);
  place(drawing);
  measure(drawing);
  std::string svg = fmt::format(
      "<svg class=\"graph\" role=\"group\" aria-label=\"Tables and the tables they refer to\" width=\"{0}\" "
      "height=\"{1}\" viewBox=\"0 0 {0} {1}\">\n",
      drawing.width, drawing.height);
  for (const Edge& edge : drawing.edges) svg += edge_svg(drawing, edge) + "\n";
  for (std::size_t i = 0; i < tables.size(); ++i) svg += node_svg(drawing, i);
  return svg + "</svg>\n";
}

}  // namespace report
