#include "postgres/session/copy_text.h"

#include <algorithm>

namespace postgres {
namespace {

constexpr std::string_view kNull = "\\N";

char escaped(char letter) {
  constexpr std::string_view kLetters = "bfnrtv";
  constexpr std::string_view kMeant = "\b\f\n\r\t\v";
  const std::size_t place = kLetters.find(letter);
  return place == std::string_view::npos ? letter : kMeant[place];
}

}  // namespace

std::optional<std::string_view> CopyFields::next() {
  const std::size_t end = std::min(rest_.find('\t'), rest_.size());
  const std::string_view field = rest_.substr(0, end);
  const bool is_last = end == rest_.size();
  rest_ = is_last ? kNull : rest_.substr(end + 1);
  if (field == kNull) return std::nullopt;
  std::size_t backslash = field.find('\\');
  if (backslash == std::string_view::npos) return field;
  text_.clear();
  std::size_t begin = 0;
  for (; backslash != std::string_view::npos && backslash + 1 < field.size(); backslash = field.find('\\', begin)) {
    text_.append(field, begin, backslash - begin);
    text_ += escaped(field[backslash + 1]);
    begin = backslash + 2;
  }
  text_.append(field, begin);
  return text_;
}

std::string from_hex(std::string_view digits) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  std::string text;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
    text += static_cast<char>(digit(digits[i]) * 16 + digit(digits[i + 1]));
  return text;
}

}  // namespace postgres
