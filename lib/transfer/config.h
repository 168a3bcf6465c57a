// The transfer file (schema/<system>/transfer.json): what a system's tables are called and in which order people think
// of them. schema/transfer.schema.json describes it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "transfer/options.h"

namespace transfer {

// A database by a name ("targets"): what --to and --from of the command line choose from.
struct ConfiguredTarget {
  std::string name;
  std::string url_env = "DATABASE_URL";  // the variable that holds the URL
  std::string env_file;                  // the .env file that holds it, from the working folder; empty: none is named
  bool production = false;               // asks for more care
};

struct Config {
  std::string path;                       // of the file; empty: there is none
  std::vector<std::string> order;         // tables; decides where foreign keys leave a choice
  std::vector<std::string> audit_tables;  // patterns: what --skip-audit leaves out
  std::vector<TablePolicy> policies;      // of imports
  Mapping mapping;                        // of imports
  std::vector<Limit> limits;              // of imports
  std::vector<std::string> masked;        // columns that reports do not show
  std::vector<ConfiguredTarget> targets;  // in the order of their names
};

// The target of this name. Throws Error(kUsage) that tells which there are.
const ConfiguredTarget& target_of(const Config& config, const std::string& name);

// The transfer file of the working folder, if one lies there: db-transfer.json, else transfer.json.
std::optional<std::string> find_config();

// JSON, which may hold comments. An "env_file" is meant from the folder of the file that names it.
// Throw Error(kUsage) that names the file, the member and what is wrong with it; an unknown member is wrong.
Config read_config(const std::string& path);
Config parse_config(std::string_view json, const std::string& path);

}  // namespace transfer
