// A libpqxx connection over a PGconn that was opened elsewhere, for queries by themselves. The one place where libpqxx
// 6 and 7 differ for us. Owns the connection from the constructor on; the thread of its Connection.
#pragma once

#include <libpq-fe.h>

#include <memory>
#include <pqxx/pqxx>
#include <string>

namespace postgres {

class AdoptedSession {
 public:
  // Throws what libpqxx throws; the connection is closed then.
  explicit AdoptedSession(PGconn* raw);
  ~AdoptedSession();
  AdoptedSession(const AdoptedSession&) = delete;
  AdoptedSession& operator=(const AdoptedSession&) = delete;

  pqxx::result query(const std::string& sql);

 private:
  class Session;

  std::unique_ptr<Session> session_;
  std::unique_ptr<pqxx::nontransaction> queries_;
};

}  // namespace postgres
