// In which order the rows of a table take keys that other rows of the file give up: each after the row that frees its
// key. Rows of a circle have no such order; for them a key must be set aside first. Holds no rows: the order is in
// temporary tables of the connection
//   order_N    place, record: the rows that wait for a key, in the order in which they are written
//   parked_N   record: rows whose claimed keys are set aside before anything is written
// One thread, that of the connection.
#pragma once

#include <cstdint>
#include <string>

#include "sqlite/import/staged_table.h"
#include "sqlite/session/connection.h"

namespace sqlite {

class HandOver {
 public:
  // From the claims of the table as they are now.
  HandOver(Connection& connection, const StagedTable& table);

  // Afterwards rows that are not in order_N are in circles, or wait for one.
  void arrange();
  // After arrange(): opens every circle at one of its rows, so that all are in order_N.
  void open_circles();

  // Condition on a claim c: it is one of those that arrange() found no order for.
  std::string is_in_circle() const;

 private:
  void drain();

  Connection& connection_;
  const StagedTable& table_;
  std::int64_t drained_ = 0;  // the last place whose waiting rows are in order
};

}  // namespace sqlite
