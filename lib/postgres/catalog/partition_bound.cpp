#include "postgres/catalog/partition_bound.h"

namespace postgres {
namespace {

// After the quote that ends the literal which begins at `at`.
std::size_t end_of_literal(std::string_view text, std::size_t at) {
  const bool escapes = at > 0 && text[at - 1] == 'E';
  for (++at; at < text.size(); ++at) {
    if (escapes && text[at] == '\\') {
      ++at;
    } else if (text[at] == '\'') {
      if (at + 1 >= text.size() || text[at + 1] != '\'') return at + 1;
      ++at;
    }
  }
  return at;
}

// What is between the parentheses after `word`, separated by commas.
std::vector<std::string> values_after(std::string_view text, std::string_view word) {
  std::vector<std::string> values;
  std::size_t at = text.find(word);
  if (at == std::string_view::npos) return values;
  at = text.find('(', at);
  if (at == std::string_view::npos) return values;
  std::size_t start = ++at;
  for (int depth = 1; at < text.size();) {
    const char c = text[at];
    if (c == '\'') {
      at = end_of_literal(text, at);
      continue;
    }
    if (c == '(') ++depth;
    if (c == ')') --depth;
    if ((c == ',' && depth == 1) || depth == 0) {
      values.emplace_back(text.substr(start, at - start));
      while (!values.back().empty() && values.back().front() == ' ') values.back().erase(0, 1);
      start = at + 1;
    }
    if (depth == 0) break;
    ++at;
  }
  return values;
}

std::uint64_t number_after(std::string_view text, std::string_view word) {
  const std::size_t at = text.find(word);
  return at == std::string_view::npos ? 0 : std::stoull(std::string(text.substr(at + word.size())));
}

}  // namespace

PartitionBound parse_bound(std::string_view text) {
  PartitionBound bound;
  bound.is_default = text == "DEFAULT";
  if (text.starts_with("FOR VALUES FROM")) {
    bound.from = values_after(text, "FROM ");
    // A literal may hold the word.
    std::size_t to = text.find('(') + 1;
    for (int depth = 1; depth > 0 && to < text.size();) {
      if (text[to] == '\'') {
        to = end_of_literal(text, to);
        continue;
      }
      depth += text[to] == '(' ? 1 : text[to] == ')' ? -1 : 0;
      ++to;
    }
    bound.to = values_after(text.substr(to), "TO ");
  } else if (text.starts_with("FOR VALUES IN")) {
    bound.in = values_after(text, "IN ");
  } else if (text.starts_with("FOR VALUES WITH")) {
    bound.modulus = number_after(text, "modulus ");
    bound.remainder = number_after(text, "remainder ");
  }
  return bound;
}

}  // namespace postgres
