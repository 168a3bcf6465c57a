// The options of db-import that take an import back, and that see to it that one can be. Beside options_import.cpp,
// which calls it.
#pragma once

#include <optional>
#include <string>

#include "cli/options.h"
#include "cli/syntax.h"

namespace cli {

class UndoSyntax {
 public:
  void add(Syntax& syntax);
  // After parse() and all other options. Throws kUsage for those that say what an import does with its rows: an undo
  // file says that itself.
  void read(const Syntax& syntax, ImportCommand& command) const;

 private:
  bool undo_ = false;
  std::optional<std::string> save_undo_;
};

}  // namespace cli
