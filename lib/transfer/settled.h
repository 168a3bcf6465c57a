// The options that decide what an import does, resolved, as a plan holds them: so that no other file is needed to apply
// it, and so that what contradicts it is told. JSON in, JSON out; knows no command line.
#pragma once

#include <string>
#include <vector>

#include "transfer/options.h"

namespace transfer {

// Those of the target that only one engine has.
struct SettledTarget {
  bool as_restored = false;
  std::vector<std::string> run_code_of;
};

std::string settled_json(const ImportOptions& options, const SettledTarget& target);

// Throws kFile for a text that settled_json does not give.
void take_settled(const std::string& json, ImportOptions& options, SettledTarget& target);

// The members in which `given` is neither what is settled nor what holds where nothing was said (`usual`), and those of
// `named` in which it differs at all: a line each.
std::vector<std::string> contradictions(const std::string& settled, const std::string& given, const std::string& usual,
                                        const std::vector<std::string>& named);

}  // namespace transfer
