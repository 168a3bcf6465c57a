// Work of an import that another session can undo: what the server calls a serialization failure or a deadlock is
// engine::ConcurrentChange to whoever may try again.
#pragma once

#include "engine/concurrent_change.h"
#include "postgres/session/connection.h"

namespace postgres {

template <typename Work>
auto guarded(const Work& work) {
  try {
    return work();
  } catch (const ServerError& error) {
    if (error.may_be_retried()) throw engine::ConcurrentChange(error.what());
    throw;
  }
}

}  // namespace postgres
