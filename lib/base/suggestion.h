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

}  // namespace base
