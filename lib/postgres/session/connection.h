// One connection to a server: catalog queries through libpqxx, statements of the data path and COPY through libpq on
// the same connection, every error of either turned into ServerError. One thread; a stop request from another thread
// cancels the running statement.
#pragma once

#include <libpq-fe.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <pqxx/pqxx>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "postgres/session/adopted_session.h"
#include "postgres/session/cancel.h"
#include "postgres/session/connect.h"
#include "postgres/session/lock_watch.h"
#include "postgres/session/server_error.h"

namespace postgres {

class Connection {
 public:
  // Throws kConnection. `place` names the database in messages, without a password.
  Connection(const Parameters& parameters, std::string place, std::stop_token stop);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // For the catalog: small results, read as text.
  pqxx::result query(const std::string& sql);
  // Of a query of one row and one column; of one column.
  pqxx::field query_value(const std::string& sql);
  std::vector<std::string> query_list(const std::string& sql);

  // For everything else. Returns the number of rows that the command tag names, 0 for a tag without one.
  std::uint64_t execute(const std::string& sql);
  // In one message with the next statement of either kind, before it: what gives no rows that matter, and what a server
  // cannot refuse in a transaction that is open and has not failed (a savepoint, a setting). Saves a round trip.
  void execute_with_next(const std::string& sql);
  // Of a query of one number.
  std::uint64_t execute_for_number(const std::string& sql);
  // The command tag itself: "COMMIT", or "ROLLBACK" for a COMMIT of a failed transaction.
  std::string execute_for_tag(const std::string& sql);

  // COPY … TO STDOUT: begin, then next_chunk until it is empty. A chunk views libpq's memory until the next call.
  void begin_copy_out(const std::string& sql);
  std::string_view next_chunk();

  // COPY … FROM STDIN: begin, send as often as needed, end. end_copy_in returns the rows; both it and send_chunk throw
  // when the server has refused, and the COPY is over then. fail_copy_in makes the server reject it.
  void begin_copy_in(const std::string& sql);
  void send_chunk(std::string_view bytes);
  std::uint64_t end_copy_in();
  void fail_copy_in(const std::string& reason);

  // From now on the error of a lock that was not to be had within `lock_timeout` says who kept `process` of the server
  // waiting: the one of the transaction, which behind a pooler only a query tells.
  void watch_locks(std::chrono::milliseconds lock_timeout, int process);
  // The same where no query may be asked yet: for statements that hold this comment near their beginning.
  std::string watch_marked_locks(std::chrono::milliseconds lock_timeout);

  // From now on no error repeats what may be a value of a row (server_words.h).
  void withhold_values(bool withhold = true) { withholds_values_ = withhold; }
  bool withholds_values() const { return withholds_values_; }

  int server_version() const;                         // 150018
  std::string login() const { return PQuser(raw_); }  // current_user may be another since
  // Where the connection really goes, of several hosts that were named. A host that begins with / is a socket's folder.
  std::string host() const;
  std::string port() const;
  // Over a network that is more than this machine, and not encrypted.
  bool is_readable_on_the_way() const;
  PGTransactionStatusType transaction_status() const { return PQtransactionStatus(raw_); }
  const std::string& place() const { return place_; }

 private:
  struct ResultDeleter {
    void operator()(PGresult* result) const { PQclear(result); }
  };
  using Result = std::unique_ptr<PGresult, ResultDeleter>;

  void await_result();
  std::string with_owed(const std::string& sql);
  Result run(const std::string& sql);
  void drain();
  void watch(std::chrono::milliseconds lock_timeout, const std::string& process);
  [[noreturn]] void fail(const PGresult* result);
  [[noreturn]] void fail_connection();
  [[noreturn]] void fail_query(const std::string& what, const std::string& sqlstate);
  std::string blockers_of(const std::string& sqlstate) const;

  Parameters parameters_;
  std::string place_;
  std::stop_token stop_;
  PGconn* raw_ = nullptr;  // owned by session_
  std::unique_ptr<AdoptedSession> session_;
  std::optional<Cancel> cancel_;
  std::string owed_;  // to the next statement
  char* chunk_ = nullptr;
  std::unique_ptr<LockWatch> watch_;
  bool withholds_values_ = false;
};

}  // namespace postgres
