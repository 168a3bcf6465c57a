// `.env` files under the rules of dotenv: comments, `export`, three kinds of quotes, values over several lines.
// Only reads: puts nothing into the environment; env_expansion.h says what ${NAME} in a value stands for.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace location {

enum class Quote { kNone, kSingle, kDouble, kBacktick };

struct EnvFile {
  std::map<std::string, std::string> values;  // as they are; of a name given twice, the last
  std::map<std::string, Quote> quotes;        // of those in quotes
  std::vector<std::string> warnings;          // name variables and lines, never values

  Quote quote_of(const std::string& name) const {
    const auto found = quotes.find(name);
    return found == quotes.end() ? Quote::kNone : found->second;
  }
};

// Takes any text. In double quotes \n and \r become line breaks; every other backslash stands for itself. An unquoted
// value ends at a `#` after white space. CRLF, CR and a byte order mark are tolerated.
EnvFile parse_env(std::string_view text);

// The same of a file, with a warning when others than the owner may read it. kUsage when it is missing, unreadable or
// not a file, or in UTF-16; whether a default `.env` is there at all is for the caller to ask first.
EnvFile read_env_file(const std::string& path);

}  // namespace location
