// The tests' own quoting of SQL, so that the oracle owes nothing to the code under test.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace properties {

inline std::string quote(std::string_view name) {
  std::string text = "\"";
  for (const char c : name) text.append(c == '"' ? 2 : 1, c);
  return text + '"';
}

inline std::string literal(std::string_view value) {
  std::string text = "E'";
  for (const char c : value) text.append(c == '\'' || c == '\\' ? 2 : 1, c);
  return text + '\'';
}

inline std::string list_of(const std::vector<std::string>& names, std::string_view before = "") {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + std::string(before) + quote(name);
  return text;
}

}  // namespace properties
