// A savepoint of the open transaction, and work inside of one that the database may refuse. One thread.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "sqlite/session/connection.h"

namespace sqlite {

class Savepoint {
 public:
  // The same name may be used inside: the innermost one counts.
  Savepoint(Connection& connection, const std::string& name);

  // Undoes what was done since, in temporary tables too. The savepoint stays open.
  void roll_back();
  // Both end it; end_without keeps nothing.
  void end();
  void end_without();

 private:
  Connection& connection_;
  std::string name_;
};

// Neither kept nor refused: the work itself did not want it.
struct Attempt {
  bool kept = false;
  std::optional<SqliteError> refusal;
};

// `work` in a savepoint of its own; it says itself whether to keep it. An error that blames a row is a refusal, any
// other is thrown. A trigger's RAISE(ROLLBACK) is a refusal, too, but the transaction is over then: ask the connection.
Attempt keep_if(Connection& connection, const std::string& name, const std::function<bool()>& work);

}  // namespace sqlite
