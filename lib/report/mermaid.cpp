#include "report/mermaid.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <set>
#include <string_view>

#include "base/terminal.h"

namespace report {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Words of Mermaid's grammar, in any case.
bool is_reserved(const std::string& name) {
  constexpr std::array<std::string_view, 19> kWords{
      "end",  "graph", "flowchart", "subgraph", "style", "linkstyle", "class", "classdef", "click", "default",
      "href", "call",  "direction", "tb",       "td",    "bt",        "rl",    "lr",       "br"};
  std::string lower = name;
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return std::find(kWords.begin(), kWords.end(), lower) != kWords.end();
}

// Needs no escapes.
bool is_plain(const std::string& name) {
  return !name.empty() && is_letter(name.front()) && !is_reserved(name) &&
         std::all_of(name.begin(), name.end(), [](char c) { return is_letter(c) || is_digit(c); });
}

// Mermaid's own entities, by number, for all that is neither a letter nor a digit in ASCII.
std::string label(const std::string& name) {
  std::string text;
  for (const char c : base::printable(name)) {
    const auto byte = static_cast<unsigned char>(c);
    const bool harmless = is_letter(c) || is_digit(c) || c == ' ' || c == '.' || c == '-' || byte >= 0x80;
    text += harmless ? std::string(1, c) : "#" + std::to_string(byte) + ";";
  }
  return text;
}

class Chart {
 public:
  explicit Chart(const std::vector<outcome::ListedTable>& tables) {
    for (const outcome::ListedTable& table : tables) add_name(table.name);
    listed_ = names_.size();
    for (const outcome::ListedTable& table : tables) {
      for (const std::string& parent : table.parents) children_[parent].insert(table.name);
      if (table.refers_to_itself) children_[table.name].insert(table.name);
      for (const std::string& parent : table.parents_left_out) {
        add_name(parent);
        children_[parent].insert(table.name);
      }
    }
  }

  std::string text() {
    std::string nodes;
    std::set<std::string> connected;
    std::string edges;
    for (std::size_t i = 0; i < names_.size(); ++i) {
      for (std::size_t child = 0; child < listed_; ++child) {
        if (!children_[names_[i]].contains(names_[child])) continue;
        edges += "  " + ids_[names_[i]] + (i < listed_ ? " --> " : " -.-> ") + ids_[names_[child]] + "\n";
        connected.insert({names_[i], names_[child]});
      }
    }
    for (const std::string& name : names_)
      if (ids_[name] != name) nodes += "  " + ids_[name] + "[\"" + label(name) + "\"]\n";
    for (const std::string& name : names_)
      if (!connected.contains(name) && ids_[name] == name) edges += "  " + name + "\n";
    return "flowchart LR\n" + nodes + edges;
  }

 private:
  // A name that needs escapes gets an identifier that no table has: with a digit in front.
  void add_name(const std::string& name) {
    if (ids_.contains(name)) return;
    names_.push_back(name);
    ids_[name] = is_plain(name) ? name : std::to_string(names_.size()) + "_";
  }

  std::vector<std::string> names_;  // those of the list, then those that are left out
  std::size_t listed_ = 0;
  std::map<std::string, std::string> ids_;
  std::map<std::string, std::set<std::string>> children_;
};

}  // namespace

std::string tables_mermaid(const std::vector<outcome::ListedTable>& tables) {
  std::vector<outcome::ListedTable> data;
  std::copy_if(tables.begin(), tables.end(), std::back_inserter(data),
               [](const outcome::ListedTable& table) { return table.ledger.empty(); });
  return Chart(data).text();
}

}  // namespace report
