// Ends what a connection is waiting for when a stop is requested: asks the server to cancel the statement, and where
// that has not helped within seconds (the server, or the way to it, is mute) shuts the line, so that the wait ends with
// an error. Made and destroyed by the connection's thread, before the connection is closed; the stop comes on another.
#pragma once

#include <libpq-fe.h>

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

namespace postgres {

class Cancel {
 public:
  Cancel(PGconn* connection, const std::stop_token& stop);
  ~Cancel();
  Cancel(const Cancel&) = delete;
  Cancel& operator=(const Cancel&) = delete;

 private:
  void begin() noexcept;
  void shut_unless_ended();

  const int socket_;
  const std::shared_ptr<PGcancel> request_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool ended_ = false;  // guarded by mutex_
  std::thread watch_;   // begin() only, and the destructor after it
  std::optional<std::stop_callback<std::function<void()>>> on_stop_;
};

}  // namespace postgres
