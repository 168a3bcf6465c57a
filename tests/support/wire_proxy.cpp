#include "support/wire_proxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <stdexcept>

namespace support {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint32_t kCancelRequest = 80877102;
constexpr std::uint32_t kSslRequest = 80877103;
constexpr std::uint32_t kEncryptionRequest = 80877104;
// How long the end of a connection is put off while the server has not answered a message that has no answer.
constexpr std::chrono::milliseconds kNoAnswer{300};

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error(what + ": " + std::strerror(errno)); }

std::uint32_t number_at(std::string_view bytes, std::size_t at) {
  std::uint32_t number = 0;
  std::memcpy(&number, bytes.data() + at, sizeof number);
  return ntohl(number);
}

// "host=/folder port=5432 …", the form of cluster.sh.
std::string socket_path_of(const std::string& server) {
  const auto value = [&](const std::string& key) {
    const auto from = server.find(key) + key.size();
    return server.substr(from, server.find(' ', from) - from);
  };
  return value("host=") + "/.s.PGSQL." + value("port=");
}

bool send_all(int to, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(to, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void send_bytewise(int to, std::string_view bytes) {
  for (const char& byte : bytes) send_all(to, {&byte, 1});
}

int connect_to(const std::string& path) {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  if (fd >= 0 && ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return fd;
  ::close(fd);
  return -1;
}

}  // namespace

// One connection through the proxy: two sockets and, for each direction, the bytes that are not passed on yet.
struct WireProxy::Link {
  Link(int client_fd, int server_fd) : client(client_fd), server(server_fd) {}
  ~Link() {
    ::close(client);
    if (server >= 0) ::close(server);
  }
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  int target(Way way) const { return way == Way::kToServer ? server : client; }

  int client;
  int server;  // -1 in a black hole
  std::string waiting[2];
  bool started = false;        // messages to the server have a type from now on
  bool asked_for_tls = false;  // the next answer is one byte
  bool opaque = false;         // encrypted
  bool swallowing = false;
  Clock::time_point swallowing_since{};
};

WireProxy::WireProxy(const std::string& server, Injury injury)
    : socket_path_(socket_path_of(server)), injury_(std::move(injury)) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t bytes = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (listener_ < 0 || ::bind(listener_, generic, bytes) != 0 || ::listen(listener_, 16) != 0 ||
      ::getsockname(listener_, generic, &bytes) != 0) {
    fail("a port for the proxy");
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { run(); });
}

WireProxy::~WireProxy() {
  ended_ = true;
  thread_.join();
  links_.clear();
  ::close(listener_);
}

std::string WireProxy::url(const std::string& database) const {
  return "postgresql://postgres@127.0.0.1:" + std::to_string(port_) + "/" + database + "?connect_timeout=2";
}

std::vector<std::string> WireProxy::messages(Way way) const {
  const std::lock_guard lock(mutex_);
  return names_[static_cast<int>(way)];
}

void WireProxy::run() {
  while (!ended_) {
    std::vector<pollfd> watched{{listener_, POLLIN, 0}};
    for (const auto& link : links_) {
      const short wanted = black_hole_ ? 0 : POLLIN;
      watched.push_back({black_hole_ ? -1 : link->client, wanted, 0});
      watched.push_back({black_hole_ ? -1 : link->server, wanted, 0});
    }
    if (::poll(watched.data(), watched.size(), 10) < 0 && errno != EINTR) return;
    std::size_t at = 1;
    for (auto link = links_.begin(); link != links_.end(); at += 2) {
      bool alive = black_hole_ || watched[at].revents == 0 || read_some(**link, Way::kToServer);
      if (alive && !black_hole_ && watched[at + 1].revents != 0) alive = read_some(**link, Way::kToClient);
      if ((*link)->swallowing && Clock::now() - (*link)->swallowing_since > kNoAnswer) alive = false;
      link = alive ? std::next(link) : links_.erase(link);
    }
    if (watched[0].revents != 0) accept_link();
  }
}

void WireProxy::accept_link() {
  const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (client < 0) return;
  const int on = 1;
  ::setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const bool refused = harmed_ && injury_.afterwards == Afterwards::kRefused;
  const int server = black_hole_ || refused ? -1 : connect_to(socket_path_);
  auto link = std::make_unique<Link>(client, server);
  if (server >= 0 || black_hole_) links_.push_back(std::move(link));
}

// False: the connection is over. One end that closes ends both.
bool WireProxy::read_some(Link& link, Way way) {
  char bytes[16384];
  const auto count = ::recv(way == Way::kToServer ? link.client : link.server, bytes, sizeof bytes, 0);
  if (count < 0 && errno == EINTR) return true;
  if (count <= 0) return false;
  link.waiting[static_cast<int>(way)].append(bytes, static_cast<std::size_t>(count));
  return pass_messages(link, way);
}

bool WireProxy::pass_messages(Link& link, Way way) {
  std::string& waiting = link.waiting[static_cast<int>(way)];
  std::size_t done = 0;
  bool alive = true;
  while (alive && !black_hole_) {
    const std::string_view rest = std::string_view(waiting).substr(done);
    std::size_t bytes = 0;
    std::string name;
    if (link.opaque) {
      bytes = rest.size();
      name = "opaque";
    } else if (way == Way::kToClient && link.asked_for_tls) {
      bytes = 1;
      name = "tls answer";
    } else if (way == Way::kToServer && !link.started) {
      bytes = rest.size() < 8 ? 8 : number_at(rest, 0);
      const std::uint32_t code = rest.size() < 8 ? 0 : number_at(rest, 4);
      name = code == kCancelRequest ? "cancel" : code == kSslRequest || code == kEncryptionRequest ? "ssl" : "startup";
    } else {
      bytes = rest.size() < 5 ? 5 : 1 + number_at(rest, 1);
      name = std::string(rest.substr(0, 1)) + " " + std::string(rest.substr(std::min<std::size_t>(5, rest.size()), 40));
    }
    if (rest.empty() || rest.size() < bytes) break;
    if (name == "ssl") link.asked_for_tls = true;
    if (name == "startup") link.started = true;
    if (name == "tls answer") {
      link.asked_for_tls = false;
      link.opaque = rest[0] == 'S' || rest[0] == 'G';
    }
    alive = pass(link, way, rest.substr(0, bytes), name);
    done += bytes;
  }
  waiting.erase(0, done);
  return alive;
}

bool WireProxy::pass(Link& link, Way way, std::string_view message, const std::string& name) {
  if (link.swallowing) {
    // 'Z': the server has done all that it was asked for. The others end no statement, but have no 'Z' either.
    return way == Way::kToServer || (name[0] != 'Z' && name[0] != 'G');
  }
  std::size_t number = 0;
  {
    const std::lock_guard lock(mutex_);
    auto& names = names_[static_cast<int>(way)];
    names.push_back(name);
    number = names.size();
  }
  const bool chosen = injury_.way == way && (injury_.message == 0 || injury_.message == number);
  if (injury_.harm != Harm::kNone && chosen) return harm(link, way, message);
  return send_all(link.target(way), message);
}

bool WireProxy::harm(Link& link, Way way, std::string_view message) {
  harmed_ = true;
  switch (injury_.harm) {
    case Harm::kNone:
      break;
    case Harm::kCut:
      return false;
    case Harm::kReset: {
      const linger at_once{1, 0};
      ::setsockopt(link.client, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
      return false;
    }
    case Harm::kCutInside:
      send_all(link.target(way), message.substr(0, message.size() / 2));
      return false;
    case Harm::kSwallow:
      link.swallowing = true;
      link.swallowing_since = Clock::now();
      break;
    case Harm::kBlackHole:
      black_hole_ = true;
      return true;
    case Harm::kDelay:
      std::this_thread::sleep_for(injury_.delay);
      break;
    case Harm::kSplit:
      send_bytewise(link.target(way), message);
      return true;
    case Harm::kCall:
      injury_.call();
      break;
  }
  return send_all(link.target(way), message);
}

}  // namespace support
