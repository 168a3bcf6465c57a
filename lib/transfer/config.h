// The transfer file (schema/<system>/transfer.json): what a system's tables are called and in which order people think
// of them. schema/transfer.schema.json describes it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "transfer/options.h"

namespace transfer {

struct Config {
  std::vector<std::string> order;         // tables; decides where foreign keys leave a choice
  std::vector<std::string> audit_tables;  // patterns: what --skip-audit leaves out
  std::vector<TablePolicy> policies;      // of imports
  std::vector<std::string> masked;        // columns that reports do not show
};

// Throw Error(kUsage) that names the file, the member and what is wrong with it; an unknown member is wrong.
Config read_config(const std::string& path);
Config parse_config(std::string_view json, const std::string& path);

}  // namespace transfer
