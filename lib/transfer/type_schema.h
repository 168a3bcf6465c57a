// The schema in the name of a type, as a header has it. Pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <utility>

namespace transfer {

// As it is written there: in double quotes unless it needs none.
std::string quoted_as_type(const std::string& schema);

// The schema that a type's name begins with, and how many bytes it takes there: "app.pair[]", "\"App\".pair". Empty: it
// begins with none.
std::pair<std::string, std::size_t> schema_of_type(const std::string& type);

}  // namespace transfer
