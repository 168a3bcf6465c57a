// A savepoint of the open transaction, and work inside of one that the server may refuse. An error that is no such
// refusal (a lost connection, a deadlock, a stop request) is thrown: the transaction is over then.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "postgres/session/connection.h"

namespace postgres {

// What counts as a refusal.
enum class Refusal {
  kOfARow,         // a value, a constraint, a trigger's exception
  kOfAnExpression  // or an expression that cannot be evaluated here: it names what is not on the search_path, or no
                   // column
};

class Savepoint {
 public:
  // `name` is what the server's log shows. The same name may be used inside: the innermost one counts.
  Savepoint(Connection& connection, const std::string& name);

  // The server's refusal of `work`, of which nothing is left then; none: all of it is there. Open afterwards.
  std::optional<ServerError> refusal_of(const std::function<void()>& work, Refusal refusal = Refusal::kOfARow);
  // Nothing of what was done since is left. Open afterwards.
  void roll_back();
  // Both end it; end_without keeps nothing.
  void end();
  void end_without();

 private:
  Connection& connection_;
  std::string name_;
};

// `work` in a savepoint of its own, as refusal_of.
std::optional<ServerError> refusal_of(Connection& connection, const std::string& name,
                                      const std::function<void()>& work, Refusal refusal = Refusal::kOfARow);

struct Attempt {
  bool kept = false;
  std::optional<ServerError> refusal;
};

// The same for work that says itself whether to keep it.
Attempt keep_if(Connection& connection, const std::string& name, const std::function<bool()>& work);

}  // namespace postgres
