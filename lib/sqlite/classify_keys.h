// The unique keys of a table beside its identity, judged by set against the target and within the file. A key that its
// holder gives up by an update of the same file is free, where the merge can set it aside meanwhile: claim_N remembers
// such claims. One thread, that of the connection.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "sqlite/connection.h"
#include "sqlite/staged_table.h"

namespace sqlite {

class KeyClassifier {
 public:
  // `details` are all tables of the target.
  KeyClassifier(Connection& connection, StagedTable& table, const std::vector<TableDetails>& details)
      : connection_(connection), table_(table), details_(details) {}

  // Leaves out rows whose keys are taken, or claimed more than once.
  void classify();

  // Leaves out rows that claim a key whose holder is not updated after all, because it was left out meanwhile. Returns
  // how many.
  std::uint64_t reject_unfreed();

  // Leaves out every row that claims the key of another: for a merge in which freeing failed.
  void reject_all_claims();

  // Takes the claimed keys away from their holders, so that the merge can write rows in any order.
  void park();

 private:
  // The column of a key that is set aside, and to what: an expression over the record that frees it, h.record.
  struct Parking {
    std::string column;  // quoted; empty: there is none, so a key held by another row stays a conflict
    std::string value;
  };

  void reject_taken(std::size_t place);
  void reject_repeated(const UniqueIndex& index);
  std::uint64_t reject_claims(std::size_t place, const std::string& condition, const std::string& why);
  void forget_rejected_claims();
  std::string other_row() const;
  Parking parking(const UniqueIndex& index);
  std::string unused_value(const std::string& column) const;
  bool is_needed_elsewhere(const std::string& column) const;
  bool decides_elsewhere(const UniqueIndex& index, const std::string& column) const;
  bool minds_null(const UniqueIndex& index, const std::string& column);
  bool fails_for_null(const CheckConstraint& check, const std::string& column);

  Connection& connection_;
  StagedTable& table_;
  const std::vector<TableDetails>& details_;
};

}  // namespace sqlite
