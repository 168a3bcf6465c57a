// Random names and texts of the awkward kind: what breaks quoting, escaping, cutting and counting.
#pragma once

#include <cstddef>
#include <string>

#include "properties/dice.h"

namespace properties {

// 1 to 63 bytes of valid UTF-8: mostly plain, else keywords, quotes, dots, line breaks, emoji, exactly 63 bytes.
std::string random_name(Dice& dice);

// Any text without NUL of at most this many characters.
std::string random_text(Dice& dice, std::size_t most_characters);

std::string random_digits(Dice& dice, std::size_t count);

}  // namespace properties
