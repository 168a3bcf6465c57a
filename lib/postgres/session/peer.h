// Who is at the other end of a connection's socket.
// Asks the system only; sends nothing.
#pragma once

namespace postgres {

// False for a Unix socket and for an address of this machine's own loopback.
bool goes_over_a_network(int socket);

}  // namespace postgres
