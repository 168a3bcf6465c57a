// Names that are probably meant for each other: what a refusal suggests, and nothing else builds on. ASCII only.
#pragma once

#include <string_view>

namespace catalog {

// userName, user_name, USERNAME; not the same name.
bool differ_in_style(std::string_view a, std::string_view b);

// The same, and also user and users, box and boxes, category and categories.
bool differ_in_style_or_number(std::string_view a, std::string_view b);

}  // namespace catalog
