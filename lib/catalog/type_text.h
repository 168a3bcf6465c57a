// What the name of a PostgreSQL type, as its catalog writes it, says of the values: pure.
#pragma once

#include <string>
#include <string_view>

namespace catalog {

// Takes any text as it is.
bool is_text(std::string_view type);

// The same, or as much of it as fits.
bool holds_text(std::string_view type);

// Whether the text of every value of `from` is the text of an equal value of `to`: the same type, a wider one, a text.
bool loses_nothing(std::string_view from, std::string_view to);

// The same of what a range is made of: whole numbers stay whole.
bool is_same_or_wider(std::string_view from, std::string_view to);

// What a range or multirange of the server's own is made of; empty: it is none.
std::string_view subtype_of_built_in(std::string_view type);

}  // namespace catalog
