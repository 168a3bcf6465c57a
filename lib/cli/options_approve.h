// The options of db-import that bind it to a plan somebody approved. Beside options_import.cpp, which calls it.
#pragma once

#include <optional>
#include <string>

#include "cli/options.h"
#include "cli/syntax.h"

namespace cli {

class ApproveSyntax {
 public:
  void add(Syntax& syntax);
  // After parse(), when the intent and the reports are known.
  void read(const Syntax& syntax, ImportCommand& command) const;

 private:
  std::optional<std::string> apply_;
  std::optional<std::string> signers_;
  std::optional<std::string> valid_for_;
  bool tolerate_done_ = false;
};

}  // namespace cli
