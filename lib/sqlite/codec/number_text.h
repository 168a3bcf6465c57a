// Numbers as texts: what a decimal becomes as SQLite's integer or real, and whether anything is lost on the way.
// Pure functions, independent of the locale.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace sqlite {

// Digits alone, or after a minus, in the range of 64 bits; empty: anything else.
std::optional<std::int64_t> read_integer(std::string_view text);

// Any decimal (12.50, -1e9, .5); empty: it is none, or beyond the largest double.
std::optional<double> read_real(std::string_view text);

// Whether `text` is a decimal at all, and whether the double nearest to it, written with the fewest digits, is the same
// number.
enum class Precision { kNoNumber, kKept, kLost };
Precision precision_as_real(std::string_view text);

// Whether a column that makes numbers of texts gives `text` back as it was written: as the number that SQLite reads,
// past blanks around it, or as a text, where it is no number. `as_real`: the column makes a real of digits alone, too.
bool keeps_form(std::string_view text, bool as_real);

// Whether a reader of JSON numbers may take it for an integer of 64 bits.
bool is_integral(double value);

}  // namespace sqlite
