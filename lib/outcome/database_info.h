// Which database it is, as a file's header and the reports name it. Plain values.
#pragma once

#include <string>

namespace outcome {

struct DatabaseInfo {
  std::string engine;          // "postgresql", "sqlite"
  std::string server_version;  // "15.18"
  std::string database;
};

}  // namespace outcome
