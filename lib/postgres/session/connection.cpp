#include "postgres/session/connection.h"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <charconv>
#include <new>
#include <random>
#include <utility>

#include "postgres/session/blame.h"
#include "postgres/session/peer.h"
#include "postgres/session/server_words.h"
#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

using base::Error;
using base::ErrorKind;

std::string without_newline(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return text;
}

std::string text_or_nothing(const char* text) { return text == nullptr ? std::string{} : std::string{text}; }

std::string field_of(const PGresult* result, int code) {
  const char* text = PQresultErrorField(result, code);
  return text == nullptr ? std::string{} : std::string{text};
}

// PgBouncer's words; with them or right after them it hangs up.
std::string pooler_hint(const std::string& message) {
  if (message.find("statement pooling mode") == std::string::npos) return {};
  return "a transaction is needed: set the pooler's pool_mode to transaction, or connect to the server itself";
}

// The process whose statement holds this comment.
constexpr const char* kMarked = R"sql((
  SELECT s.pid
  FROM pg_catalog.pg_stat_activity s
  WHERE s.pid OPERATOR(pg_catalog.<>) pg_catalog.pg_backend_pid() AND pg_catalog.strpos(s.query, '{mark}') > 0
  LIMIT 1))sql";

// What was read there had to make way for what the primary has removed.
constexpr const char* kStandbyHint =
    "a standby ends queries that keep it from following its primary: set hot_standby_feedback = on or a longer "
    "max_standby_streaming_delay there, or export from the primary";

// The server says so itself, but libpqxx does not pass it on.
constexpr const char* kLocksHint = "the server may need a larger max_locks_per_transaction, or more memory";

constexpr const char* kInliningHint =
    "planning puts that function in line for an index, a partition key or statistics, without those schemas of the "
    "search_path that the names in it need: ALTER FUNCTION … SET search_path = … gives it one, and so does a schema "
    "before the name";

// Of a statement of ours that names what lies there; in the server's own English only.
std::string schema_hint(const PGresult* result, const PGconn* connection) {
  constexpr std::string_view kDenied = "permission denied for schema ";
  const std::string message = field_of(result, PG_DIAG_MESSAGE_PRIMARY);
  if (field_of(result, PG_DIAG_SQLSTATE) != "42501" || !message.starts_with(kDenied)) return {};
  return "let the owner run:\n  GRANT USAGE ON SCHEMA " + quote_name(message.substr(kDenied.size())) + " TO " +
         quote_name(PQuser(connection)) + ";";
}

std::string hint_of(ErrorKind kind, const PGresult* result, const PGconn* connection) {
  const char* standby = PQparameterStatus(connection, "in_hot_standby");  // told from PostgreSQL 14 on
  if (standby != nullptr && std::string_view(standby) == "on" && field_of(result, PG_DIAG_SQLSTATE) == "40001")
    return kStandbyHint;
  if (is_of_inlining(field_of(result, PG_DIAG_CONTEXT))) return kInliningHint;
  std::string hint = field_of(result, PG_DIAG_MESSAGE_HINT);
  if (!hint.empty()) return hint;
  if (const std::string pooler = pooler_hint(field_of(result, PG_DIAG_MESSAGE_PRIMARY)); !pooler.empty()) return pooler;
  if (field_of(result, PG_DIAG_SQLSTATE) == "25006")
    return "code of the database writes while rows are only judged; db-import --rehearse lets it and rolls back";
  if (const std::string grant = schema_hint(result, connection); !grant.empty()) return grant;
  if (kind == ErrorKind::kLock) return "another session holds a lock or changed the same rows; run the command again";
  return {};
}

// The server's words in its own language have the same SQLSTATE, which libpq does not tell of a failed login.
std::string connect_hint(std::string_view message) {
  const auto says = [&](std::string_view words) { return message.find(words) != std::string_view::npos; };
  if (says("password authentication failed"))
    return "the password is another one: it comes from the URL, else from PGPASSWORD, else from ~/.pgpass";
  if (says("no password supplied")) return "a password is needed: in the URL, in PGPASSWORD or in ~/.pgpass";
  if (says("database") && says("does not exist")) return "check the name of the database in the URL";
  return "check the host and port of the URL, and that the server runs and lets this machine in";
}

std::uint64_t tag_rows(const PGresult* result) {
  const std::string_view text = PQcmdTuples(const_cast<PGresult*>(result));
  std::uint64_t rows = 0;
  std::from_chars(text.data(), text.data() + text.size(), rows);
  return rows;
}

}  // namespace

Connection::Connection(const Parameters& parameters, std::string place, std::stop_token stop)
    : parameters_(parameters), place_(std::move(place)), stop_(std::move(stop)) {
  Parameters all;
  for (const auto& given : parameters) {
    if (given.first != "client_encoding") all.push_back(given);  // the file is UTF-8, whatever the URL says
  }
  all.emplace_back("client_encoding", "UTF8");
  const auto add_default = [&](const char* keyword, const char* value) {
    for (const auto& given : parameters) {
      if (given.first == keyword) return;
    }
    all.emplace_back(keyword, value);
  };
  add_default("fallback_application_name", "db-transfer");
  add_default("keepalives_idle", "30");
  add_default("keepalives_interval", "10");
  add_default("keepalives_count", "3");
  add_default("connect_timeout", "15");
  // What was sent and is not acknowledged for so long is lost: keepalives say nothing as long as something is on its
  // way.
  add_default("tcp_user_timeout", "120000");

  OpenConnection opened = connect_unless_stopped(std::move(all), stop_);
  if (opened == nullptr) throw Error(ErrorKind::kConnection, "out of memory while connecting to " + place_);
  if (PQstatus(opened.get()) != CONNECTION_OK) {
    throw Error(ErrorKind::kConnection,
                "cannot connect to " + place_ + ": " + without_newline(PQerrorMessage(opened.get())),
                connect_hint(PQerrorMessage(opened.get())));
  }
  raw_ = opened.release();
  // The server's notices (NOTICE: …) are not the user's business unless they are errors.
  PQsetNoticeReceiver(
      raw_, [](void*, const PGresult*) {}, nullptr);
  try {
    session_ = std::make_unique<AdoptedSession>(raw_);
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& error) {
    throw Error(ErrorKind::kConnection, "cannot use the connection to " + place_ + ": " + error.what());
  }
  cancel_.emplace(raw_, stop_);
}

Connection::~Connection() {
  watch_.reset();
  cancel_.reset();
  if (chunk_ != nullptr) PQfreemem(chunk_);
  session_.reset();
}

int Connection::server_version() const { return PQserverVersion(raw_); }

std::string Connection::host() const { return text_or_nothing(PQhost(raw_)); }
std::string Connection::port() const { return text_or_nothing(PQport(raw_)); }

bool Connection::is_readable_on_the_way() const {
  return PQsslInUse(raw_) == 0 && PQgssEncInUse(raw_) == 0 && goes_over_a_network(PQsocket(raw_));
}

void Connection::fail_connection() {
  if (stop_.stop_requested()) throw Error(ErrorKind::kInterrupted, "interrupted");
  const std::string message = without_newline(PQerrorMessage(raw_));
  const std::string pooler = pooler_hint(message);
  throw Error(ErrorKind::kConnection, "lost the connection to " + place_ + ": " + message,
              pooler.empty() ? "nothing was committed; run the command again" : pooler);
}

void Connection::fail(const PGresult* result) {
  if (stop_.stop_requested()) {
    drain();
    throw Error(ErrorKind::kInterrupted, "interrupted");
  }
  ServerError::Fields fields{field_of(result, PG_DIAG_SQLSTATE),        field_of(result, PG_DIAG_MESSAGE_PRIMARY),
                             field_of(result, PG_DIAG_MESSAGE_DETAIL),  field_of(result, PG_DIAG_CONTEXT),
                             field_of(result, PG_DIAG_CONSTRAINT_NAME), field_of(result, PG_DIAG_SCHEMA_NAME),
                             field_of(result, PG_DIAG_TABLE_NAME),      field_of(result, PG_DIAG_COLUMN_NAME)};
  drain();
  if (fields.sqlstate.empty()) fail_connection();
  const ErrorKind kind = kind_of(fields.sqlstate);
  std::string hint = hint_of(kind, result, raw_);
  if (withholds_values_) {
    const std::string text = words_without_values(fields) + blockers_of(fields.sqlstate);
    // A function may have put a value there, as into the message.
    if (!is_the_servers_own(fields)) fields.constraint.clear();
    if (!holds_no_value(fields)) hint.clear();
    throw ServerError(kind, text, hint, std::move(fields));
  }
  const std::string text = full_words(fields) + blockers_of(fields.sqlstate);
  throw ServerError(kind, text, hint, std::move(fields));
}

// Reads what is left of a statement, so that the next one finds the connection idle.
void Connection::drain() {
  while (PGresult* rest = PQgetResult(raw_)) {
    const ExecStatusType status = PQresultStatus(rest);
    PQclear(rest);
    if (status == PGRES_COPY_IN) PQputCopyEnd(raw_, "abandoned");
    if (status == PGRES_COPY_OUT) {
      char* chunk = nullptr;
      while (PQgetCopyData(raw_, &chunk, 0) > 0) PQfreemem(chunk);
    }
    if (PQstatus(raw_) == CONNECTION_BAD) break;
  }
}

// libpq takes the start of a COPY that it finds no memory for to be incomplete, and would wait for the rest without
// end: so it is asked again each second.
void Connection::await_result() {
  while (PQisBusy(raw_) != 0) {
    pollfd answer{PQsocket(raw_), POLLIN, 0};
    ::poll(&answer, 1, 1000);
    if (PQconsumeInput(raw_) == 0) return;  // PQgetResult says why
  }
}

void Connection::execute_with_next(const std::string& sql) { owed_ += sql + ";\n"; }

std::string Connection::with_owed(const std::string& sql) { return std::exchange(owed_, {}) + sql; }

// The last result, or the first that is an error or starts a COPY.
Connection::Result Connection::run(const std::string& sql) {
  if (stop_.stop_requested()) throw Error(ErrorKind::kInterrupted, "interrupted");
  const LockWatch::Statement statement(watch_.get());
  drain();
  if (PQsendQuery(raw_, with_owed(sql).c_str()) == 0) fail_connection();
  Result last;
  while (true) {
    await_result();
    Result result(PQgetResult(raw_));
    if (result == nullptr) break;
    const ExecStatusType status = PQresultStatus(result.get());
    if (status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE || status == PGRES_NONFATAL_ERROR)
      fail(result.get());
    last = std::move(result);
    if (status == PGRES_COPY_OUT || status == PGRES_COPY_IN) break;
  }
  if (last == nullptr) fail_connection();
  return last;
}

// libpqxx 6 keeps the SQLSTATE of some errors to itself: their class says it.
void Connection::fail_query(const std::string& what, const std::string& sqlstate) {
  if (stop_.stop_requested()) throw Error(ErrorKind::kInterrupted, "interrupted");
  const std::string message = without_newline(what);
  const ErrorKind kind = kind_of(sqlstate);
  // The message of libpqxx is all that the server said, context and detail included.
  const ServerError::Fields fields{sqlstate, message, {}, message, {}, {}, {}, {}};
  const std::string text = withholds_values_ ? words_without_values(fields) : message;
  const std::string hint = sqlstate == "53200" ? kLocksHint : "";
  throw ServerError(kind, text + blockers_of(sqlstate), hint, {sqlstate, message, {}, {}, {}, {}, {}, {}});
}

std::string Connection::blockers_of(const std::string& sqlstate) const {
  const std::string who = sqlstate == "55P03" && watch_ ? watch_->blockers() : std::string{};
  return who.empty() ? who : "; waited for " + who;
}

void Connection::watch(std::chrono::milliseconds lock_timeout, const std::string& process) {
  watch_.reset();
  if (lock_timeout.count() == 0) return;  // waits as long as it takes
  const auto connect = [this](std::stop_token stop) {
    return std::make_unique<Connection>(parameters_, place_, std::move(stop));
  };
  watch_ = std::make_unique<LockWatch>(connect, process, lock_timeout);
}

void Connection::watch_locks(std::chrono::milliseconds lock_timeout, int process) {
  watch(lock_timeout, std::to_string(process));
}

std::string Connection::watch_marked_locks(std::chrono::milliseconds lock_timeout) {
  std::random_device random;
  std::string mark = "/* db-transfer " + std::to_string(random()) + std::to_string(random()) + " */";
  watch(lock_timeout, fmt::format(kMarked, fmt::arg("mark", mark)));
  return mark;
}

pqxx::result Connection::query(const std::string& sql) {
  if (stop_.stop_requested()) throw Error(ErrorKind::kInterrupted, "interrupted");
  const LockWatch::Statement statement(watch_.get());
  try {
    return session_->query(with_owed(sql));
  } catch (const pqxx::broken_connection&) {
    fail_connection();
  } catch (const pqxx::deadlock_detected& error) {
    fail_query(error.what(), "40P01");
  } catch (const pqxx::transaction_rollback& error) {
    fail_query(error.what(), "40001");
  } catch (const pqxx::out_of_memory& error) {
    fail_query(error.what(), "53200");
  } catch (const pqxx::insufficient_privilege& error) {
    fail_query(error.what(), "42501");
  } catch (const pqxx::sql_error& error) {
    fail_query(error.what(), error.sqlstate());
  } catch (const std::exception& error) {
    throw Error(ErrorKind::kInternal, error.what());
  }
}

pqxx::field Connection::query_value(const std::string& sql) {
  const pqxx::result rows = query(sql);
  if (rows.size() != 1 || rows.columns() != 1) throw Error(ErrorKind::kInternal, "not one value: " + sql);
  return rows[0][0];
}

std::vector<std::string> Connection::query_list(const std::string& sql) {
  const pqxx::result rows = query(sql);
  if (rows.columns() != 1) throw Error(ErrorKind::kInternal, "not one column: " + sql);
  std::vector<std::string> values;
  for (const auto& row : rows) values.emplace_back(row[0].c_str());
  return values;
}

std::uint64_t Connection::execute(const std::string& sql) { return tag_rows(run(sql).get()); }

std::uint64_t Connection::execute_for_number(const std::string& sql) {
  const Result result = run(sql);
  const bool is_one = PQntuples(result.get()) == 1 && PQnfields(result.get()) == 1;
  if (!is_one) throw Error(ErrorKind::kInternal, "not one number: " + sql);
  const std::string_view text = PQgetvalue(result.get(), 0, 0);
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::string Connection::execute_for_tag(const std::string& sql) { return PQcmdStatus(run(sql).get()); }

void Connection::begin_copy_out(const std::string& sql) {
  const Result result = run(sql);
  if (PQresultStatus(result.get()) != PGRES_COPY_OUT) throw Error(ErrorKind::kInternal, "not a COPY TO STDOUT: " + sql);
}

std::string_view Connection::next_chunk() {
  if (chunk_ != nullptr) PQfreemem(chunk_);
  chunk_ = nullptr;
  const int bytes = PQgetCopyData(raw_, &chunk_, 0);
  if (bytes > 0) return {chunk_, static_cast<std::size_t>(bytes)};
  const Result result(PQgetResult(raw_));
  if (result == nullptr) fail_connection();
  if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) fail(result.get());
  drain();
  return {};
}

void Connection::begin_copy_in(const std::string& sql) {
  const Result result = run(sql);
  if (PQresultStatus(result.get()) != PGRES_COPY_IN) throw Error(ErrorKind::kInternal, "not a COPY FROM STDIN: " + sql);
}

void Connection::send_chunk(std::string_view bytes) {
  if (stop_.stop_requested()) {
    fail_copy_in("interrupted");
    throw Error(ErrorKind::kInterrupted, "interrupted");
  }
  // libpq makes a copy of what it is given at once.
  constexpr std::size_t kPieceBytes = std::size_t{256} << 10;
  bool sent = true;
  for (; sent && !bytes.empty(); bytes.remove_prefix(std::min(bytes.size(), kPieceBytes)))
    sent = PQputCopyData(raw_, bytes.data(), static_cast<int>(std::min(bytes.size(), kPieceBytes))) == 1;
  if (sent) return;
  // Either the line is dead or the server has refused a row already and ended the COPY.
  const Result result(PQgetResult(raw_));
  if (result == nullptr || PQstatus(raw_) == CONNECTION_BAD) fail_connection();
  fail(result.get());
}

std::uint64_t Connection::end_copy_in() {
  if (PQputCopyEnd(raw_, nullptr) != 1 && PQstatus(raw_) == CONNECTION_BAD) fail_connection();
  const Result result(PQgetResult(raw_));
  if (result == nullptr) fail_connection();
  if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) fail(result.get());
  const std::uint64_t rows = tag_rows(result.get());
  drain();
  return rows;
}

void Connection::fail_copy_in(const std::string& reason) {
  PQputCopyEnd(raw_, reason.c_str());
  drain();
}

}  // namespace postgres
