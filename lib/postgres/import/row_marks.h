// What tells a row of the target from itself after a change: a digest of the row and one of each of its values, in SQL.
// Pure text.
#pragma once

#include <string>
#include <vector>

#include "postgres/import/staged_table.h"

namespace postgres {

// `columns`: quoted. Text expression: the digest of the row `alias`, as long as engine::kDigestCharacters.
std::string row_state(const std::vector<std::string>& columns, const std::string& alias);

// Text expression: the whole mark of the row, after its letter.
std::string row_mark(const std::vector<std::string>& columns, char letter, const std::string& alias);

// The columns that an undo file brings, which its marks are over.
std::vector<std::string> marked_columns(const StagedTable& table);

// Of a mark: its letter, and the digest of the row.
std::string letter_of(const std::string& mark);
std::string state_of(const std::string& mark);

// Text expression: which columns of the row `alias` are not as the mark says, with what they hold now: "name=B, age=7".
// NULL: none.
std::string changed_since(const StagedTable& table, const std::string& mark, const std::string& alias);

}  // namespace postgres
