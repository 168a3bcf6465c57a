// A schema of many kinds of tables, rows that move between them, and statements that change it at random, each of which
// leaves it so that any other may follow. What the tables hold can be told apart by content() alone.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "support/server.h"

namespace live {

enum class Side { kSource, kTarget };

// With rows on the side that is exported from, and a few of them, some changed, on the other.
std::string schema_of_ddl_rounds(Side side);

// Every row of every table of the schema public, "table column=value …", sorted.
std::vector<std::string> content(support::Database& database);

class RandomDdl {
 public:
  RandomDdl(std::uint64_t seed, Side side) : engine_(seed), side_(side) {}

  // One or more statements; all but VACUUM, CLUSTER and what runs CONCURRENTLY are one transaction.
  std::vector<std::string> next();
  std::size_t below(std::size_t limit) { return static_cast<std::size_t>(engine_() % limit); }

 private:
  std::mt19937_64 engine_;
  const Side side_;
};

}  // namespace live
