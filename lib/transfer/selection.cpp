#include "transfer/selection.h"

#include <algorithm>
#include <optional>

#include "base/error.h"
#include "base/suggestion.h"
#include "base/terminal.h"
#include "catalog/ledger.h"

namespace transfer {
namespace {

// After the character that begins at `at`: UTF-8, so bytes 10xxxxxx belong to the one before.
std::size_t after_character(std::string_view text, std::size_t at) {
  do ++at;
  while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80);
  return at;
}

bool matches_text(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && pattern[p] == '?') {
      ++p;
      t = after_character(text, t);
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = resume = after_character(text, resume);
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

bool matches_any(const std::vector<std::string>& patterns, const catalog::TableName& table) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const std::string& pattern) { return matches(pattern, table); });
}

bool is_wanted(const catalog::TableName& name, const Selection& selection) {
  if (!selection.tables.empty() && !matches_any(selection.tables, name)) return false;
  return !matches_any(selection.excluded, name);
}

// One that -t names in full, not by a pattern, is what the user wants to have.
bool is_unnamed_ledger(const catalog::Table& table, const Selection& selection) {
  if (catalog::ledger_of(table) == nullptr) return false;
  return std::none_of(selection.tables.begin(), selection.tables.end(), [&](const std::string& pattern) {
    return pattern == table.name.name || pattern == table.name.schema + "." + table.name.name;
  });
}

// "app.v" without a pattern's signs.
std::optional<catalog::TableName> plain_name(const std::string& pattern) {
  if (pattern.find_first_of("*?") != std::string::npos) return std::nullopt;
  const std::size_t dot = pattern.find('.');
  if (dot == std::string::npos) return catalog::TableName{"", pattern};
  return catalog::TableName{pattern.substr(0, dot), pattern.substr(dot + 1)};
}

void demand_match(const std::string& pattern, const std::vector<catalog::Table>& tables,
                  const OtherObject& other_object) {
  std::vector<std::string> names;
  for (const catalog::Table& table : tables) {
    if (matches(pattern, table.name)) return;
    names.push_back(pattern.find('.') == std::string::npos ? table.name.name
                                                           : table.name.schema + "." + table.name.name);
  }
  const auto name = plain_name(pattern);
  const std::string other = name && other_object ? other_object(*name) : std::string{};
  if (!other.empty())
    throw base::Error(base::ErrorKind::kUsage, base::printable(pattern) + " " + base::printable(other),
                      other.starts_with("is a partition")
                          ? "its rows go with those of that table: name that one"
                          : "only tables are exported and imported: db-export --list shows them");
  const auto near = base::closest(pattern, names);
  throw base::Error(base::ErrorKind::kUsage, "no table matches " + base::printable(pattern),
                    near ? "did you mean " + base::printable(*near) + "?" : "db-export --list shows the tables");
}

}  // namespace

bool matches(std::string_view pattern, const catalog::TableName& table) {
  // A name that holds a dot itself can still be given as it is.
  if (pattern == table.name) return true;
  if (pattern.find('.') == std::string_view::npos) return matches_text(pattern, table.name);
  return matches_text(pattern, table.schema + "." + table.name);
}

void demand_schemas(const std::vector<std::string>& wanted, const std::vector<std::string>& there) {
  if (there.empty()) return;
  std::string list;
  for (const std::string& schema : there) list += (list.empty() ? "" : ", ") + base::printable(schema);
  for (const std::string& schema : wanted) {
    if (std::ranges::find(there, schema) != there.end()) continue;
    const auto near = base::closest(schema, there);
    throw base::Error(base::ErrorKind::kUsage, "the database has no schema " + base::printable(schema),
                      near ? "did you mean " + base::printable(*near) + "?" : "it has " + list);
  }
}

std::vector<std::string> unknown_of_order(const std::vector<std::string>& order,
                                          const std::vector<std::string>& names) {
  std::vector<std::string> lines;
  for (const std::string& name : order) {
    if (std::ranges::find(names, name) != names.end()) continue;
    const auto near = base::closest(name, names);
    // One that a part of the system does not have is no slip.
    if (!near || std::ranges::find(order, *near) != order.end()) continue;
    lines.push_back("\"order\" of the transfer file names " + name + ", which is no table: did you mean " + *near +
                    "?");
  }
  return lines;
}

std::vector<std::size_t> select_tables(const std::vector<catalog::Table>& tables, const Selection& selection,
                                       const OtherObject& other_object) {
  for (const std::string& pattern : selection.tables) demand_match(pattern, tables, other_object);
  for (const std::string& pattern : selection.excluded) demand_match(pattern, tables, other_object);
  std::vector<std::size_t> chosen;
  for (std::size_t i = 0; i < tables.size(); ++i) {
    if (is_wanted(tables[i].name, selection) && !is_unnamed_ledger(tables[i], selection)) chosen.push_back(i);
  }
  return chosen;
}

std::vector<std::size_t> ledgers_left_out(const std::vector<catalog::Table>& tables, const Selection& selection) {
  std::vector<std::size_t> ledgers;
  for (std::size_t i = 0; i < tables.size(); ++i) {
    if (is_wanted(tables[i].name, selection) && is_unnamed_ledger(tables[i], selection)) ledgers.push_back(i);
  }
  return ledgers;
}

bool is_excluded(const catalog::TableName& table, const Selection& selection) {
  return matches_any(selection.excluded, table);
}

bool is_audit(const catalog::TableName& table, const Selection& selection) {
  return matches_any(selection.audit_tables, table);
}

std::vector<std::string> usual_audit_tables() { return {"audit_logs", "audit_log"}; }

}  // namespace transfer
