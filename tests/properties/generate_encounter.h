// Random encounters of a file and a target: rows that are equal, changed, missing or new, keys swapped or taken,
// parents missing, values that break a rule. The same seed and size make the same encounter.
#pragma once

#include <rapidcheck.h>

#include <cstdint>

#include "properties/encounter.h"

namespace properties {

// `size`: 0 to 100, roughly how many rows there are.
Encounter make_encounter(std::uint64_t seed, int size);

// The same for RapidCheck: with its seed and size, and shrinking.
rc::Gen<Encounter> encounters();

}  // namespace properties
