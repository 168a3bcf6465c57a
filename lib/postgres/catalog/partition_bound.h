// The bounds of a partition as the server words them ("FOR VALUES FROM ('2025-01-01') TO (MAXVALUE)"), taken apart.
// Pure text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace postgres {

struct PartitionBound {
  bool is_default = false;
  std::vector<std::string> from;  // of a range, a literal a column; or MINVALUE, MAXVALUE
  std::vector<std::string> to;
  std::vector<std::string> in;  // of a list; or NULL
  std::uint64_t modulus = 0;    // of a hash
  std::uint64_t remainder = 0;
};

PartitionBound parse_bound(std::string_view text);

}  // namespace postgres
