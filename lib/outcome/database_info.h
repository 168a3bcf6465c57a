// Which database it is, as a file's header and the reports name it. Plain values.
#pragma once

#include <string>

namespace outcome {

struct DatabaseInfo {
  std::string engine;          // "postgresql", "sqlite"
  std::string server_version;  // "15.18"
  std::string database;
  // What tells it from other databases of its name. Empty where it cannot be known.
  std::string host = {};  // as it was connected to; of a file, the machine
  std::string port = {};
  std::string user = {};
  std::string system_identifier = {};   // of the cluster, which physical copies share; of a file, device and inode
  bool is_readable_on_the_way = false;  // over a network, and not encrypted
};

}  // namespace outcome
