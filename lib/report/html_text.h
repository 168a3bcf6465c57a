// The only way for text from a file or a database into a page: escaped, with every character that hides, turns or
// breaks lines shown instead of obeyed. The result is meant for element content; data is never put into an attribute.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace report {

// <span class="data">…</span>, isolated against right-to-left text around it. A newline stays one, after its mark.
std::string html_data(std::string_view text);
// The same in a fixed-width font: keys, values, names of files.
std::string html_code(std::string_view text);

// The name of a table or a column: it may break after _ and . and nowhere else.
std::string html_name(std::string_view text);

// Escaped characters without any element: for <title> and for text of our own.
std::string html_plain(std::string_view text);

// Escaped as in html_data, without an element around it: for an element of the caller's, and for parts of a value.
std::string html_marked(std::string_view text);

// The source expression of a Content-Security-Policy that allows exactly this inline text: "'sha256-…'".
std::string csp_hash(std::string_view inline_text);

}  // namespace report
