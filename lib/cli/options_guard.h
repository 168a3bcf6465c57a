// The options of db-import that guard against surprise: how much may change, and whether anybody is asked. Beside
// options_import.cpp, which calls it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/options.h"
#include "cli/syntax.h"

namespace cli {

class GuardSyntax {
 public:
  void add(Syntax& syntax);
  // After parse(), when the intent is known.
  void read(const Syntax& syntax, ImportCommand& command) const;

 private:
  std::vector<std::string> limits_;
  std::optional<std::string> confirm_;
  bool yes_ = false;
};

}  // namespace cli
