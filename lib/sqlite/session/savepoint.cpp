#include "sqlite/session/savepoint.h"

namespace sqlite {

Savepoint::Savepoint(Connection& connection, const std::string& name) : connection_(connection), name_(name) {
  connection_.execute("SAVEPOINT " + name_);
}

void Savepoint::roll_back() { connection_.execute("ROLLBACK TO " + name_); }

void Savepoint::end() { connection_.execute("RELEASE " + name_); }

void Savepoint::end_without() {
  roll_back();
  end();
}

Attempt keep_if(Connection& connection, const std::string& name, const std::function<bool()>& work) {
  Savepoint savepoint(connection, name);
  Attempt done;
  try {
    done.kept = work();
  } catch (const SqliteError& error) {
    if (!error.blames_a_row()) throw;
    done.refusal = error;
  }
  if (done.kept) {
    savepoint.end();
  } else if (connection.in_transaction()) {
    savepoint.end_without();
  }
  return done;
}

}  // namespace sqlite
