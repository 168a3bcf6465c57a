// The keys of a table beside its identity: unique indexes of every kind and exclusion constraints, judged by set
// against the target and within the file. Temporary tables of its own, made before a dry run turns read-only:
//   claim          a staged row that claims a key which a row of the target holds, or another that this one excludes:
//                  the index or constraint (key_at), the record, the holder's place, and the record that frees the key
//                  by its update, if one does
//   exclusion_N_I  the keys that the staged rows bring under exclusion constraint I, under an index like its own
// One thread, that of the connection.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "postgres/import/parking.h"
#include "postgres/import/staged_table.h"
#include "postgres/session/connection.h"

namespace postgres {

class KeyClassifier {
 public:
  // `number`: of the table in the import.
  KeyClassifier(Connection& connection, StagedTable& table, std::size_t number)
      : connection_(connection), table_(table), number_(number) {}

  // Makes the temporary tables of exclusion constraints.
  void prepare();

  // Leaves out rows whose keys are taken. A key that another row of the file gives up is free, if there is an order in
  // which it can be handed on.
  void classify(Parking::Inserts inserts);
  // The same once more, after what triggers have written, before the merge writes the table.
  void classify_again(Parking::Inserts inserts);

  // Leaves out rows that claim a key whose holder is not updated after all, because it was left out meanwhile. Returns
  // how many.
  std::uint64_t reject_unfreed();

  // Leaves out rows that claim a key of a row which was to go and stays.
  void reject_kept();

  // Leaves out every row that claims the key of another: for a merge in which freeing failed.
  std::uint64_t reject_all_claims();

  // For the time of the merge: keys that are checked at the end are told to wait, and to be checked after all.
  void defer();
  void check();

 private:
  void reject_taken(std::size_t place);
  void reject_repeated(const UniqueIndex& index);
  void reject_excluded(std::size_t place);
  void forget_judged_claims();
  std::uint64_t reject_claims(std::size_t place, const std::string& condition, const std::string& why);
  std::string constraint_name(const UniqueIndex& index) const;
  std::string exclusion_table(std::size_t place) const;

  Connection& connection_;
  StagedTable& table_;
  std::size_t number_;
};

}  // namespace postgres
