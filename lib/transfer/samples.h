// What is kept of a table's decisions to be shown, and what is counted of them while they pass: causes of rows left
// out, sets of columns that change, values that go in. Of updates it keeps those to look at first: newer in the target,
// secrets and rights, the largest moves. Bounded, however many decisions there are. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "outcome/decision.h"
#include "outcome/import_outcome.h"

namespace transfer {

class Samples {
 public:
  // `table` is kept and filled.
  explicit Samples(outcome::ImportedTable& table) : table_(table) {}

  // In the order of the file.
  void add(const outcome::Decision& decision);
  // After the last one.
  void finish();

 private:
  struct Set {
    outcome::ChangedSet counted;
    bool sensitive = false;
    std::vector<outcome::Decision> newer;
    std::vector<outcome::Decision> first;
  };
  struct Move {
    double distance = 0;
    std::size_t set = 0;
    outcome::Decision decision;
  };
  struct Values {
    std::map<std::string, std::uint64_t> counts;
    std::uint64_t nulls = 0;
    bool told = true;  // few and short
  };

  std::uint64_t add_cause(const outcome::Decision& decision);
  void add_update(const outcome::Decision& decision);
  void add_moves(const outcome::Decision& decision, std::size_t set);
  void add_insert(const outcome::Decision& decision);
  std::size_t set_of(const outcome::Decision& decision);
  void keep(std::size_t set, const std::vector<const outcome::Decision*>& candidates);
  void finish_updates();
  void finish_values();

  outcome::ImportedTable& table_;
  std::uint64_t inserts_ = 0;
  std::map<std::string, std::size_t> set_by_columns_;
  std::vector<Set> sets_;
  std::map<std::string, std::vector<Move>> moves_;  // by column, the largest first
  std::vector<std::string> columns_;                // of the inserted rows
  std::vector<Values> values_;                      // parallel
};

}  // namespace transfer
