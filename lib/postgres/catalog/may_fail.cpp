#include "postgres/catalog/may_fail.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

namespace postgres {
namespace {

// Of the server's own functions those that fail for no value, and words of the grammar that come before a parenthesis.
constexpr std::array<std::string_view, 36> kSafe = {
    "lower",        "upper",        "btrim",       "ltrim",      "rtrim",      "length",
    "char_length",  "octet_length", "md5",         "bit_length", "left",       "right",
    "coalesce",     "nullif",       "greatest",    "least",      "date_trunc", "isempty",
    "jsonb_typeof", "json_typeof",  "starts_with", "lower_inc",  "upper_inc",  "and",
    "or",           "not",          "in",          "any",        "all",        "array",
    "row",          "when",         "then",        "else",       "case",       "is"};
constexpr std::array<std::string_view, 2> kFullText = {"to_tsvector", "setweight"};
// Casts to these take every value that has one.
constexpr std::array<std::string_view, 5> kTexts = {"text", "character", "bpchar", "varchar", "name"};

template <std::size_t kSize>
bool is_among(const std::array<std::string_view, kSize>& list, std::string_view word) {
  return std::ranges::find(list, word) != list.end();
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

class Scan {
 public:
  explicit Scan(std::string_view text) : text_(text) {}

  Fails run() {
    while (at_ < text_.size()) {
      const Fails step = next();
      if (step == Fails::kPerhaps) return step;
      if (step == Fails::kForLongTexts) worst_ = step;
    }
    return worst_;
  }

 private:
  char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }

  Fails next() {
    const char c = peek();
    if (c == '\'') return constant();
    if (c == '(' && skips_constant_in_parentheses()) return Fails::kNever;
    if (c == '"') {
      skip_quoted();
      return peek() == '(' || peek() == '.' ? Fails::kPerhaps : Fails::kNever;
    }
    if (is_digit(c)) return constant();
    if (is_letter(c)) return word();
    if (text_.substr(at_, 2) == "::") return cast();
    if (c == '~') return pattern();
    ++at_;
    return std::string_view("+-*/%^&#@").find(c) == std::string_view::npos ? Fails::kNever : Fails::kPerhaps;
  }

  // A literal or a number with the type that it is read as.
  Fails constant() {
    if (peek() == '\'') {
      skip_quoted();
    } else {
      while (is_letter(peek()) || peek() == '.') ++at_;
    }
    while (text_.substr(at_, 2) == "::") {
      at_ += 2;
      skip_type();
    }
    return Fails::kNever;
  }

  // "(0)::numeric", "('-90'::integer)::numeric"
  bool skips_constant_in_parentheses() {
    const std::size_t start = at_;
    ++at_;
    if (peek() == '-' && is_digit(peek(1))) ++at_;
    if (peek() == '(') {
      if (skips_constant_in_parentheses() && peek() == ')') {
        ++at_;
        constant_casts();
        return true;
      }
    } else if (peek() == '\'' || is_digit(peek())) {
      constant();
      if (peek() == ')') {
        ++at_;
        constant_casts();
        return true;
      }
    }
    at_ = start;
    return false;
  }

  void constant_casts() {
    while (text_.substr(at_, 2) == "::") {
      at_ += 2;
      skip_type();
    }
  }

  void skip_quoted() {
    const char quote = peek();
    for (++at_; at_ < text_.size(); ++at_) {
      if (peek() != quote) continue;
      if (peek(1) != quote) break;
      ++at_;
    }
    at_ = std::min(at_ + 1, text_.size());
  }

  // "public."Mood"[]", "character varying(10)", "timestamp(3) without time zone"
  void skip_type() {
    for (;;) {
      if (peek() == '"') {
        skip_quoted();
      } else if (is_letter(peek())) {
        while (is_letter(peek())) ++at_;
      } else if (peek() == '.') {
        ++at_;
      } else {
        break;
      }
      for (const std::string_view more : {" varying", " precision", " without time zone", " with time zone"}) {
        if (text_.substr(at_, more.size()) == more) at_ += more.size();
      }
    }
    if (peek() == '(') {
      while (at_ < text_.size() && peek() != ')') ++at_;
      ++at_;
      for (const std::string_view more : {" without time zone", " with time zone"}) {
        if (text_.substr(at_, more.size()) == more) at_ += more.size();
      }
    }
    while (text_.substr(at_, 2) == "[]") at_ += 2;
  }

  Fails word() {
    const std::size_t start = at_;
    while (is_letter(peek())) ++at_;
    std::string word(text_.substr(start, at_ - start));
    std::ranges::transform(word, word.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (peek() == '.' || peek() == '"') return Fails::kPerhaps;
    const bool called = peek() == '(' || (peek() == ' ' && peek(1) == '(');
    if (!called || is_among(kSafe, word)) return Fails::kNever;
    return is_among(kFullText, word) ? Fails::kForLongTexts : Fails::kPerhaps;
  }

  // Of anything but a constant.
  Fails cast() {
    at_ += 2;
    const std::size_t start = at_;
    while (is_letter(peek())) ++at_;
    const std::string_view type = text_.substr(start, at_ - start);
    const std::size_t end = at_;
    at_ = start;
    skip_type();
    const std::string_view rest = text_.substr(end, at_ - end);
    return is_among(kTexts, type) && rest.find('(') == std::string_view::npos &&
                   rest.find('.') == std::string_view::npos
               ? Fails::kNever
               : Fails::kPerhaps;
  }

  // LIKE and regular expressions: a pattern that is written down has been tried when it was.
  Fails pattern() {
    while (peek() == '~' || peek() == '*') ++at_;
    while (peek() == ' ' || peek() == '(') ++at_;
    return peek() == '\'' ? Fails::kNever : Fails::kPerhaps;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  Fails worst_ = Fails::kNever;
};

}  // namespace

Fails fails(std::string_view expression) { return Scan(expression).run(); }

}  // namespace postgres
