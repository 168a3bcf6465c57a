// Values of composite types, attribute by attribute: the file's order becomes the target's. Only for columns whose
// order differs. A text that is no value of its type becomes one that no such type reads, so that its row is refused.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/types.h"
#include "format/value.h"

namespace transfer {

// PostgreSQL's own text of a record ("(1,\"a b\",)") or an array; false: it is none, and `out` is of no use.
bool reshape_text(const catalog::Reshape& shape, std::string_view text, std::string& out);

// Rewrites the values of one table's records. The result views its own buffers and the record: good until the next.
class Reshaper {
 public:
  explicit Reshaper(std::vector<catalog::Reshape> columns);  // of the records, in their order

  std::span<const format::Value> reshape(std::span<const format::Value> record);
  bool changes_nothing() const;

 private:
  std::vector<catalog::Reshape> columns_;
  std::vector<format::Value> values_;
  std::vector<std::string> texts_;  // by column
};

}  // namespace transfer
