// Opens a connection as PQconnectdbParams does, with its time limit a host, but lets go when a stop is requested: a
// server that is mute would hold the program until that limit. Called on the thread that is to own the connection.
#pragma once

#include <libpq-fe.h>

#include <memory>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace postgres {

using Parameters = std::vector<std::pair<std::string, std::string>>;  // libpq keyword, value

using OpenConnection = std::unique_ptr<PGconn, void (*)(PGconn*)>;

// Null only without memory; PQstatus() says whether it is connected. Throws kInterrupted.
OpenConnection connect_unless_stopped(Parameters parameters, const std::stop_token& stop);

}  // namespace postgres
