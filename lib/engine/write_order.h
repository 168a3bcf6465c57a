// In which order a merge writes the components of a plan: parents first, then as the plan gives them, but for what
// triggers want: known beforehand (prefer) or found out by a refusal (put_before). Knows foreign keys and names only;
// pure.
#pragma once

#include <cstddef>
#include <set>
#include <vector>

#include "catalog/table.h"

namespace engine {

// Of tables as each engine stages them.
template <typename Tables>
std::vector<const catalog::Table*> tables_of(const Tables& staged) {
  std::vector<const catalog::Table*> tables;
  for (const auto& table : staged) tables.push_back(&table.details.table);
  return tables;
}

class WriteOrder {
 public:
  // `components`: indices into `tables`.
  WriteOrder(const std::vector<const catalog::Table*>& tables, const std::vector<std::vector<std::size_t>>& components);

  // Indices of components.
  const std::vector<std::size_t>& sequence() const { return sequence_; }

  // Whether `component` refers to one that is still `open`.
  bool waits_for_parent(std::size_t component, const std::vector<bool>& open) const;

  // From now on `first` comes before `second`, and what `first` refers to comes before it. False where foreign keys
  // want it otherwise.
  bool put_before(std::size_t first, std::size_t second);

  // Table `first` had better be written before table `second`; from arrange() on, where foreign keys leave the choice
  // and no other wish speaks against it.
  void prefer(std::size_t first, std::size_t second);
  void arrange();

 private:
  using Edges = std::vector<std::set<std::size_t>>;  // component → those that come before it, itself left out

  std::vector<std::size_t> component_;  // by table
  Edges parents_;
  Edges preferred_;
  std::vector<std::size_t> sequence_;
};

}  // namespace engine
