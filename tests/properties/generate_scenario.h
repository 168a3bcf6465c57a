// Random scenarios: one to six tables of every kind and their rows. The same seed and size make the same scenario.
#pragma once

#include <rapidcheck.h>

#include <cstdint>

#include "properties/scenario.h"

namespace properties {

// `size`: 0 to 100, roughly how many rows and columns there are.
Scenario make_scenario(std::uint64_t seed, int size);

// The same for RapidCheck: with its seed and size, and shrinking.
rc::Gen<Scenario> scenarios();

}  // namespace properties
