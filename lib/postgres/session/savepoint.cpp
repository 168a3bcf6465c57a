#include "postgres/session/savepoint.h"

namespace postgres {

Savepoint::Savepoint(Connection& connection, const std::string& name) : connection_(connection), name_(name) {
  connection_.execute_with_next("SAVEPOINT " + name_);
}

std::optional<ServerError> Savepoint::refusal_of(const std::function<void()>& work, Refusal refusal) {
  try {
    work();
  } catch (const ServerError& error) {
    const bool of_an_expression = refusal == Refusal::kOfAnExpression && error.kind() == base::ErrorKind::kSchema;
    if (!error.blames_a_row() && !of_an_expression) throw;
    roll_back();
    return error;
  }
  return std::nullopt;
}

void Savepoint::roll_back() { connection_.execute("ROLLBACK TO SAVEPOINT " + name_); }

void Savepoint::end() { connection_.execute_with_next("RELEASE SAVEPOINT " + name_); }

void Savepoint::end_without() {
  connection_.execute("ROLLBACK TO SAVEPOINT " + name_ + "; RELEASE SAVEPOINT " + name_);
}

std::optional<ServerError> refusal_of(Connection& connection, const std::string& name,
                                      const std::function<void()>& work, Refusal refusal) {
  Savepoint savepoint(connection, name);
  std::optional<ServerError> refused = savepoint.refusal_of(work, refusal);
  savepoint.end();
  return refused;
}

Attempt keep_if(Connection& connection, const std::string& name, const std::function<bool()>& work) {
  Savepoint savepoint(connection, name);
  Attempt done;
  done.refusal = savepoint.refusal_of([&] { done.kept = work(); });
  if (done.kept) {
    savepoint.end();
  } else {
    savepoint.end_without();
  }
  return done;
}

}  // namespace postgres
