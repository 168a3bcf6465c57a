#include "postgres/session/adopted_session.h"

#include <utility>

namespace postgres {

#if PQXX_VERSION_MAJOR >= 7

class AdoptedSession::Session {
 public:
  explicit Session(PGconn* raw) : connection_(pqxx::connection::seize_raw_connection(raw)) {}
  pqxx::connection& connection() { return connection_; }

 private:
  pqxx::connection connection_;
};

#else

namespace {

// libpqxx 6 has no way to take over an open connection but a policy.
class Adopt : public pqxx::connectionpolicy {
 public:
  explicit Adopt(PGconn* raw) : connectionpolicy(std::string{}), raw_(raw) {}
  // Handed over once: a connection that broke is never opened again behind our back.
  handle do_startconnect(handle open) override { return open != nullptr ? open : std::exchange(raw_, nullptr); }
  handle do_completeconnect(handle open) override { return open; }

 private:
  PGconn* raw_;
};

}  // namespace

class AdoptedSession::Session : public pqxx::connection_base {
 public:
  explicit Session(PGconn* raw) : connection_base(policy_), policy_(raw) { init(); }
  ~Session() noexcept { close(); }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  pqxx::connection_base& connection() { return *this; }

 private:
  Adopt policy_;
};

#endif

AdoptedSession::AdoptedSession(PGconn* raw)
    : session_(std::make_unique<Session>(raw)),
      queries_(std::make_unique<pqxx::nontransaction>(session_->connection(), "db-transfer")) {}

AdoptedSession::~AdoptedSession() = default;

pqxx::result AdoptedSession::query(const std::string& sql) { return queries_->exec(sql); }

}  // namespace postgres
