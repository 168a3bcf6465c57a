// In which order a merge writes the components of a plan: as the plan gives it, parents first, until a trigger shows
// that another order is wanted. Knows foreign keys and names only.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "postgres/import/staged_table.h"

namespace postgres {

class MergeOrder {
 public:
  MergeOrder(const std::vector<StagedTable>& tables, const std::vector<std::vector<std::size_t>>& components);

  // Indices of components.
  const std::vector<std::size_t>& sequence() const { return sequence_; }

  // Whether `component` refers to one that is still `open`.
  bool waits_for_parent(std::size_t component, const std::vector<bool>& open) const;

  // From now on `first` comes before `second`, and what `first` refers to comes before it. False where foreign keys
  // want it otherwise.
  bool put_before(std::size_t first, std::size_t second);

 private:
  std::vector<std::vector<std::size_t>> parents_;  // by component; itself left out
  std::vector<std::size_t> sequence_;
};

}  // namespace postgres
