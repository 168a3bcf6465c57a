// A word to the planner where its guesses cost most: it takes rows that lack a partner for one, since most have one,
// and then reads whole tables again for each of the thousands that there are. One thread, that of the connection.
#pragma once

#include <cstdint>

#include "postgres/session/connection.h"

namespace postgres {

// From so many rows on; fewer cost little under any plan, and may find theirs in a large table by its index.
inline constexpr std::uint64_t kManyRows = 1000;

// For statements over staged rows: what they ask of the target they ask in subqueries, which the planner answers by an
// index or by one pass, whichever costs less. Work that throws leaves the setting to the rollback.
template <typename Work>
auto without_nested_loops(Connection& connection, std::uint64_t rows, const Work& work) {
  if (rows < kManyRows) return work();
  connection.execute("SET LOCAL enable_nestloop = off");
  const auto result = work();
  connection.execute("SET LOCAL enable_nestloop TO DEFAULT");
  return result;
}

}  // namespace postgres
