// Reads what the server prints for a text[] of one dimension: {a,"b, c",NULL}. Our own, because libpqxx takes a
// semicolon for the end of an element, which it is in arrays of box only. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postgres {

// Throws kInternal for anything else.
std::vector<std::optional<std::string>> read_text_array(std::string_view text);

// Of an array without NULLs.
std::vector<std::string> read_names(std::string_view text);

}  // namespace postgres
