// A comparison of two exports as lines for a terminal and for a ticket. Everything from a database or a file is made
// printable here.
#pragma once

#include <string>

#include "base/terminal.h"
#include "outcome/difference.h"

namespace report {

std::string difference_text(const outcome::Difference& difference, base::Color color);

// "3 of 12 tables differ: 2 rows changed, 1 only in A.", "Equal: 1,234 rows in 12 tables."
std::string difference_sentence(const outcome::Difference& difference);

// "app.json (database app_dev, exported at 2025-01-15T10:30:00Z)"
std::string side_words(const outcome::ComparedSide& side);

}  // namespace report
