#include "location/env_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/error.h"
#include "base/input_file.h"
#include "base/terminal.h"

namespace location {

using base::Error;
using base::ErrorKind;
namespace {

constexpr std::size_t kLongestFileBytes = std::size_t{1} << 20;
constexpr std::string_view kBlanks = " \t\v\f";

std::string with_plain_line_ends(std::string_view text) {
  if (text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);
  std::string plain;
  plain.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
    plain += text[i] == '\r' ? '\n' : text[i];
  }
  return plain;
}

bool is_name_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
}

bool is_blank(char c) { return kBlanks.find(c) != std::string_view::npos; }

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(with_plain_line_ends(text)) {}

  EnvFile parse() {
    while (at_ < text_.size()) {
      ++line_;
      skip_blanks();
      if (peek() != '\n' && peek() != '#' && !assignment())
        warn(fmt::format("line {} is not NAME=value and is left out", line_));
      skip_line();
    }
    return std::move(file_);
  }

 private:
  char peek() const { return at_ < text_.size() ? text_[at_] : '\n'; }
  std::string_view rest_of_line() const {
    const std::string_view rest = std::string_view(text_).substr(std::min(at_, text_.size()));
    return rest.substr(0, rest.find('\n'));
  }
  void skip_blanks() {
    while (is_blank(peek())) ++at_;
  }
  void skip_line() { at_ += rest_of_line().size() + 1; }
  void warn(std::string warning) { file_.warnings.push_back(std::move(warning)); }

  std::string_view name() {
    const std::size_t start = at_;
    while (is_name_letter(peek())) ++at_;
    return std::string_view(text_).substr(start, at_ - start);
  }

  bool assignment() {
    std::string_view variable = name();
    if (variable == "export" && is_blank(peek())) {
      skip_blanks();
      if (is_name_letter(peek())) variable = name();
    }
    if (variable.empty()) return false;
    const std::size_t after_name = at_;
    skip_blanks();
    // dotenv takes "NAME: value" too.
    const bool colon = at_ == after_name && peek() == ':' && at_ + 1 < text_.size() && is_blank(text_[at_ + 1]);
    if (peek() != '=' && !colon) return false;
    ++at_;
    skip_blanks();
    if (!quoted_value(variable)) unquoted_value(variable);
    return true;
  }

  // False, and nothing taken, when there is no quoted value that only white space or a comment follows.
  bool quoted_value(std::string_view variable) {
    const char quote = peek();
    if (quote != '\'' && quote != '"' && quote != '`') return false;
    const std::string_view all = text_;
    for (std::size_t end = at_ + 1; end < all.size(); ++end) {
      if (all[end] == '\\' && end + 1 < all.size() && all[end + 1] == quote) {
        ++end;
      } else if (all[end] == quote) {
        const std::string_view after = all.substr(end + 1);
        const std::string_view rest = trimmed(after.substr(0, after.find('\n')));
        if (!rest.empty() && rest.front() != '#') break;
        const std::string_view value = all.substr(at_ + 1, end - at_ - 1);
        file_.values[std::string(variable)] = quote == '"' ? with_line_breaks(value) : std::string(value);
        file_.quotes[std::string(variable)] = quote == '"'    ? Quote::kDouble
                                              : quote == '\'' ? Quote::kSingle
                                                              : Quote::kBacktick;
        line_ += static_cast<int>(std::count(value.begin(), value.end(), '\n'));
        at_ = end + 1;
        return true;
      }
    }
    warn(fmt::format("{} (line {}): the value begins with a quote that does not end it; it is taken as it is", variable,
                     line_));
    return false;
  }

  static std::string with_line_breaks(std::string_view value) {
    std::string text;
    for (std::size_t i = 0; i < value.size(); ++i) {
      const char next = i + 1 < value.size() ? value[i + 1] : '\0';
      if (value[i] != '\\' || (next != 'n' && next != 'r')) {
        text += value[i];
      } else {
        text += next == 'n' ? '\n' : '\r';
        ++i;
      }
    }
    return text;
  }

  void unquoted_value(std::string_view variable) {
    std::string_view value = rest_of_line();
    for (std::size_t i = 0; i < value.size(); ++i) {
      if (value[i] != '#' || (i != 0 && !is_blank(value[i - 1]))) continue;
      value = value.substr(0, i);
      break;
    }
    value = trimmed(value);
    if (value.find('#') != std::string_view::npos)
      warn(
          fmt::format("{} (line {}): the # is part of the value; quote the value if that is meant, or put a space "
                      "before the # for a comment",
                      variable, line_));
    file_.values[std::string(variable)] = value;
    file_.quotes.erase(std::string(variable));
  }

  const std::string text_;
  std::size_t at_ = 0;
  int line_ = 0;
  EnvFile file_;
};

std::string read_all(base::InputFile& input) {
  std::string text;
  std::array<char, 4096> chunk{};
  while (const std::size_t bytes = input.read(chunk.data(), chunk.size())) {
    text.append(chunk.data(), bytes);
    if (text.size() > kLongestFileBytes)
      throw Error(ErrorKind::kUsage, base::printable(input.name()) + " is larger than 1 MiB", "name a .env file");
  }
  return text;
}

// PowerShell's > writes it, with a byte order mark; without one, every other byte of plain text is NUL.
bool is_utf16(std::string_view text) {
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) return true;
  if (text.size() < 4) return false;
  const auto nul = [&](std::size_t at) { return text[at] == '\0'; };
  return (nul(0) && nul(2) && !nul(1) && !nul(3)) || (nul(1) && nul(3) && !nul(0) && !nul(2));
}

}  // namespace

EnvFile parse_env(std::string_view text) { return Parser(text).parse(); }

EnvFile read_env_file(const std::string& path) {
  try {
    base::InputFile input = base::InputFile::open_settings(path);
    const std::string text = read_all(input);
    if (is_utf16(text))
      throw Error(
          ErrorKind::kUsage, base::printable(path) + " is UTF-16, as PowerShell's > writes it; a .env file is UTF-8",
          "save it as UTF-8: an editor can, or in PowerShell: Get-Content FILE | Set-Content -Encoding utf8 NEW");
    EnvFile file = parse_env(text);
    if ((input.permissions() & 077U) != 0)
      file.warnings.push_back(fmt::format("{} is open to others (mode {:04o}); chmod 600 keeps its passwords private",
                                          base::printable(path), input.permissions()));
    return file;
  } catch (const Error& error) {
    // A file with settings is part of the configuration, not of the data.
    if (error.kind() == ErrorKind::kFile) throw Error(ErrorKind::kUsage, error.what(), error.hint());
    throw;
  }
}

}  // namespace location
