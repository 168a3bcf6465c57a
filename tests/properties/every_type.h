// The scenario that leaves no type to chance: a value and an array of every type of PostgreSQL's own in every row. No
// NULL but in arrays, no keys but a number, no foreign keys.
#pragma once

#include <cstddef>
#include <cstdint>

#include "properties/scenario.h"

namespace properties {

Scenario every_type(std::uint64_t seed, std::size_t rows);

}  // namespace properties
