#include "postgres/session/lock_watch.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/terminal.h"
#include "postgres/session/connection.h"

namespace postgres {
namespace {

// A wait is looked at more than once before it is given up.
constexpr int kLooksInAWait = 3;
constexpr std::chrono::milliseconds kShortest{20};

// Whoever our statement waits for. Of theirs the first 200 characters up to its first literal, and without numbers: a
// statement's values are not ours to show.
constexpr const char* kBlockers = R"sql(
SELECT a.pid, coalesce(a.usename, '?') AS role,
       pg_catalog.to_char(a.xact_start AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') AS since,
       coalesce(a.state, '?') AS state,
       pg_catalog.left(
         pg_catalog.regexp_replace(
           pg_catalog.regexp_replace(
             pg_catalog.regexp_replace(a.query, E'\\s+', ' ', 'g'),
             E'(''|\\$|--|/\\*).*$', '…'),
           E'\\m[0-9.]+\\M', '…', 'g'),
         200) AS words,
       a.application_name
FROM pg_catalog.pg_stat_activity a
WHERE a.pid OPERATOR(pg_catalog.=) ANY (pg_catalog.pg_blocking_pids({process})))sql";

// Holds what our statement waits for, and has no process.
constexpr const char* kPrepared = R"sql(
SELECT DISTINCT x.gid, x.owner, pg_catalog.to_char(x.prepared AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') AS since
FROM pg_catalog.pg_locks w
JOIN pg_catalog.pg_locks h ON h.granted AND h.pid IS NULL AND h.locktype OPERATOR(pg_catalog.=) w.locktype
  AND h.database IS NOT DISTINCT FROM w.database
  AND h.relation IS NOT DISTINCT FROM w.relation
  AND h.transactionid IS NOT DISTINCT FROM w.transactionid
JOIN pg_catalog.pg_locks own ON own.pid IS NULL AND own.locktype OPERATOR(pg_catalog.=) 'transactionid'
  AND own.virtualtransaction OPERATOR(pg_catalog.=) h.virtualtransaction
JOIN pg_catalog.pg_prepared_xacts x ON x.transaction OPERATOR(pg_catalog.=) own.transactionid
WHERE w.pid OPERATOR(pg_catalog.=) {process} AND NOT w.granted
)sql";

}  // namespace

LockWatch::LockWatch(Connect connect, std::string process, std::chrono::milliseconds lock_timeout)
    : connect_(std::move(connect)),
      process_(std::move(process)),
      interval_(std::max(kShortest, lock_timeout / kLooksInAWait)),
      thread_([this](const std::stop_token& stop) { watch(stop); }) {}

LockWatch::Statement::Statement(LockWatch* watch) : watch_(watch) {
  if (watch_ == nullptr) return;
  const std::lock_guard lock(watch_->mutex_);
  watch_->running_ = true;
  ++watch_->statement_;
  watch_->blockers_.clear();
}

LockWatch::Statement::~Statement() {
  if (watch_ == nullptr) return;
  const std::lock_guard lock(watch_->mutex_);
  watch_->running_ = false;
}

std::string LockWatch::blockers() const {
  const std::lock_guard lock(mutex_);
  return blockers_;
}

// Looks at the beat of the interval. Nobody wakes it for a statement: most are over long before.
void LockWatch::watch(const std::stop_token& stop) {
  std::unique_ptr<Connection> connection;
  unsigned seen = 0;
  std::unique_lock lock(mutex_);
  while (!changed_.wait_for(lock, stop, interval_, [&] { return stop.stop_requested(); })) {
    if (stop.stop_requested()) return;
    const bool long_one = running_ && seen == statement_;
    seen = statement_;
    lock.unlock();
    std::string found;
    try {
      if (!long_one) connection.reset();
      if (long_one && connection == nullptr) connection = connect_(stop);
      if (long_one) found = ask(*connection);
    } catch (const base::Error&) {
      connection.reset();  // no second connection, no name
    }
    lock.lock();
    if (seen == statement_ && !found.empty()) blockers_ = std::move(found);
  }
}

std::string LockWatch::ask(Connection& connection) const {
  std::string who;
  for (const auto& row : connection.query(fmt::format(kBlockers, fmt::arg("process", process_)))) {
    const std::string program =
        base::printable(row["application_name"].is_null() ? "" : row["application_name"].c_str());
    who += std::string(who.empty() ? "" : "; ") + "server process " + row["pid"].c_str() +
           (program.empty() ? "" : " (" + program + ")") + ", role " + base::printable(row["role"].c_str()) +
           ", in a transaction since " + row["since"].c_str() + " UTC, " + row["state"].c_str() + ": " +
           base::printable(row["words"].c_str());
  }
  for (const auto& row : connection.query(fmt::format(kPrepared, fmt::arg("process", process_)))) {
    const std::string name = base::printable(row["gid"].c_str());
    who += std::string(who.empty() ? "" : "; ") + "the prepared transaction " + name + " of role " +
           base::printable(row["owner"].c_str()) + ", prepared at " + row["since"].c_str() +
           " UTC, which no session holds: COMMIT PREPARED or ROLLBACK PREPARED ends it";
  }
  return who;
}

}  // namespace postgres
