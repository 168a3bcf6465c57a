#include "postgres/session/peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace postgres {
namespace {

bool is_loopback(const in_addr& address) { return (ntohl(address.s_addr) >> 24) == 127; }

bool is_loopback(const in6_addr& address) {
  if (IN6_IS_ADDR_V4MAPPED(&address)) return address.s6_addr[12] == 127;
  return IN6_IS_ADDR_LOOPBACK(&address);
}

}  // namespace

bool goes_over_a_network(int socket) {
  sockaddr_storage peer{};
  socklen_t bytes = sizeof peer;
  if (::getpeername(socket, reinterpret_cast<sockaddr*>(&peer), &bytes) != 0) return false;
  if (peer.ss_family == AF_INET) return !is_loopback(reinterpret_cast<const sockaddr_in*>(&peer)->sin_addr);
  if (peer.ss_family == AF_INET6) return !is_loopback(reinterpret_cast<const sockaddr_in6*>(&peer)->sin6_addr);
  return false;
}

}  // namespace postgres
