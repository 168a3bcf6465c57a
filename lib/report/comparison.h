// In what two texts differ: their common beginning and end, never cut inside a character. Bytes that are no UTF-8 count
// as characters.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "outcome/decision.h"

namespace report {

struct CommonParts {
  std::size_t begin = 0;  // bytes
  std::size_t end = 0;    // bytes; the two never overlap in either text
};

CommonParts common_parts(std::string_view a, std::string_view b);

// Whether `at` lies inside a character.
bool inside_character(std::string_view text, std::size_t at);

// "before → after" in one line of plain text, long equal parts and very long differences shortened to "…".
std::string change_text(const outcome::ColumnChange& change);

}  // namespace report
