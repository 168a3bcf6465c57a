// Code of the target's that has a say in rows that are written: triggers and rules, in the words of a reader. One
// thread, that of the connection.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "postgres/session/connection.h"

namespace postgres {

struct TargetCode {
  bool on_insert = false;
  bool on_update = false;
  bool on_delete = false;
  std::string words;  // "trigger guard (before each row) may change, drop or refuse rows, and writes log"
};

// Of tables and their partitions, by the OID of the root; triggers of the user's own that fire, and rules.
std::map<std::uint32_t, std::vector<TargetCode>> read_target_code(Connection& connection,
                                                                  const std::vector<std::uint32_t>& tables);

}  // namespace postgres
