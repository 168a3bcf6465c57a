// The commit of an import, and what became of it where the server's answer is lost.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "postgres/session/connection.h"

namespace postgres {

// Which server it is, and on which timeline: the same before and after a crash, another one after a failover. Outside a
// transaction. Empty where the server does not tell (a standby, some hosted servers).
std::string history_of(Connection& connection);

// COMMIT. Where the answer is lost the server is asked over new connections, for ten seconds, as long as it goes on
// with `history`: the number of our transaction means nothing to another one. `connection` is the last one afterwards.
// Returns what the user should know beside the success, mostly nothing. Throws kConnection when the server says that it
// rolled back, kCommitUnknown, kInternal, and what COMMIT itself fails with.
std::string commit(std::unique_ptr<Connection>& connection,
                   const std::function<std::unique_ptr<Connection>()>& reconnect, const std::string& history);

}  // namespace postgres
