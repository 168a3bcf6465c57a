#include "migrate/sql_splitter.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/error.h"

namespace migrate {
namespace {

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool begins_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}
bool continues_name(char c) { return begins_name(c) || is_digit(c) || c == '$'; }

std::string upper(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return result;
}

class Splitter {
 public:
  Splitter(std::string_view script, Dialect dialect) : script_(script), dialect_(dialect) {}

  std::vector<Statement> split() {
    while (at_ < script_.size()) step();
    end_statement();
    return std::move(statements_);
  }

 private:
  void step() {
    const char c = script_[at_];
    if (is_space(c)) return void(++at_);
    if (starts("--")) return skip_line();
    if (starts("/*")) return skip_comment();
    if (c == ';' && parentheses_ == 0 && blocks_ == 0) {
      end_statement();
      return void(++at_);
    }
    if (!begun_) begin_statement();
    if (c == '\'') return skip_string(Escapes::kNone);
    if (c == '"') return skip_quoted_name('"');
    if (dialect_ == Dialect::kSqlite && c == '`') return skip_quoted_name('`');
    if (dialect_ == Dialect::kSqlite && c == '[') return skip_bracketed_name();
    if (dialect_ == Dialect::kPostgresql && c == '$') return skip_dollar();
    if (begins_name(c)) return take_name();
    if (is_digit(c)) return skip_number();
    if (c == '(') ++parentheses_;
    if (c == ')' && parentheses_ > 0) --parentheses_;
    ++at_;
    end_ = at_;
  }

  enum class Escapes { kNone, kBackslash };

  bool starts(std::string_view text) const { return script_.substr(at_, text.size()) == text; }

  // Asked with growing offsets only, so that a long script is counted through once.
  std::size_t line_at(std::size_t offset) {
    const auto at = [this](std::size_t place) { return script_.begin() + static_cast<std::ptrdiff_t>(place); };
    line_ += static_cast<std::size_t>(std::count(at(counted_to_), at(offset), '\n'));
    counted_to_ = offset;
    return line_;
  }

  [[noreturn]] void fail(std::size_t from, const char* what) {
    throw base::Error(base::ErrorKind::kUsage,
                      std::string(what) + " that begins in line " + std::to_string(line_at(from)) + " never ends");
  }

  void begin_statement() {
    begun_ = true;
    start_ = at_;
    statement_ = {};
    statement_.line = line_at(at_);
  }

  void end_statement() {
    if (begun_) {
      statement_.text = script_.substr(start_, end_ - start_);
      statements_.push_back(std::move(statement_));
    }
    begun_ = false;
    parentheses_ = 0;
    blocks_ = 0;
  }

  void skip_line() { at_ = std::min(script_.find('\n', at_), script_.size()); }

  void skip_comment() {
    const std::size_t from = at_;
    int depth = 0;
    do {
      if (at_ >= script_.size()) fail(from, "a comment");
      const bool opens = starts("/*") && (depth == 0 || dialect_ == Dialect::kPostgresql);
      const bool closes = starts("*/");
      depth += static_cast<int>(opens) - static_cast<int>(closes);
      at_ += opens || closes ? 2 : 1;
    } while (depth > 0);
  }

  void skip_string(Escapes escapes) {
    const std::size_t from = at_;
    do {
      skip_one_string(from, escapes);
      // E'…' goes on, escapes and all, in a string on a later line.
    } while (escapes == Escapes::kBackslash && continues_below());
    end_ = at_;
  }

  void skip_one_string(std::size_t from, Escapes escapes) {
    for (++at_; at_ < script_.size(); ++at_) {
      const bool escaped = escapes == Escapes::kBackslash && script_[at_] == '\\';
      if (escaped || starts("''")) {
        ++at_;
      } else if (script_[at_] == '\'') {
        return void(++at_);
      }
    }
    fail(from, "a string");
  }

  // Moves to the quote of a continuation, which needs a line break before it and allows line comments.
  bool continues_below() {
    const std::size_t before = at_;
    bool new_line = false;
    while (at_ < script_.size()) {
      if (starts("--")) {
        skip_line();
      } else if (is_space(script_[at_])) {
        new_line = new_line || script_[at_] == '\n' || script_[at_] == '\r';
        ++at_;
      } else {
        break;
      }
    }
    if (new_line && at_ < script_.size() && script_[at_] == '\'') return true;
    at_ = before;
    return false;
  }

  void skip_quoted_name(char quote) {
    const std::size_t from = at_;
    const std::string doubled(2, quote);
    for (++at_; at_ < script_.size(); ++at_) {
      if (starts(doubled)) {
        ++at_;
      } else if (script_[at_] == quote) {
        end_ = ++at_;
        return;
      }
    }
    fail(from, "a quoted name");
  }

  void skip_bracketed_name() {
    const std::size_t close = script_.find(']', at_);
    if (close == std::string_view::npos) fail(at_, "a quoted name");
    end_ = at_ = close + 1;
  }

  // $$…$$, $tag$…$tag$; a lone $ and $1 are nothing special.
  void skip_dollar() {
    std::size_t close = at_ + 1;
    if (close < script_.size() && begins_name(script_[close])) {
      while (close < script_.size() && continues_name(script_[close]) && script_[close] != '$') ++close;
    }
    if (close < script_.size() && script_[close] == '$') {
      const std::string_view tag = script_.substr(at_, close + 1 - at_);
      const std::size_t end = script_.find(tag, close + 1);
      if (end == std::string_view::npos) fail(at_, "a dollar-quoted text");
      at_ = end + tag.size();
    } else {
      ++at_;
    }
    end_ = at_;
  }

  void skip_number() {
    while (at_ < script_.size() && (is_digit(script_[at_]) || script_[at_] == '.')) ++at_;
    end_ = at_;
  }

  void take_name() {
    const std::size_t from = at_;
    while (at_ < script_.size() && continues_name(script_[at_])) ++at_;
    end_ = at_;
    const std::string word = upper(script_.substr(from, at_ - from));
    if (dialect_ == Dialect::kPostgresql && word == "E" && at_ < script_.size() && script_[at_] == '\'')
      return skip_string(Escapes::kBackslash);
    if (parentheses_ > 0) return;
    if (makes_routine()) {
      if (word == "BEGIN") ++blocks_;
      if (word == "CASE" && blocks_ > 0) ++blocks_;
      if (word == "END" && blocks_ > 0) --blocks_;
    }
    statement_.words.push_back({word, from - start_});
  }

  // Statements with a body that may hold semicolons outside quotes.
  bool makes_routine() const {
    const auto& words = statement_.words;
    if (words.empty() || words.front().text != "CREATE") return false;
    for (std::size_t i = 1; i < words.size() && i < 4; ++i) {
      const std::string& word = words[i].text;
      if (word == "FUNCTION" || word == "PROCEDURE" || word == "TRIGGER") return true;
      if (word != "OR" && word != "REPLACE" && word != "TEMP" && word != "TEMPORARY") return false;
    }
    return false;
  }

  const std::string_view script_;
  const Dialect dialect_;
  std::size_t at_ = 0;
  std::size_t start_ = 0;  // of the statement
  std::size_t end_ = 0;    // after its last token
  std::size_t line_ = 1;   // at counted_to_
  std::size_t counted_to_ = 0;
  bool begun_ = false;
  int parentheses_ = 0;
  int blocks_ = 0;
  Statement statement_;
  std::vector<Statement> statements_;
};

bool has_word(const Statement& statement, std::size_t index, std::string_view word) {
  return index < statement.words.size() && statement.words[index].text == word;
}

bool is_rollback_to_savepoint(const Statement& statement) {
  const bool noise = has_word(statement, 1, "WORK") || has_word(statement, 1, "TRANSACTION");
  return has_word(statement, 0, "ROLLBACK") && has_word(statement, noise ? 2 : 1, "TO");
}

bool runs_in_no_transaction(const Statement& statement) {
  for (const char* word : {"VACUUM", "REINDEX", "CLUSTER", "DISCARD", "PRAGMA", "ATTACH", "DETACH"}) {
    if (has_word(statement, 0, word)) return true;
  }
  for (const char* word : {"DATABASE", "TABLESPACE", "SUBSCRIPTION", "SYSTEM"}) {
    if (has_word(statement, 1, word)) return true;
  }
  return controls_transaction(statement);
}

}  // namespace

std::vector<Statement> split_sql(std::string_view script, Dialect dialect) { return Splitter(script, dialect).split(); }

bool begins_transaction(const Statement& statement) {
  return has_word(statement, 0, "BEGIN") || (has_word(statement, 0, "START") && has_word(statement, 1, "TRANSACTION"));
}

bool commits_transaction(const Statement& statement) {
  return has_word(statement, 0, "COMMIT") || has_word(statement, 0, "END");
}

bool controls_transaction(const Statement& statement) {
  if (begins_transaction(statement) || commits_transaction(statement) || has_word(statement, 0, "ABORT")) return true;
  if (has_word(statement, 0, "PREPARE") && has_word(statement, 1, "TRANSACTION")) return true;
  return has_word(statement, 0, "ROLLBACK") && !is_rollback_to_savepoint(statement);
}

std::string rehearsable(const Statement& statement) {
  if (statement.text.empty() || runs_in_no_transaction(statement)) return {};
  std::string text = statement.text;
  // REFRESH MATERIALIZED VIEW CONCURRENTLY is the one that may.
  if (has_word(statement, 0, "REFRESH")) return text;
  for (const Word& word : statement.words) {
    if (word.text == "CONCURRENTLY") text.replace(word.offset, word.text.size(), word.text.size(), ' ');
  }
  return text;
}

}  // namespace migrate
