#include "postgres/session/cancel.h"

#include <sys/socket.h>

#include <chrono>
#include <exception>

namespace postgres {
namespace {

constexpr std::chrono::seconds kPatience{3};

}  // namespace

Cancel::Cancel(PGconn* connection, const std::stop_token& stop)
    : socket_(PQsocket(connection)), request_(PQgetCancel(connection), PQfreeCancel) {
  on_stop_.emplace(stop, [this] { begin(); });
}

Cancel::~Cancel() {
  on_stop_.reset();  // waits for a begin() that is under way
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  changed_.notify_all();
  if (watch_.joinable()) watch_.join();
}

// On the thread of the signals, which must be free for the second one at once: PQcancel opens a connection of its own
// and may wait for ever in it. Its thread is left to the end of the process then.
void Cancel::begin() noexcept {
  try {
    watch_ = std::thread([this] { shut_unless_ended(); });
    std::thread([request = request_] {
      char unused[256];
      PQcancel(request.get(), unused, sizeof unused);
    }).detach();
  } catch (const std::exception&) {
    ::shutdown(socket_, SHUT_RDWR);  // no thread to be had
  }
}

void Cancel::shut_unless_ended() {
  std::unique_lock lock(mutex_);
  if (!changed_.wait_for(lock, kPatience, [this] { return ended_; })) ::shutdown(socket_, SHUT_RDWR);
}

}  // namespace postgres
