// .env files: any text is taken, warnings may be printed, and the line ends of another system change nothing.
#include "location/env_file.h"

#include "base/terminal.h"
#include "fuzz/target.h"

using fuzz::require;

FUZZ_TARGET(env) {
  const location::EnvFile file = location::parse_env(input);
  for (const std::string& warning : file.warnings)
    require(base::printable(warning) == warning, "warnings are printable");
  for (const auto& [name, value] : file.values) require(!name.empty(), "a variable has a name");

  if (input.find('\r') != std::string_view::npos) return;
  for (const std::string_view line_end : {"\r\n", "\r"}) {
    std::string text;
    for (const char byte : input) {
      if (byte == '\n') {
        text += line_end;
      } else {
        text += byte;
      }
    }
    const location::EnvFile other = location::parse_env(text);
    require(other.values == file.values && other.warnings == file.warnings, "line ends change nothing");
  }
}
