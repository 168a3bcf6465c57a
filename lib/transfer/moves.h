// How far a value moves, where it is a number or a date: so that the largest moves of many are found. Approximate, for
// an order only.
#pragma once

#include <optional>
#include <string_view>

#include "outcome/decision.h"

namespace transfer {

// A number as it is; a date, with or without a time after it, in days. Nothing for any other text.
std::optional<double> position(std::string_view text);

// Always positive. Nothing where one of the values is no number and no date, or is not shown as a whole.
std::optional<double> move_of(const outcome::ColumnChange& change);

}  // namespace transfer
