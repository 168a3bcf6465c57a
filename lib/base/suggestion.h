// "Did you mean …?": the nearest of the words that would have been right.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace base {

// The candidate the fewest edits away (insert, delete, replace, swap of neighbours; letter case is free), the first
// of several; none when even that is more than a third of the longer word away.
std::optional<std::string> closest(std::string_view word, const std::vector<std::string>& candidates);

// Two names that are one where letter case is free, and are not the same. ASCII only.
bool differs_in_case_only(std::string_view a, std::string_view b);

}  // namespace base
