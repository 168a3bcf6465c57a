#include "engine/tally.h"

#include "base/error.h"

namespace engine {

void add_verdict(outcome::VerdictCounts& counts, char letter, std::uint64_t rows) {
  if (const auto verdict = outcome::verdict_of(letter)) {
    counts.of(*verdict) += rows;
    return;
  }
  throw base::Error(base::ErrorKind::kInternal, std::string("no verdict is called ") + letter,
                    "please report this; nothing was committed");
}

void demand_sum(const outcome::VerdictCounts& counts, const std::string& table) {
  if (counts.sum() == counts.judged()) return;
  throw base::Error(base::ErrorKind::kInternal,
                    "the verdicts of " + table + " do not add up to its rows: " + std::to_string(counts.sum()) +
                        " of " + std::to_string(counts.judged()),
                    "please report this; nothing was committed");
}

}  // namespace engine
