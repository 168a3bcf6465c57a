#include "sqlite/catalog/sql_scan.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>

#include "sqlite/session/sql_text.h"

namespace sqlite {
namespace {

struct Token {
  enum class Kind { kWord, kQuotedName, kText, kMark };
  Kind kind = Kind::kMark;
  std::string_view text;

  bool is(std::string_view keyword) const { return kind == Kind::kWord && same_name(text, keyword); }
  bool is(char mark) const { return kind == Kind::kMark && text.front() == mark; }
  bool is_name() const { return kind == Kind::kWord || kind == Kind::kQuotedName; }
  std::size_t end_in(std::string_view sql) const {
    return static_cast<std::size_t>(text.data() - sql.data()) + text.size();
  }
};

using Tokens = std::vector<Token>;

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$' || static_cast<signed char>(c) < 0;
}

// Where the token that begins at `at` ends: a comment, a quoted text, a word or one mark.
std::size_t token_end(std::string_view sql, std::size_t at) {
  const auto behind = [&](std::size_t found, std::size_t bytes) {
    return found == std::string_view::npos ? sql.size() : found + bytes;
  };
  const char c = sql[at];
  if (sql.substr(at, 2) == "--") return behind(sql.find('\n', at), 1);
  if (sql.substr(at, 2) == "/*") return behind(sql.find("*/", at + 2), 2);
  if (c == '[') return behind(sql.find(']', at), 1);
  if (c == '\'' || c == '"' || c == '`') {
    std::size_t end = at + 1;
    while (end < sql.size()) {
      if (sql[end] != c) {
        ++end;
      } else if (end + 1 < sql.size() && sql[end + 1] == c) {
        end += 2;
      } else {
        return end + 1;
      }
    }
    return end;
  }
  if (!is_word(c)) return at + 1;
  std::size_t end = at + 1;
  while (end < sql.size() && is_word(sql[end])) ++end;
  return end;
}

Tokens tokens_of(std::string_view sql) {
  Tokens tokens;
  for (std::size_t at = 0; at < sql.size();) {
    const std::size_t end = token_end(sql, at);
    const std::string_view text = sql.substr(at, end - at);
    at = end;
    const char c = text.front();
    if (std::isspace(static_cast<unsigned char>(c)) != 0 || text.starts_with("--") || text.starts_with("/*")) continue;
    Token token{Token::Kind::kMark, text};
    if (c == '\'') token.kind = Token::Kind::kText;
    if (c == '"' || c == '`' || c == '[') token.kind = Token::Kind::kQuotedName;
    if (is_word(c)) token.kind = Token::Kind::kWord;
    tokens.push_back(token);
  }
  return tokens;
}

std::string unquoted(const Token& token) {
  if (token.kind == Token::Kind::kWord) return std::string(token.text);
  std::string name;
  const std::string_view inside = token.text.substr(1, token.text.size() < 2 ? 0 : token.text.size() - 2);
  for (std::size_t i = 0; i < inside.size(); ++i) {
    name += inside[i];
    if (inside[i] == token.text.front() && i + 1 < inside.size() && inside[i + 1] == inside[i]) ++i;
  }
  return name;
}

// The index of the parenthesis that closes the one at `open`; the number of tokens when none does.
std::size_t closing(const Tokens& tokens, std::size_t open) {
  int depth = 0;
  for (std::size_t i = open; i < tokens.size(); ++i) {
    if (tokens[i].is('(')) ++depth;
    if (tokens[i].is(')') && --depth == 0) return i;
  }
  return tokens.size();
}

// The source text of the tokens from `first` up to and without `last`.
std::string text_of(std::string_view sql, const Tokens& tokens, std::size_t first, std::size_t last) {
  if (first >= last || last > tokens.size()) return {};
  const auto begin = static_cast<std::size_t>(tokens[first].text.data() - sql.data());
  return std::string(sql.substr(begin, tokens[last - 1].end_in(sql) - begin));
}

std::size_t first_parenthesis(const Tokens& tokens) {
  const auto found = std::find_if(tokens.begin(), tokens.end(), [](const Token& token) { return token.is('('); });
  return static_cast<std::size_t>(found - tokens.begin());
}

}  // namespace

std::vector<Check> checks_of(std::string_view create_table) {
  const Tokens tokens = tokens_of(create_table);
  std::vector<Check> checks;
  for (std::size_t i = first_parenthesis(tokens) + 1; i + 1 < tokens.size(); ++i) {
    if (tokens[i].is('(')) {  // a type's length, a default, a generated column
      i = closing(tokens, i);
      continue;
    }
    if (!tokens[i].is("CHECK") || !tokens[i + 1].is('(')) continue;
    const std::size_t close = closing(tokens, i + 1);
    Check check{{}, text_of(create_table, tokens, i + 2, close)};
    if (i >= 2 && tokens[i - 2].is("CONSTRAINT")) check.name = unquoted(tokens[i - 1]);
    checks.push_back(std::move(check));
    i = close;
  }
  return checks;
}

IndexParts index_parts(std::string_view create_index) {
  const Tokens tokens = tokens_of(create_index);
  IndexParts parts;
  const std::size_t open = first_parenthesis(tokens);
  const std::size_t close = closing(tokens, open);
  std::size_t first = open + 1;
  int depth = 0;
  for (std::size_t i = first; i <= close && i < tokens.size(); ++i) {
    if (tokens[i].is('(')) ++depth;
    if (tokens[i].is(')') && i != close) --depth;
    if (i != close && !(depth == 0 && tokens[i].is(','))) continue;
    std::size_t last = i;
    if (last > first + 1 && (tokens[last - 1].is("ASC") || tokens[last - 1].is("DESC"))) --last;
    parts.keys.push_back(text_of(create_index, tokens, first, last));
    first = i + 1;
  }
  if (close + 1 < tokens.size() && tokens[close + 1].is("WHERE"))
    parts.predicate = text_of(create_index, tokens, close + 2, tokens.size());
  return parts;
}

VirtualTableParts virtual_table_parts(std::string_view create_virtual_table) {
  const Tokens tokens = tokens_of(create_virtual_table);
  const auto is_using =
      std::find_if(tokens.begin(), tokens.end(), [](const Token& token) { return token.is("USING"); });
  VirtualTableParts parts;
  const auto module = static_cast<std::size_t>(is_using - tokens.begin()) + 1;
  if (module >= tokens.size()) return parts;
  for (const char c : unquoted(tokens[module]))
    parts.module += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  if (module + 1 >= tokens.size() || !tokens[module + 1].is('(')) return parts;
  const std::size_t close = closing(tokens, module + 1);
  std::size_t first = module + 2;
  int depth = 0;
  for (std::size_t i = first; i <= close && i < tokens.size(); ++i) {
    if (tokens[i].is('(')) ++depth;
    if (tokens[i].is(')') && i != close) --depth;
    if (i != close && !(depth == 0 && tokens[i].is(','))) continue;
    parts.arguments.push_back(text_of(create_virtual_table, tokens, first, i));
    first = i + 1;
  }
  return parts;
}

namespace {

// The table after tokens[i], which may be qualified: "INTO main.log".
std::string table_behind(const Tokens& tokens, std::size_t i) {
  if (i + 1 >= tokens.size() || !tokens[i + 1].is_name()) return {};
  const bool qualified = i + 3 < tokens.size() && tokens[i + 2].is('.') && tokens[i + 3].is_name();
  return unquoted(tokens[qualified ? i + 3 : i + 1]);
}

// Of a CREATE TRIGGER the place behind the trigger's name, which may be a keyword of what follows.
std::size_t behind_name(const Tokens& tokens) {
  std::size_t i = 0;
  while (i < tokens.size() && !tokens[i].is("TRIGGER")) ++i;
  ++i;
  if (i + 1 < tokens.size() && tokens[i].is("IF") && tokens[i + 1].is("NOT")) i += 3;
  if (i + 1 < tokens.size() && tokens[i + 1].is('.')) i += 2;
  return std::min(i + 1, tokens.size());
}

// Fills `named` and `written` from the condition of the trigger and the statements between BEGIN and END.
void read_body(const Tokens& tokens, std::size_t first, TriggerEvent& event) {
  for (std::size_t i = first; i < tokens.size(); ++i) {
    if (tokens[i].is_name()) event.named.push_back(unquoted(tokens[i]));
    std::size_t before = i;
    if (tokens[i].is("UPDATE") && i + 1 < tokens.size() && tokens[i + 1].is("OR")) before = i + 2;
    if (tokens[i].is("DELETE") && i + 1 < tokens.size() && tokens[i + 1].is("FROM")) before = i + 1;
    if (!tokens[i].is("INTO") && !tokens[i].is("UPDATE") && before == i) continue;
    std::string table = table_behind(tokens, before);
    if (!table.empty()) event.written.push_back(std::move(table));
  }
}

}  // namespace

TriggerEvent trigger_event(std::string_view create_trigger) {
  const Tokens tokens = tokens_of(create_trigger);
  TriggerEvent event;
  std::size_t i = behind_name(tokens);
  for (; i < tokens.size(); ++i) {
    if (tokens[i].is("AFTER")) event.time = "after";
    if (tokens[i].is("INSTEAD")) event.time = "instead of";
    if (tokens[i].is("UPDATE")) event.kind = TriggerEvent::Kind::kUpdate;
    if (tokens[i].is("DELETE")) event.kind = TriggerEvent::Kind::kDelete;
    if (tokens[i].is("INSERT") || tokens[i].is("UPDATE") || tokens[i].is("DELETE")) break;
  }
  for (; i < tokens.size() && !tokens[i].is("ON"); ++i) {
    if (tokens[i].is_name() && !tokens[i].is("UPDATE") && !tokens[i].is("OF") && !tokens[i].is("INSERT") &&
        !tokens[i].is("DELETE"))
      event.columns.push_back(unquoted(tokens[i]));
  }
  while (i < tokens.size() && !tokens[i].is("WHEN") && !tokens[i].is("BEGIN")) ++i;
  read_body(tokens, i, event);
  return event;
}

std::string generated_from(std::string_view create_table, std::string_view column) {
  const Tokens tokens = tokens_of(create_table);
  bool begins = true;  // a column or a constraint of the table
  bool wanted = false;
  for (std::size_t i = first_parenthesis(tokens) + 1; i + 1 < tokens.size(); ++i) {
    if (begins) wanted = tokens[i].is_name() && same_name(unquoted(tokens[i]), column);
    begins = tokens[i].is(',');
    if (!tokens[i].is('(')) continue;
    const std::size_t close = closing(tokens, i);
    if (wanted && tokens[i - 1].is("AS")) return text_of(create_table, tokens, i + 1, close);
    i = close;
  }
  return {};
}

std::string in_one_line(std::string_view sql) {
  std::string line;
  const Token* before = nullptr;
  const Tokens tokens = tokens_of(sql);
  for (const Token& token : tokens) {
    const bool both_marks = before != nullptr && before->kind == Token::Kind::kMark && token.kind == Token::Kind::kMark;
    const bool operator_goes_on = both_marks && before->end_in(sql) == token.end_in(sql) - 1 && !token.is('(');
    const bool close = token.is('.') || token.is(',') || token.is(')') || token.is(';') || operator_goes_on;
    const bool open = before == nullptr || before->is('.') || before->is('(');
    if (!close && !open) line += ' ';
    line += token.text;
    before = &token;
  }
  return line;
}

DefaultParts default_parts(std::string_view kept) {
  constexpr auto kKeywords =
      std::to_array<std::string_view>({"NULL", "TRUE", "FALSE", "CURRENT_DATE", "CURRENT_TIME", "CURRENT_TIMESTAMP"});
  const Tokens tokens = tokens_of(kept);
  if (tokens.size() != 1) return {false, "(" + std::string(kept) + "\n)"};
  const Token& only = tokens.front();
  const bool is_keyword = std::ranges::any_of(kKeywords, [&](std::string_view word) { return only.is(word); });
  const bool is_number = std::isdigit(static_cast<unsigned char>(only.text.front())) != 0;
  if (!only.is_name() || is_keyword || is_number) return {true, std::string(only.text)};
  return {true, quote_literal(unquoted(only))};
}

std::vector<std::string> names_in(std::string_view expression) {
  std::vector<std::string> names;
  for (const Token& token : tokens_of(expression)) {
    if (token.is_name()) names.push_back(unquoted(token));
  }
  return names;
}

}  // namespace sqlite
