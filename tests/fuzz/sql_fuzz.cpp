// The splitter of SQL scripts: its statements stand in the script in their order, with nothing between them but white
// space, comments and semicolons, and each is one statement by itself.
#include "migrate/sql_splitter.h"

#include <algorithm>

#include "base/error.h"
#include "fuzz/target.h"

namespace {

using fuzz::require;

// Behind the comment that opens at the front; comments nest.
std::size_t comment_bytes(std::string_view text) {
  std::size_t depth = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view two = text.substr(at, 2);
    if (two == "/*") ++depth;
    if (two == "*/") --depth;
    at += two == "/*" || two == "*/" ? 2 : 1;
    if (depth == 0) return at;
  }
  return text.size();
}

void skip_gap(std::string_view& rest) {
  while (!rest.empty()) {
    if (rest.starts_with("--")) {
      rest.remove_prefix(std::min(rest.find('\n'), rest.size()));
    } else if (rest.starts_with("/*")) {
      rest.remove_prefix(comment_bytes(rest));
    } else if (rest.front() == ';' || std::string_view(" \t\n\v\f\r").find(rest.front()) != std::string_view::npos) {
      rest.remove_prefix(1);
    } else {
      return;
    }
  }
}

void check_words(const migrate::Statement& statement) {
  std::size_t behind = 0;
  for (const migrate::Word& word : statement.words) {
    require(!word.text.empty() && word.offset >= behind, "words stand in order");
    behind = word.offset + word.text.size();
    require(behind <= statement.text.size(), "words lie inside their statement");
    for (std::size_t i = 0; i < word.text.size(); ++i) {
      const char byte = statement.text[word.offset + i];
      const char upper = byte >= 'a' && byte <= 'z' ? static_cast<char>(byte - 'a' + 'A') : byte;
      require(upper == word.text[i], "a word is what stands there");
    }
  }
}

}  // namespace

FUZZ_TARGET(sql) {
  std::vector<migrate::Statement> statements;
  try {
    statements = migrate::split_sql(input);
  } catch (const base::Error& error) {
    require(error.kind() == base::ErrorKind::kUsage, "what never ends is Error(kUsage)");
    return;
  }
  std::string_view rest = input;
  for (const migrate::Statement& statement : statements) {
    skip_gap(rest);
    require(!statement.text.empty() && rest.starts_with(statement.text), "nothing is lost before a statement");
    const auto before = input.substr(0, input.size() - rest.size());
    require(statement.line == 1 + static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')),
            "a statement begins in its line");
    rest.remove_prefix(statement.text.size());
    check_words(statement);
    const auto alone = migrate::split_sql(statement.text);
    require(alone.size() == 1 && alone.front().text == statement.text, "a statement is one by itself");
    const std::string tried = migrate::rehearsable(statement);
    require(tried.empty() || tried.size() == statement.text.size(), "a rehearsed statement keeps its places");
  }
  skip_gap(rest);
  require(rest.empty(), "nothing is lost behind the last statement");
}
