// What pg_restore does with constraints that are NOT VALID: rows go in before them. Here, into empty tables of the
// role's own, they are dropped before the first row is written and created again after the last, NOT VALID as they
// were. Valid constraints stay in force all the time. One thread, that of the connection.
#pragma once

#include <string>
#include <vector>

#include "postgres/catalog/introspect.h"
#include "postgres/session/connection.h"

namespace postgres {

class AsRestored {
 public:
  explicit AsRestored(Connection& connection) : connection_(connection) {}

  // Removes from the description of a table that is to be written its constraints that are NOT VALID, so that no row is
  // held against them, in a dry run neither. Throws kPrivilege where the table is not the role's own.
  void put_aside(TableDetails& table);

  void drop();
  // After drop() and the last row. No deferred trigger may still be waiting to run.
  void make_again();

  // What was put aside and what could not be.
  const std::vector<std::string>& notices() const { return notices_; }

 private:
  struct Constraint {
    std::string table;
    std::string name;  // both quoted
    std::string definition;
    std::string comment;
  };

  Connection& connection_;
  std::vector<Constraint> constraints_;
  std::vector<std::string> notices_;
};

}  // namespace postgres
