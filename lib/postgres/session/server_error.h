// What the server said, in its own words and codes, and what a code means to us: nobody else compares a SQLSTATE, but
// for those that one step alone is about. Values.
#pragma once

#include <string>
#include <utility>

#include "base/error.h"

namespace postgres {

class ServerError : public base::Error {
 public:
  struct Fields {
    std::string sqlstate;
    std::string message;  // primary
    std::string detail;
    std::string context;
    std::string constraint;
    std::string schema;  // of the table that the error is about, where it is about one
    std::string table;
    std::string column;
  };

  ServerError(base::ErrorKind kind, const std::string& message, std::string hint, Fields fields)
      : Error(kind, message, std::move(hint)), fields_(std::move(fields)) {}

  const Fields& fields() const { return fields_; }
  // The row is at fault (value, constraint, a trigger's exception), not the transaction or the connection: blame.h.
  bool blames_a_row() const;
  // A unique key is held by another row.
  bool key_is_taken() const;
  // A foreign key: the row that is referred to is not there, or rows refer to the one that goes.
  bool reference_is_broken() const;
  // A row, or what an index holds of it, exceeds a limit of the server.
  bool exceeds_a_limit() const;
  // A lock was not to be had: another session holds it.
  bool lock_is_held() const;
  // The memory that locks share is full.
  bool locks_lack_room() const;
  // RAISE, or what it may be: a function of the database's own.
  bool is_raised() const;
  // Deadlock or serialization failure: the whole transaction may be tried again.
  bool may_be_retried() const;
  // Raised while the server put a function of the database in line: planning_path.h. Seen in the server's English only.
  bool is_of_planning() const;

 private:
  Fields fields_;
};

// What a SQLSTATE means for the exit status.
base::ErrorKind kind_of(const std::string& sqlstate);

// The server's words for what is_of_planning() asks.
bool is_of_inlining(const std::string& context);

}  // namespace postgres
