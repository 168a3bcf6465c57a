// Writing SQL text for SQLite: names and literals quoted exactly, whatever they hold. No connection needed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sqlite {

// "a""b": always quoted, so that case, spaces, keywords and quotes need no thought.
std::string quote_name(std::string_view name);

// '…' with quotes doubled; without NUL, which no name and no text of ours holds.
std::string quote_literal(std::string_view text);

std::string join(const std::vector<std::string>& parts, std::string_view separator);

// As SQLite compares names: A to Z without regard to case, every other byte as it is.
bool same_name(std::string_view a, std::string_view b);

}  // namespace sqlite
