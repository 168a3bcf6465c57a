// Whether a file is a report that this program wrote, told from its beginning.
#pragma once

#include <cstddef>
#include <string_view>

namespace report {

inline constexpr std::size_t kEnoughToRecognise = 4096;  // bytes of the beginning

// Any version's, in any form: HTML, JSON, text, Markdown, JUnit.
bool is_report(std::string_view beginning);

}  // namespace report
