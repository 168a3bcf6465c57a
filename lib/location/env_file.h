// `.env` files under the rules of dotenv: comments, `export`, three kinds of quotes, values over several lines.
// Only reads: puts nothing into the environment and expands no variable.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace location {

struct EnvFile {
  std::map<std::string, std::string> values;  // of a name given twice, the last
  std::vector<std::string> warnings;          // name variables and lines, never values
};

// Takes any text. In double quotes \n and \r become line breaks; every other backslash stands for itself. An unquoted
// value ends at a `#` after white space. CRLF, CR and a byte order mark are tolerated.
EnvFile parse_env(std::string_view text);

// The same of a file, with a warning when others than the owner may read it. kUsage when it is missing, unreadable or
// not a file; whether a default `.env` is there at all is for the caller to ask first.
EnvFile read_env_file(const std::string& path);

}  // namespace location
