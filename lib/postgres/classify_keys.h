// The keys of a table beside its identity: unique indexes of every kind and exclusion constraints, judged by set
// against the target and within the file. Temporary tables of its own, made before a dry run turns read-only:
//   claim          a staged row that claims a key which a row of the target holds: the index (its place in
//                  unique_indexes), the record, the holder's place, and the record that frees the key by its update, if
//                  one does
//   exclusion_N_I  the keys that the staged rows bring under exclusion constraint I, under an index like its own
// One thread, that of the connection.
#pragma once

#include <cstdint>
#include <string>

#include "postgres/connection.h"
#include "postgres/staged_table.h"

namespace postgres {

class KeyClassifier {
 public:
  KeyClassifier(Connection& connection, StagedTable& table) : connection_(connection), table_(table) {}

  // Makes the temporary tables of exclusion constraints.
  void prepare();

  // Leaves out rows whose keys are taken. A key that another row of the file gives up is free.
  void classify();

  // Leaves out rows that claim a key whose holder is not updated after all, because it was left out meanwhile. Returns
  // how many.
  std::uint64_t reject_unfreed();

  // Leaves out every row that claims the key of another: for a merge in which freeing failed.
  std::uint64_t reject_all_claims();

  // Behind classify: rows hold keys that others claim, so they must give them up before anything is written.
  bool has_claims() const { return table_.claims_left; }

  // Takes the claimed keys away from their holders, so that the merge can write rows in any order; restore() ends what
  // the server was told for that time.
  void park();
  void restore();

 private:
  void reject_taken(std::size_t place);
  void reject_repeated(const UniqueIndex& index);
  void reject_excluded(std::size_t place);
  void forget_judged_claims();
  std::uint64_t reject_claims(std::size_t place, const std::string& condition, const std::string& why);
  std::string parked_column(const UniqueIndex& index, std::string& value) const;
  bool decides_elsewhere(const UniqueIndex& index, const std::string& column) const;
  bool minds_null(const UniqueIndex& index, const std::string& column) const;
  bool fails_for_null(const CheckConstraint& check, const std::string& column) const;
  bool can_be_freed(const UniqueIndex& index) const;
  std::string constraint_name(const UniqueIndex& index) const;
  std::string exclusion_table(std::size_t place) const;

  Connection& connection_;
  StagedTable& table_;
};

}  // namespace postgres
