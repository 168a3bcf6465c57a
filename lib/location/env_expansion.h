// ${NAME}, ${NAME:-default}, $NAME in the values of a .env file, as dotenv-expand (and Prisma, of the forms in braces)
// has it, but for what is not defined: that is an error that names it, never nothing in its place. Reads no file.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "location/env_file.h"

namespace location {

// Whose word counts where the environment and the file both define a name.
enum class FirstWord { kEnvironment, kFile };

using EnvironmentLookup = std::function<std::optional<std::string>(const std::string& name)>;

class EnvExpansion {
 public:
  // `path` names the file in errors. Both must outlive this object.
  EnvExpansion(const EnvFile& file, std::string_view path, EnvironmentLookup environment, FirstWord first);

  // The value of a name of the file, in full; nothing where the file does not define it. Throws kUsage for a name in it
  // that nothing defines, for names that need each other, and for a value beyond 1 MiB.
  std::optional<std::string> value(const std::string& name) const;

 private:
  struct Names;  // that are being expanded
  std::string expanded(std::string_view text, Quote quote, const Names& within) const;
  std::string braces(std::string_view inside, Quote quote, const Names& within) const;
  std::optional<std::string> meaning(const std::string& name, const Names& within) const;
  [[noreturn]] void fail_undefined(std::string_view name, const Names& within) const;

  const EnvFile& file_;
  std::string_view path_;
  EnvironmentLookup environment_;
  FirstWord first_;
};

}  // namespace location
