// The order in which rows of one table hand on their unique values: who gives a key up is written before who takes it,
// a chain from its free end, by few statements for any length. Only rows that swap or rotate their values need
// more than an order: they set theirs aside (parking.h), or are conflicts. Temporary tables, shared by all tables of an
// import and made before a dry run turns read-only:
//   key_order  the updates that take or give up a key, and when each is written: by round, pass and group of its UPDATE
//              (changed_columns.h), in the order of depth; `chain` is the row at the free end of what it waits for
//   key_wait   which of them still wait for which
//   key_aside  the rows that set the key of an index aside, and the rank of the value that they take for it
// One thread, that of the connection.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "postgres/import/parking.h"
#include "postgres/import/staged_table.h"
#include "postgres/session/connection.h"

namespace postgres {

class KeyOrder {
 public:
  KeyOrder(Connection& connection, StagedTable& table, std::size_t number)
      : connection_(connection), table_(table), number_(std::to_string(number)) {}

  // Makes the temporary tables, where a table of the import has a key beside its identity.
  static void prepare(Connection& connection, const std::vector<StagedTable>& tables);

  // Condition on a claim c of table `number`: after a row of its chain that is no accepted update any more.
  static std::string behind_lost_row(const StagedTable& table, std::size_t number);

  // Says why a claim cannot be, of the index at a place; `condition` is on the claims, called c. Leaves their rows out.
  using Reject = std::function<void(std::size_t place, const std::string& condition, const std::string& why)>;

  // After the claims of all indexes: finds the order. Rows for which there is none are given to `reject`.
  void arrange(Parking::Inserts inserts, const Reject& reject);

  // As if arrange() had not been: for claims that are to be judged again, before begin().
  void forget();

  // One UPDATE of the merge, and how many rows it must write.
  struct Statement {
    std::string sql;
    std::uint64_t rows;
  };
  // Sets aside what must be and returns the rest of the way, statement by statement; they keep their order under
  // plans_in_order() only.
  std::vector<Statement> begin();

  // Condition on a verdict v of table `number`: none of the statements of begin() writes its row.
  static std::string not_handed_on(std::size_t number);

  // Keeps the server from plans that would write the rows of a statement in another order; returns what undoes it.
  static std::string plans_in_order(Connection& connection);

 private:
  void gather_updates();
  void gather_waits();
  std::uint64_t run_rounds();
  void set_aside(Parking::Inserts inserts, const Reject& reject);
  void set_aside(Parking& parking, std::size_t place, const std::string& which);
  void reject_waiting(const Reject& reject, const std::string& why);
  void reject_late(const Reject& reject);
  std::uint64_t waiting();
  void park();
  std::string ordered_places() const;

  Connection& connection_;
  StagedTable& table_;
  std::string number_;
  int rounds_ = 0;
};

}  // namespace postgres
