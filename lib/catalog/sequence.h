// A sequence and the columns that draw from it, as a database or a file describes them: plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "catalog/table.h"

namespace catalog {

struct SequenceUser {
  TableName table;
  std::string column;
  std::string expression;  // of the default, for people; never executed
};

struct Sequence {
  TableName name;
  std::optional<std::int64_t> last_value;  // none: the role could not read it
  bool is_called = true;                   // false: last_value is what it gives next
  std::int64_t increment = 1;
  std::vector<SequenceUser> used_by;
};

// The last value that the sequence has given; of one that was never called, what would be before its first. None
// where the position is not known.
std::optional<std::int64_t> given_by(const Sequence& sequence);

}  // namespace catalog
