// What shows that a row of the target was changed: a digest of each of its values, made in SQL by the server's own
// hash, of 64 bits, in a small part of the time that a SHA-256 of the row takes. Pure text.
#pragma once

#include <string>
#include <vector>

#include "postgres/import/staged_table.h"

namespace postgres {

// A column of the table and an expression of its value in some row.
struct MarkedValue {
  std::string column;
  std::string value;
};

// The columns that an undo file brings, which its marks are over, of the row `alias`.
std::vector<MarkedValue> marked_values(const StagedTable& table, const std::string& alias);

// Text expression: the digests of these values, in their order. Equal ones are asked of one server only: how they are
// made depends on its version and on the columns' types.
std::string row_state(const StagedTable& table, const std::vector<MarkedValue>& values);

// Text expression: the whole mark of the row, after its letter.
std::string row_mark(const StagedTable& table, const std::vector<MarkedValue>& values, char letter);

// Of a mark: its letter, and what comes after that.
std::string letter_of(const std::string& mark);
std::string state_of(const std::string& mark);

// Text expression: which columns of the row `alias` are not as the mark says, with what they hold now: "name=B, age=7".
// NULL: none.
std::string changed_since(const StagedTable& table, const std::string& mark, const std::string& alias);

}  // namespace postgres
