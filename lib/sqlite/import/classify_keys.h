// The unique keys of a table beside its identity, judged by set against the target and within the file. A key that its
// holder gives up by an update of the same file is free: claim_N remembers such claims. Rows that hand keys on in a
// circle go in where one of the keys can be set aside meanwhile and nobody looks. One thread, that of the connection.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "sqlite/import/staged_table.h"
#include "sqlite/session/connection.h"

namespace sqlite {

class KeyClassifier {
 public:
  // `details` are all tables of the target.
  KeyClassifier(Connection& connection, StagedTable& table, const std::vector<TableDetails>& details)
      : connection_(connection), table_(table), details_(details) {}

  // Leaves out rows that claim a key of a row which was to be deleted and stays.
  void reject_kept();
  // Leaves out rows whose keys are taken, or claimed more than once.
  void classify();

  // Leaves out rows that claim a key whose holder is not updated after all, because it was left out meanwhile. Returns
  // how many.
  std::uint64_t reject_unfreed();

  // Leaves out the rows of every circle: for a merge in which setting keys aside failed.
  void reject_all_circles();

  // Puts the rows that wait for keys into order, and sets keys aside where they wait for each other. True: it did so.
  bool park();

 private:
  // The column of a key that is set aside, and to what: an expression over the record that frees it, h.record.
  struct Parking {
    std::string column;  // quoted; empty: there is none, so rows that hand such a key on in a circle conflict
    std::string value;
  };

  void reject_taken(std::size_t place);
  void reject_circles();
  void reject_repeated(std::size_t place);
  std::uint64_t reject_claims(std::size_t place, const std::string& condition, const std::string& why);
  void forget_rejected_claims();
  Parking parking(const UniqueIndex& index);
  bool frees(const UniqueIndex& index, const StagedColumn& column, const std::string& value);
  std::string unused_value(const std::string& column) const;
  bool is_needed_elsewhere(const std::string& column) const;
  bool decides_elsewhere(const UniqueIndex& index, const std::string& column) const;
  bool minds_null(const UniqueIndex& index, const std::string& column);
  bool inserts_claim(const std::string& statement);
  bool fails_for_null(const CheckConstraint& check, const std::string& column);

  Connection& connection_;
  StagedTable& table_;
  const std::vector<TableDetails>& details_;
};

}  // namespace sqlite
