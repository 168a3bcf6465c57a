// The report as GitHub flavored Markdown, for a comment on a pull request: the totals first, lists folded; under its
// limit of 65,536 characters by showing fewer rows. Text from a file or a database is put into code spans only: no
// markup, no mention, no link.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "outcome/import_outcome.h"

namespace report {

inline constexpr std::size_t kMarkdownBytes = 60000;

std::string audit_markdown(const outcome::ImportOutcome& outcome);

// `text` as a code span whatever back-ticks or line breaks it holds. Not for a table's cell: a bar would end that.
std::string code_span(std::string_view text);

}  // namespace report
