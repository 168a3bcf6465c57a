#include "report/html/graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/human.h"
#include "base/terminal.h"
#include "base/utf8.h"
#include "report/findings.h"
#include "report/html/graph_layout.h"
#include "report/html_text.h"

namespace report {
namespace {

// From so many tables on only those that change are drawn, and their parents.
constexpr std::size_t kManyTables = 40;

using outcome::ImportedTable;

struct Drawing {
  const std::vector<ImportedTable>& tables;
  std::vector<std::size_t> shown;  // indices into tables
  GraphLayout layout;
};

bool changes(const ImportedTable& table) {
  return table.taken && table.counts.to_write() + table.counts.left_out() != 0;
}

std::vector<std::size_t> shown_tables(const std::vector<ImportedTable>& tables) {
  std::vector<std::size_t> shown;
  std::set<std::string_view> parents;
  for (const ImportedTable& table : tables)
    if (changes(table)) parents.insert(table.parents.begin(), table.parents.end());
  for (std::size_t i = 0; i < tables.size(); ++i)
    if (tables.size() < kManyTables || changes(tables[i]) || parents.contains(tables[i].name)) shown.push_back(i);
  return shown;
}

Drawing draw(const std::vector<ImportedTable>& tables) {
  Drawing drawing{tables, shown_tables(tables), {}};
  std::map<std::string_view, std::size_t> by_name;
  for (std::size_t i = 0; i < drawing.shown.size(); ++i) by_name.emplace(tables[drawing.shown[i]].name, i);
  std::vector<std::pair<std::size_t, std::size_t>> references;
  for (std::size_t child = 0; child < drawing.shown.size(); ++child) {
    for (const std::string& name : tables[drawing.shown[child]].parents) {
      const auto parent = by_name.find(name);
      if (parent != by_name.end()) references.emplace_back(parent->second, child);
    }
  }
  drawing.layout = lay_out(drawing.shown.size(), references);
  return drawing;
}

std::string curve(Point from, Point to) {
  const int bend = (to.x - from.x) / 2;
  return fmt::format("C{} {} {} {} {} {}", from.x + bend, from.y, to.x - bend, to.y, to.x, to.y);
}

// A head whose point is at `at`.
std::string head(Point at, bool to_the_right) {
  const int back = to_the_right ? -8 : 8;
  return fmt::format("M{} {}L{} {}L{} {}Z", at.x, at.y, at.x + back, at.y - 4, at.x + back, at.y + 4);
}

// A line from the parent to the child, where its head is.
std::string edge_svg(const GraphLayout& layout, const GraphEdge& edge) {
  const Point& parent = layout.nodes[edge.parent];
  const Point& child = layout.nodes[edge.child];
  const int middle = kNodeHeight / 2;
  const std::string_view kind = edge.backwards ? "edge back" : "edge";
  if (parent.x == child.x) {  // tables of a cycle, one above the other: around on the right
    const int x = parent.x + kNodeWidth;
    return fmt::format("<path class=\"edge back\" d=\"M{} {}C{} {} {} {} {} {}\"/><path class=\"head\" d=\"{}\"/>", x,
                       parent.y + middle, x + kAroundWidth, parent.y + middle, x + kAroundWidth, child.y + middle,
                       x + 6, child.y + middle, head({x, child.y + middle}, false));
  }
  const Point left = edge.backwards ? child : parent;
  const Point right = edge.backwards ? parent : child;
  Point at{left.x + kNodeWidth, left.y + middle};
  std::string path = fmt::format("M{} {}", at.x, at.y);
  for (const Point& pass : edge.passes) {
    path += curve(at, pass) + fmt::format("L{} {}", pass.x + kNodeWidth, pass.y);
    at = {pass.x + kNodeWidth, pass.y};
  }
  path += curve(at, {right.x, right.y + middle});
  const Point end = edge.backwards ? Point{left.x + kNodeWidth, left.y + middle} : Point{right.x, right.y + middle};
  return fmt::format("<path class=\"{}\" d=\"{}\"/><path class=\"head\" d=\"{}\"/>", kind, path,
                     head(end, !edge.backwards));
}

// Its beginning and its end, as much of them as fits; the whole name is the node's title.
std::string fitting(const std::string& name, int columns) {
  const std::string whole = base::printable(name);
  if (base::display_width(whole) <= columns) return whole;
  std::vector<std::string_view> characters;
  for (std::string_view rest = whole; !rest.empty();) {
    characters.push_back(rest.substr(0, std::max<std::size_t>(base::first_code_point(rest).bytes, 1)));
    rest.remove_prefix(characters.back().size());
  }
  std::string begin;
  std::string end;
  for (std::size_t i = 0; i < characters.size() / 2; ++i) {
    const std::string longer = begin + std::string(characters[i]);
    if (base::display_width(longer + end) >= columns) break;
    begin = longer;
    const std::string both = std::string(characters[characters.size() - 1 - i]) + end;
    if (base::display_width(begin + both) >= columns) break;
    end = both;
  }
  return begin + "…" + end;
}

std::string node_svg(const Drawing& drawing, std::size_t index) {
  constexpr int kNameColumns = 20;
  const ImportedTable& table = drawing.tables[drawing.shown[index]];
  const Point& node = drawing.layout.nodes[index];
  const outcome::Verdict worst = worst_verdict(table);
  const std::uint64_t count = table.taken ? table.counts.of(worst) : table.counts.rows;
  return fmt::format(
      "<a href=\"#t{}\"><g class=\"node v-{}\" transform=\"translate({} {})\"><title>{}: {} {}</title>"
      "<rect width=\"{}\" height=\"{}\" rx=\"6\"/><text class=\"sign\" x=\"15\" y=\"21\">{}</text>"
      "<text x=\"28\" y=\"21\">{}</text></g></a>\n",
      drawing.shown[index], outcome::verdict_name(worst), node.x, node.y, html_plain(table.name),
      base::human_count(count), outcome::verdict_name(worst), kNodeWidth, kNodeHeight, verdict_symbol(worst),
      html_plain(fitting(table.name, kNameColumns)));
}

}  // namespace

std::string audit_graph(const std::vector<ImportedTable>& tables) {
  const Drawing drawing = draw(tables);
  std::string svg = fmt::format(
      "<svg class=\"graph\" role=\"group\" aria-label=\"Tables and the tables they refer to\" width=\"{0}\" "
      "height=\"{1}\" viewBox=\"0 0 {0} {1}\">\n",
      drawing.layout.width, drawing.layout.height);
  for (const GraphEdge& edge : drawing.layout.edges) svg += edge_svg(drawing.layout, edge) + "\n";
  for (std::size_t i = 0; i < drawing.shown.size(); ++i) svg += node_svg(drawing, i);
  return svg + "</svg>\n";
}

std::size_t tables_not_drawn(const std::vector<ImportedTable>& tables) {
  return tables.size() - shown_tables(tables).size();
}

}  // namespace report
