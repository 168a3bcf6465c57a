// Finds out for whom a statement waits, so that giving up can name him: afterwards the server no longer knows. A thread
// of its own asks over a second connection, which is opened for a statement only that takes as long as a lock may, and
// closed after it. Owned by the connection that it watches; asking is best effort and never fails a run.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

namespace postgres {

class Connection;

class LockWatch {
 public:
  using Connect = std::function<std::unique_ptr<Connection>(std::stop_token stop)>;

  // `process` says in SQL which server process the transaction runs in; behind a pooler not the one connected to.
  LockWatch(Connect connect, std::string process, std::chrono::milliseconds lock_timeout);
  LockWatch(const LockWatch&) = delete;
  LockWatch& operator=(const LockWatch&) = delete;

  // While one of these lives, a statement runs.
  class Statement {
   public:
    explicit Statement(LockWatch* watch);  // may be null
    ~Statement();
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;

   private:
    LockWatch* watch_;
  };

  // Who was waited for when last looked at in the latest statement, a line each; empty when nobody was.
  std::string blockers() const;

 private:
  void watch(const std::stop_token& stop);
  std::string ask(Connection& connection) const;

  const Connect connect_;
  const std::string process_;
  const std::chrono::milliseconds interval_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  bool running_ = false;
  unsigned statement_ = 0;
  std::string blockers_;
  std::jthread thread_;  // last: it uses the others
};

}  // namespace postgres
