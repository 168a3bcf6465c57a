// The counts of a table, from the verdicts that an engine keeps of its rows.
#pragma once

#include <cstdint>
#include <string>

#include "outcome/verdict.h"

namespace engine {

// Adds `rows` rows of the verdict with this letter.
void add_verdict(outcome::VerdictCounts& counts, char letter, std::uint64_t rows);

// Throws kInternal where the verdicts do not add up to the rows of the file: then nothing may be committed.
void demand_sum(const outcome::VerdictCounts& counts, const std::string& table);

}  // namespace engine
