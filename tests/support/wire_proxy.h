// Stands between a program and the throw-away PostgreSQL server and does harm to the N-th message of the protocol: it
// knows where each message begins and ends, in both directions. A port on 127.0.0.1 outside, the server's socket
// inside; one thread of its own from construction to destruction. One proxy does one harm: make another for the next.
// What goes over TLS is passed on unharmed. For small transfers: it passes on with blocking writes.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace support {

enum class Way { kToServer, kToClient };

enum class Harm {
  kNone,
  kCut,        // the connection ends (FIN) in place of the message
  kReset,      // it ends with an error (RST)
  kCutInside,  // half of the message arrives, then it ends
  kSwallow,    // a message to the server arrives; the server's answer to it does not, and the connection ends
  kBlackHole,  // from this message on nothing arrives any more, on no connection, and none ends
  kDelay,      // the message arrives later, by `delay`
  kSplit,      // it arrives in packets of one byte
  kCall,       // `call` runs, then the message is passed on
};

// What becomes of connections that come after the harm was done.
enum class Afterwards { kServed, kRefused };

struct Injury {
  Harm harm = Harm::kNone;
  Way way = Way::kToServer;
  std::size_t message = 0;  // the first one is 1; 0 means every one (kDelay, kSplit)
  Afterwards afterwards = Afterwards::kServed;
  std::function<void()> call = nullptr;  // on the proxy's thread
  std::chrono::milliseconds delay{100};
};

class WireProxy {
 public:
  // `server` is "host=/socket/folder port=…", see server_connection().
  WireProxy(const std::string& server, Injury injury);
  ~WireProxy();
  WireProxy(const WireProxy&) = delete;
  WireProxy& operator=(const WireProxy&) = delete;

  // The database as the program is to see it; parameters can be added with '&'.
  std::string url(const std::string& database) const;

  // Was there such a message?
  bool harmed() const { return harmed_; }
  // The messages so far, of all connections together: "Q SELECT 1", the type and the first bytes; for those at the
  // beginning of a connection "startup", "ssl", "cancel".
  std::vector<std::string> messages(Way way) const;

 private:
  struct Link;

  void run();
  void accept_link();
  bool read_some(Link& link, Way way);
  bool pass_messages(Link& link, Way way);
  bool pass(Link& link, Way way, std::string_view message, const std::string& name);
  bool harm(Link& link, Way way, std::string_view message);

  const std::string socket_path_;
  const Injury injury_;
  std::atomic<bool> harmed_ = false;
  std::atomic<bool> black_hole_ = false;
  std::atomic<bool> ended_ = false;
  mutable std::mutex mutex_;
  std::vector<std::string> names_[2];       // guarded by mutex_
  std::list<std::unique_ptr<Link>> links_;  // the proxy's thread only, like what they hold
  int listener_ = -1;
  int port_ = 0;
  std::thread thread_;
};

}  // namespace support
