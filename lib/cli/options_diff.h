// The command line of db-diff as values; see options.h.
#pragma once

#include <string>
#include <variant>

#include "cli/options.h"
#include "transfer/diff_options.h"

namespace cli {

struct DiffCommand {
  CommonOptions common;
  std::string a;  // a file or the URL of a database
  std::string b;
  SourceOptions source;
  bool show_masked = false;
  transfer::DiffOptions job;  // its ends and its selection are left empty
};

bool is_database_url(const std::string& word);

// Throws Error(kUsage).
std::variant<DiffCommand, Printout> parse_diff(int argc, const char* const* argv);

}  // namespace cli
