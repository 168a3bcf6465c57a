#include "transfer/selection.h"

#include <algorithm>

#include "base/error.h"
#include "base/suggestion.h"
#include "base/terminal.h"
#include "catalog/ledger.h"

namespace transfer {
namespace {

// Behind the character that begins at `at`: UTF-8, so bytes 10xxxxxx belong to the one before.
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

void demand_match(const std::string& pattern, const std::vector<catalog::Table>& tables) {
  std::vector<std::string> names;
  for (const catalog::Table& table : tables) {
    if (matches(pattern, table.name)) return;
    names.push_back(pattern.find('.') == std::string::npos ? table.name.name
                                                           : table.name.schema + "." + table.name.name);
  }
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

std::vector<std::size_t> select_tables(const std::vector<catalog::Table>& tables, const Selection& selection) {
  for (const std::string& pattern : selection.tables) demand_match(pattern, tables);
  for (const std::string& pattern : selection.excluded) demand_match(pattern, tables);
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
